/** Finding one's way in a game: which matches belong to a tournament. */
import type { Hex } from "viem";
import type { GameState, MatchState, TournamentState } from "../game/types.ts";

/** A game does not change, so its matches are sorted once. */
const sorted = new WeakMap<GameState["matches"], ReadonlyMap<Hex, MatchState[]>>();

/** The matches of a tournament, in the order in which they began. */
export function matchesOf(game: GameState, row: TournamentState): readonly MatchState[] {
  const known = sorted.get(game.matches) ?? Map.groupBy(game.matches.values(), ({ tournament }) => tournament);
  sorted.set(game.matches, known);
  return known.get(row.id) ?? [];
}

/** A tournament with all that were opened inside it, the innermost first. */
export function family(game: GameState, root: TournamentState): TournamentState[] {
  const inner = matchesOf(game, root).flatMap((match) => game.tournaments.get(match.id) ?? []);
  return [...inner.flatMap((row) => family(game, row)), root];
}
