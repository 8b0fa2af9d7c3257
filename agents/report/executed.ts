/** Which matches of a game ended with an executed step, and where that step is. */
import type { GameState, MatchState } from "../game/types.ts";

/** Matches that ended with an executed step, in the order in which they began. */
export function executedMatches(game: GameState): MatchState[] {
  return [...game.matches.values()].filter(
    (match) => match.phase === "done" && match.height === 0 && !game.tournaments.has(match.id),
  );
}

/** The positions at every level that lead to the step at which a match ended, from the top. */
export function pathOf(game: GameState, match: MatchState): readonly bigint[] {
  const parent = game.matches.get(match.tournament);
  return parent === undefined ? [match.pos] : [...pathOf(game, parent), match.pos];
}

/** The match of the root tournament in which a match is played. */
export function topOf(game: GameState, match: MatchState): MatchState {
  const parent = game.matches.get(match.tournament);
  return parent === undefined ? match : topOf(game, parent);
}
