/**
 * How much money a player must have at hand. In a tournament with n others it meets half of them if
 * all are there at once, since they meet each other too, and n if each comes only when the last is
 * beaten. Each meeting can lead to a tournament of its own a level further down.
 */
import type { Hex } from "viem";
import { announcementHash } from "../game/openings.ts";
import type { GameState, MatchState, Params, TournamentState } from "../game/types.ts";
import { canBeat, type Situation } from "./decide.ts";
import { matchesOf } from "./table.ts";

/**
 * What a commitment at a level can cost before anything comes back: its bond, and its meetings.
 *
 * @param meetings how many opponents it meets; each asks for one commitment more at the next level
 * @returns wei
 */
export function commitmentCost(params: Params, level: number, meetings: number): bigint {
  const bond = params.bonds[level];
  return bond === undefined ? 0n : bond + BigInt(meetings) * meetingCost(params, level);
}

/** Gas of a match, of which a bond is at least twice the worst at 50 gwei, and what lies below. */
function meetingCost(params: Params, level: number): bigint {
  return (params.bonds[level] ?? 0n) / 2n + commitmentCost(params, level + 1, 1);
}

/**
 * How many opponents a commitment can still meet, of those that have come so far: one of each match
 * that is being played, its own included, and the one that waits.
 */
export function meetingsLeft(game: GameState, row: TournamentState, root: Hex | undefined): number {
  const live = matchesOf(game, row).filter(({ phase }) => phase !== "done");
  return live.length + (row.waiting === undefined || row.waiting === root ? 0 : 1);
}

/**
 * What a tournament can still ask for, of a player at its seat: nothing once its commitment is out,
 * or can't join any more.
 *
 * @param path of the tournament, as in the seat's book
 * @returns wei
 */
export function tournamentCost(s: Situation, row: TournamentState, path: readonly bigint[] = []): bigint {
  const root = s.seat.book.commitment(path)?.root;
  const joined = root === undefined ? undefined : row.commitments.get(root);
  if (joined === undefined ? !canBeat(s.now, row.closes) : joined.status === "out") return 0n;
  const isPaid = joined !== undefined || (path.length === 0 && isAnnounced(s, root));
  const entry = isPaid ? 0n : (s.params.bonds[row.level] ?? 0n);
  const ahead = BigInt(meetingsLeft(s.game, row, root)) * meetingCost(s.params, row.level);
  const match = matchesOf(s.game, row).find((other) => other.phase === "inner" && plays(other, root));
  const inner = match && s.game.tournaments.get(match.id);
  if (match === undefined || inner === undefined) return entry + ahead;
  // Of the match that has come so far, the tournament inside of it says what it asks for.
  const below = tournamentCost(s, inner, [...path, match.pos]);
  return entry + ahead - commitmentCost(s.params, row.level + 1, 1) + below;
}

/** Whether the bond of a commitment to the root tournament is paid, and waits to be shown. */
export function isAnnounced({ game, seat }: Pick<Situation, "game" | "seat">, root: Hex | undefined): boolean {
  return root !== undefined && game.announced.has(announcementHash(seat.owner, seat.tournament, root, seat.salt));
}

function plays(match: MatchState, root: Hex | undefined): boolean {
  return match.one === root || match.two === root;
}
