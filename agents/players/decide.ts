/**
 * What a player does next in one root tournament: a pure function of the game, of what it knows of
 * its own run, and of the time. Whatever the book does not know yet makes no play and hinders none.
 *
 * The honest player: in a claim's root tournament on a true state, and in the inner tournament of
 * any match of a true commitment, announce, join the truth, move for it whoever owns it, resolve
 * whatever resolves (GAME: the state machine).
 */
import type { Hex } from "viem";
import { FAN_OUT, heightOf, MOVE_LEVELS } from "../../verifier/history/game-levels.ts";
import { announcementHash, opening } from "../game/openings.ts";
import { clockRuns, verdict } from "../game/rules.ts";
import type { Action, GameState, Joining, MatchState, Params, TournamentState } from "../game/types.ts";
import type { KnownBook, KnownCommitment } from "./known-book.ts";
import { NEVER, type Play } from "./play.ts";
import { family, matchesOf } from "./table.ts";

/** Who plays, in which root tournament, and with which opinion. */
export interface Seat {
  readonly owner: Hex;
  readonly tournament: Hex;
  readonly book: KnownBook;
  /** 32 bytes that blind the owner's announcements. */
  readonly salt: Hex;
}

/** A seat, and the game as it is seen from there. */
export interface Situation {
  readonly game: GameState;
  readonly params: Params;
  readonly seat: Seat;
  /** Timestamp of the latest block, in seconds: the next one is later. */
  readonly now: number;
  /** {@link SETTLING} on a chain that replaces blocks; 0 by default. */
  readonly settling?: number | undefined;
}

/**
 * Seconds that a claim or a tournament must be old before a bond is announced for it: 32 blocks of
 * Ethereum, beyond which nobody expects another branch. Nodes bring an announcement into whatever
 * branch wins, and its bond comes back only from the tournament for which it was made.
 */
export const SETTLING = 384;

/** No more of the time in which a tournament can be joined is waited for that, as 1 to this. */
const SETTLING_SHARE = 8;

/**
 * What can be done now in a seat's tournament: for the own commitment, then for the ends of all
 * matches. Every deed is one call of the Tournament contract, in a block later than any that `game`
 * tells of.
 */
export function decide(s: Situation): Play<Action>[] {
  const root = s.game.tournaments.get(s.seat.tournament);
  if (root === undefined) return [];
  // Whoever plays them: an unresolved match between liars would keep the whole tournament open.
  const ends = family(s.game, root).flatMap((row) =>
    matchesOf(s.game, row).flatMap((match) => resolves(s, row, match)),
  );
  return [...inTournament(s, root, []), ...ends];
}

/** The commitment that a seat stands for in its root tournament, as `join` and `open` want it. */
export function joining(
  params: Params,
  seat: Pick<Seat, "book" | "salt">,
  path: readonly bigint[],
): Joining | undefined {
  const own = seat.book.commitment(path);
  if (own === undefined) return undefined;
  const height = heightOf(params.heights, path.length);
  const children = own.children(height, 0n);
  const proof = own.proof((1n << BigInt(height)) - 1n, height - MOVE_LEVELS);
  return children && proof && { children, finalState: own.finalState, proof, salt: seat.salt };
}

/** What has to be announced, with the bond, before the commitment is shown. */
export function announcement(seat: Seat): Hex | undefined {
  const own = seat.book.commitment([]);
  return own && announcementHash(seat.owner, seat.tournament, own.root, seat.salt);
}

/** Whether a block that is yet to come can be before an instant. */
export function canBeat(now: number, deadline: number): boolean {
  return now + 1 < deadline;
}

/** All that somebody can have at stake in a dispute: a bond at every level; wei. */
export function allBonds(params: Params): bigint {
  return bondsDownTo(params, params.bonds.length - 1);
}

/** All bonds of a commitment from the top down to a level: who loses there loses all of them. */
function bondsDownTo({ bonds }: Params, level: number): bigint {
  return bonds.slice(0, level + 1).reduce((sum, bond) => sum + bond, 0n);
}

function inTournament(s: Situation, row: TournamentState, path: readonly bigint[]): Play<Action>[] {
  const own = s.seat.book.commitment(path);
  if (own === undefined) return [];
  const moves = matchesOf(s.game, row)
    .filter(({ one, two }) => one === own.root || two === own.root)
    .flatMap((match) => inMatch(s, row, match, own, path));
  return [...moves, ...joins(s, row, own, path)];
}

function inMatch(
  s: Situation,
  row: TournamentState,
  match: MatchState,
  own: KnownCommitment,
  path: readonly bigint[],
): Play<Action>[] {
  if (match.phase === "inner") {
    const inner = s.game.tournaments.get(match.id);
    return inner === undefined ? [] : inTournament(s, inner, [...path, match.pos]);
  }
  const deadline = match.since + match.clocks[match.turn];
  const mine = match.phase === "playing" && match[match.turn] === own.root && canBeat(s.now, deadline);
  const deed = mine ? move(s, row, match, own, path) : undefined;
  return deed === undefined ? [] : [{ deed, deadline, stake: bondsDownTo(s.params, row.level) }];
}

function move(
  s: Situation,
  row: TournamentState,
  match: MatchState,
  own: KnownCommitment,
  path: readonly bigint[],
): Action | undefined {
  const children = own.children(match.height, match.pos);
  const shown = children && opening(children, match.opposing);
  if (shown === undefined) return undefined;
  const pos = match.pos * BigInt(FAN_OUT) + BigInt(shown.digit);
  if (match.height > MOVE_LEVELS) {
    const next = own.children(match.height - MOVE_LEVELS, pos);
    const { digit, opp, siblings } = shown;
    return next && { kind: "move", id: match.id, digit, opp, siblings, next };
  }
  const height = heightOf(s.params.heights, row.level);
  const bottom = row.level + 1 === s.params.heights.length;
  const witness = bottom ? s.seat.book.witness([...path, pos]) : "0x";
  const agreed = pos === 0n ? row.initial : own.leaf(pos - 1n);
  const proof = pos === 0n ? [] : own.proof(pos - 1n, height);
  if (witness === undefined || agreed === undefined || proof === undefined) return undefined;
  const pairing = { tournament: match.tournament, one: match.one, two: match.two };
  return { kind: "last", pairing, shown: { ...shown, agreed, proof, witness } };
}

function joins(s: Situation, row: TournamentState, own: KnownCommitment, path: readonly bigint[]): Play<Action>[] {
  // Whoever is missing in a root tournament loses the whole dispute.
  const stake = path.length === 0 ? allBonds(s.params) : bondsDownTo(s.params, row.level);
  const isMissing = canBeat(s.now, row.closes) && !row.commitments.has(own.root);
  if (path.length > 0) return isMissing ? shows(s, row, path, row.closes, stake) : [];
  const hash = announcementHash(s.seat.owner, s.seat.tournament, own.root, s.seat.salt);
  const announced = s.game.announced.get(hash);
  if (announced === undefined) return isMissing ? announces(s, hash, row.closes, stake) : [];
  if (isMissing) return shows(s, row, path, row.closes, stake);
  // Somebody has shown the same. What was announced first takes it over in time, and whatever was
  // announced brings its bond back, at any time.
  const there = row.commitments.get(own.root);
  if (there === undefined) return [];
  const place = Math.min(row.closes, announced.time + s.params.grace);
  const isFirst = announced.number < there.number && there.status === "alive" && canBeat(s.now, place);
  return shows(s, row, path, isFirst ? place : NEVER, stake);
}

/** Joins with the own commitment, if all of it is known. */
function shows(
  s: Situation,
  row: TournamentState,
  path: readonly bigint[],
  deadline: number,
  stake: bigint,
): Play<Action>[] {
  const commitment = joining(s.params, s.seat, path);
  const value = path.length === 0 ? 0n : (s.params.bonds[row.level] ?? 0n);
  return commitment === undefined
    ? []
    : [{ deed: { kind: "join", tournament: row.id, commitment, value }, deadline, stake }];
}

/**
 * Announces with the bond what has to be shown after that, and before `closes`; not before what
 * closes then, a period after it was made, is there to stay.
 */
export function announces(
  { now, params, settling = 0 }: Pick<Situation, "now" | "params" | "settling">,
  hash: Hex,
  closes: number,
  stake: bigint,
): Play<Action>[] {
  const { bonds, period } = params;
  const settled = closes - period + Math.min(settling, period / SETTLING_SHARE);
  const deadline = closes - 1;
  const deed = { kind: "announce", announcement: hash, value: bonds[0] ?? 0n } as const;
  return now >= settled && canBeat(now, deadline) ? [{ deed, deadline, stake }] : [];
}

/** Time that has run out stays so: an end can wait, whatever else is urgent. */
function resolves(s: Situation, row: TournamentState, match: MatchState): Play<Action>[] {
  const timedOut = match.phase === "playing" && !clockRuns(match, s.now);
  const decided = match.phase === "inner" && verdict(s.game, match.id, s.now).finished;
  if (!timedOut && !decided) return [];
  const pairing = { tournament: match.tournament, one: match.one, two: match.two };
  const owners = [match.one, match.two].map((root) => row.commitments.get(root)?.owner);
  const stake = owners.includes(s.seat.owner) ? bondsDownTo(s.params, row.level) : s.params.bounty;
  return [{ deed: { kind: "resolve", pairing }, deadline: NEVER, stake }];
}

/** The bonds that an account has won back, in whatever tournament. */
export function collects(game: GameState, { bonds }: Params, owner: Hex, now: number): Play<Action>[] {
  return [...game.tournaments.values()].flatMap((row) => {
    if (row.collected || verdict(game, row.id, now).winner?.owner !== owner) return [];
    return [{ deed: { kind: "collect", tournament: row.id } as const, deadline: NEVER, stake: bonds[row.level] ?? 0n }];
  });
}
