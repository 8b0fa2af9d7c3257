/**
 * What a player does next: a pure function of the game, of its own book and of the time. Honest
 * players and liars share it; a player is as good as its book and its habits.
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
import type { Book, OpenCommitment } from "./book.ts";

/** What a player does and leaves out. */
export interface Habits {
  /** Joins tournaments in which its commitment is missing. */
  readonly joins: boolean;
  /** Moves for its commitment. */
  readonly moves: boolean;
  /** Ends what can be ended, whoever plays it. */
  readonly resolves: boolean;
}

/** Does everything. */
export const DILIGENT: Habits = { joins: true, moves: true, resolves: true };

/** Who plays, in which root tournament, and with which opinion. */
export interface Seat {
  readonly owner: Hex;
  readonly tournament: Hex;
  readonly book: Book;
  readonly habits: Habits;
  /** 32 bytes that blind the owner's announcements. */
  readonly salt: Hex;
}

/**
 * What can be done now, most urgent first. Every action is one call of the Tournament contract, in
 * a block later than any that `game` tells of.
 *
 * @param now - timestamp of the latest block, in seconds
 */
export async function decide(game: GameState, params: Params, seat: Seat, now: number): Promise<Action[]> {
  const root = game.tournaments.get(seat.tournament);
  if (root === undefined) return [];
  const situation = { game, params, seat, now };
  const plays = await inTournament(situation, root, []);
  const rows = family(game, root);
  // Whoever plays them: an unresolved match between liars would keep the whole tournament open.
  const ends = rows.flatMap((row) => matchesOf(game, row).flatMap((match) => resolves(situation, match)));
  return [...plays, ...ends, ...rows.flatMap((row) => collects(situation, row))];
}

/** The commitment that a seat stands for in its root tournament, as `join` and `open` want it. */
export async function joining(
  params: Params,
  seat: Pick<Seat, "book" | "salt">,
  path: readonly bigint[],
): Promise<Joining> {
  const height = heightOf(params.heights, path.length);
  const commitment = await seat.book.commitment(path);
  const lastLeaf = (1n << BigInt(height)) - 1n;
  return {
    children: commitment.children(height, 0n),
    finalState: commitment.leaf(lastLeaf),
    proof: commitment.proof(lastLeaf, height - MOVE_LEVELS),
    salt: seat.salt,
  };
}

/** What has to be announced in an earlier block than the one that joins. */
export async function announcement(seat: Seat): Promise<Hex> {
  const { root } = await seat.book.commitment([]);
  return announcementHash(seat.owner, seat.tournament, root, seat.salt);
}

interface Situation {
  readonly game: GameState;
  readonly params: Params;
  readonly seat: Seat;
  readonly now: number;
}

async function inTournament(s: Situation, row: TournamentState, path: readonly bigint[]): Promise<Action[]> {
  const own = await s.seat.book.commitment(path);
  const actions: Action[] = [];
  for (const match of matchesOf(s.game, row)) {
    actions.push(...(await inMatch(s, row, match, own, path)));
  }
  actions.push(...(await joins(s, row, own, path)));
  return actions;
}

async function inMatch(
  s: Situation,
  row: TournamentState,
  match: MatchState,
  own: OpenCommitment,
  path: readonly bigint[],
): Promise<Action[]> {
  if (match.phase === "inner") {
    const inner = s.game.tournaments.get(match.id);
    const mine = match.one === own.root || match.two === own.root;
    return mine && inner !== undefined ? inTournament(s, inner, [...path, match.pos]) : [];
  }
  const mover = match.turn === "one" ? match.one : match.two;
  const myTurn = match.phase === "playing" && mover === own.root && clockRuns(match, s.now);
  return myTurn && s.seat.habits.moves ? moves(s, row, match, own, path) : [];
}

function moves(
  s: Situation,
  row: TournamentState,
  match: MatchState,
  own: OpenCommitment,
  path: readonly bigint[],
): Action[] {
  const shown = opening(own.children(match.height, match.pos), match.opposing);
  if (shown === undefined) return [];
  const pos = match.pos * BigInt(FAN_OUT) + BigInt(shown.digit);
  if (match.height > MOVE_LEVELS) {
    const next = own.children(match.height - MOVE_LEVELS, pos);
    return [{ kind: "move", id: match.id, digit: shown.digit, opp: shown.opp, siblings: shown.siblings, next }];
  }
  const height = heightOf(s.params.heights, row.level);
  const bottom = row.level + 1 === s.params.heights.length;
  const witness = bottom ? s.seat.book.witness([...path, pos]) : "0x";
  if (witness === undefined) return [];
  const agreed = pos === 0n ? row.initial : own.leaf(pos - 1n);
  const proof = pos === 0n ? [] : own.proof(pos - 1n, height);
  const pairing = { tournament: match.tournament, one: match.one, two: match.two };
  return [{ kind: "last", pairing, shown: { ...shown, agreed, proof, witness } }];
}

function resolves(s: Situation, match: MatchState): Action[] {
  const timedOut = match.phase === "playing" && !clockRuns(match, s.now);
  const decided = match.phase === "inner" && verdict(s.game, match.id, s.now).finished;
  if (!s.seat.habits.resolves || !(timedOut || decided)) return [];
  return [{ kind: "resolve", pairing: { tournament: match.tournament, one: match.one, two: match.two } }];
}

async function joins(
  s: Situation,
  row: TournamentState,
  own: OpenCommitment,
  path: readonly bigint[],
): Promise<Action[]> {
  if (!s.seat.habits.joins || s.now >= row.closes || row.commitments.has(own.root)) return [];
  const join: Action = {
    kind: "join",
    tournament: row.id,
    commitment: await joining(s.params, s.seat, path),
    value: s.params.bonds[row.level] ?? 0n,
  };
  if (path.length > 0) return [join];
  const hash = await announcement(s.seat);
  // What is announced already is so in an earlier block than the one that this action comes into.
  return s.game.announced.has(hash) ? [join] : [{ kind: "announce", announcement: hash }];
}

function matchesOf(game: GameState, row: TournamentState): MatchState[] {
  return [...game.matches.values()].filter((match) => match.tournament === row.id);
}

/** A tournament with all that were opened inside it, the innermost first. */
function family(game: GameState, root: TournamentState): TournamentState[] {
  const inner = matchesOf(game, root).flatMap((match) => game.tournaments.get(match.id) ?? []);
  return [...inner.flatMap((row) => family(game, row)), root];
}

function collects(s: Situation, row: TournamentState): Action[] {
  const { winner } = verdict(s.game, row.id, s.now);
  return !row.collected && winner?.owner === s.seat.owner ? [{ kind: "collect", tournament: row.id }] : [];
}
