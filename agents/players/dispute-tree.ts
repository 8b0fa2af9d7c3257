/** A dispute as a tree: tournaments, the matches in each, and what can be done next, by whom and until when. */
import type { Hex } from "viem";
import { MOVE_LEVELS, stepOf, strideOf } from "../../verifier/history/game-levels.ts";
import { otherSide, verdict } from "../game/rules.ts";
import type { CommitmentState, GameState, MatchState, Params, Side, TournamentState } from "../game/types.ts";
import { clockEnd, isEnded } from "./outlook.ts";
import { matchesOf } from "./table.ts";

/** Something that can be done next. */
export interface Option {
  readonly action: "join" | "move" | "last move" | "resolve" | "collect" | "settle";
  /** The account whose clock runs, or whose bond it is; undefined: anybody can. */
  readonly owner: Hex | undefined;
  /** In seconds of the chain's time; undefined: it is never too late. */
  readonly until: number | undefined;
}

/** A commitment of a tournament. */
export interface CommitmentNode extends Pick<CommitmentState, "root" | "owner" | "finalState"> {
  readonly standing: "waits" | "plays" | "out" | "won";
}

/** A match, with the tournament inside of it. */
export interface MatchNode extends Pick<MatchState, "id" | "one" | "two" | "phase" | "turn"> {
  /** The steps among which the two first differ: after the first number, up to the second. */
  readonly after: bigint;
  readonly upTo: bigint;
  /** Moves that are made, and that there are at this level, the last one included. */
  readonly moves: number;
  readonly ofMoves: number;
  /** Seconds left on each clock. */
  readonly clocks: Readonly<Record<Side, number>>;
  /** Who has won by time and needs only a `resolve`. */
  readonly wonByTime: Hex | undefined;
  readonly next: Option | undefined;
  readonly inner: TournamentNode | undefined;
}

/** A tournament. */
export interface TournamentNode extends Pick<TournamentState, "id" | "level" | "closes"> {
  readonly isOpen: boolean;
  readonly isFinished: boolean;
  readonly commitments: readonly CommitmentNode[];
  readonly matches: readonly MatchNode[];
  readonly next: readonly Option[];
}

/** Whose clocks and bonds they are, and at what time. */
interface Scene {
  readonly game: GameState;
  readonly params: Params;
  readonly now: number;
}

/**
 * The tree of a tournament.
 *
 * @param now timestamp of the latest block, in seconds
 * @param path where it begins: positions at the levels above
 */
export function disputeTree(scene: Scene, row: TournamentState, path: readonly bigint[] = []): TournamentNode {
  const { game, now } = scene;
  const { id, level, closes, collected } = row;
  const { finished: isFinished, winner } = verdict(game, id, now);
  const matches = matchesOf(game, row);
  const playing = new Set(matches.filter(({ phase }) => phase !== "done").flatMap(({ one, two }) => [one, two]));
  const isOpen = now + 1 < closes;
  const commitments = [...row.commitments.values()].map(({ root, owner, finalState, status }): CommitmentNode => {
    const standing = status === "out" ? "out" : playing.has(root) ? "plays" : isFinished ? "won" : "waits";
    return { root, owner, finalState, standing };
  });
  const next: Option[] = [];
  if (isOpen) next.push({ action: "join", owner: undefined, until: closes });
  if (winner !== undefined && !collected) next.push({ action: "collect", owner: winner.owner, until: undefined });
  if (isFinished && level === 0) next.push({ action: "settle", owner: undefined, until: undefined });
  return {
    ...{ id, level, closes, isOpen, isFinished, commitments, next },
    matches: matches.map((match) => matchNode(scene, row, match, path)),
  };
}

function matchNode(scene: Scene, row: TournamentState, match: MatchState, path: readonly bigint[]): MatchNode {
  const { game, params, now } = scene;
  const { id, one, two, phase, turn, height, pos, clocks, since } = match;
  const stride = strideOf(params.heights, row.level);
  const after = stepOf(params.heights, path) + (pos << BigInt(height)) * stride;
  const left = { ...clocks, [turn]: Math.max(0, clocks[turn] - (phase === "playing" ? now - since : 0)) };
  const end = clockEnd(match, now);
  const isOver = phase === "playing" && end === undefined;
  const inner = game.tournaments.get(id);
  const ofMoves = (params.heights[row.level] ?? 0) / MOVE_LEVELS;
  return {
    ...{ id, one, two, phase, turn, after, upTo: after + (stride << BigInt(height)), clocks: left, ofMoves },
    moves: phase === "playing" ? ofMoves - height / MOVE_LEVELS : ofMoves,
    wonByTime: isOver ? match[otherSide(turn)] : undefined,
    next: optionOf(scene, row, match, end),
    inner: inner && disputeTree(scene, inner, [...path, pos]),
  };
}

function optionOf(
  { game, now }: Scene,
  row: TournamentState,
  match: MatchState,
  end: number | undefined,
): Option | undefined {
  if (isEnded(game, match, now)) return { action: "resolve", owner: undefined, until: undefined };
  if (end === undefined) return undefined;
  const owner = row.commitments.get(match[match.turn])?.owner;
  return { action: match.height > MOVE_LEVELS ? "move" : "last move", owner, until: end };
}
