/**
 * The words of the dispute game (docs/game.md), as the agents see them.
 *
 * Hashes and addresses are lower-case hex strings, amounts are wei, instants and durations are
 * whole seconds. All values are immutable.
 */
import type { Hex } from "viem";

/** What never changes about a Tournament contract (`Params` in ITournament.sol). */
export interface Params {
  /** P: how long a root tournament may be joined, and the most that a clock can hold; seconds. */
  readonly period: number;
  /** G: what every clock gains when its commitment is paired; seconds. */
  readonly grace: number;
  /**
   * Height of the commitments' trees at each level, from level 0 (`requireHeights` in
   * verifier/history/game-levels.ts).
   */
  readonly heights: readonly number[];
  /** Bond of a commitment at each level; wei. */
  readonly bonds: readonly bigint[];
  /** What `resolve` pays its sender; wei. */
  readonly bounty: bigint;
}

/** One of the two commitments of a match; `one` arrived first and moves first. */
export type Side = "one" | "two";

/** `FAN_OUT` neighbours in a tree, from the left. */
export type Eight = readonly [Hex, Hex, Hex, Hex, Hex, Hex, Hex, Hex];

/** A commitment in a tournament. */
export interface CommitmentState {
  readonly root: Hex;
  /** Who joined with it; in a root tournament, who announced it first. */
  readonly owner: Hex;
  /**
   * What was left when it joined, or when its last match ended; during a match the match keeps the
   * clock.
   */
  readonly clock: number;
  readonly status: "alive" | "out";
  /** Place of the owner's announcement; 0 in inner tournaments. */
  readonly number: number;
  /** Its last leaf. */
  readonly finalState: Hex;
  /** The eight nodes three levels below its root. */
  readonly children: Eight;
}

/** A tournament: all different commitments about the run from `initial`. */
export interface TournamentState {
  /**
   * A root tournament's name comes from `tournamentId`; an inner tournament has the name of the
   * match that it decides.
   */
  readonly id: Hex;
  readonly level: number;
  /** The state before the first leaf. */
  readonly initial: Hex;
  /** Inner tournaments: the final states that the two sides of the match above stand for. */
  readonly leaves: { readonly one: Hex; readonly two: Hex } | undefined;
  /** Root of the commitment that has no opponent yet, and in the end of the winner. */
  readonly waiting: Hex | undefined;
  /** Commitments may join before this instant. */
  readonly closes: number;
  /** How many matches are not done. */
  readonly live: number;
  /** The winner's bond has been credited. */
  readonly collected: boolean;
  /** All that ever joined, by root, in order of arrival. */
  readonly commitments: ReadonlyMap<Hex, CommitmentState>;
}

/** A match: two commitments on their way down to their first difference. */
export interface MatchState {
  readonly id: Hex;
  readonly tournament: Hex;
  readonly one: Hex;
  readonly two: Hex;
  /**
   * keccak256 of the mover's node and the other side's, both of height `height` and number `pos`.
   */
  readonly nodes: Hex;
  /**
   * Number of the node from the left among those of its height; with height 0, of the first leaf
   * that differs.
   */
  readonly pos: bigint;
  readonly height: number;
  /** Who moves. */
  readonly turn: Side;
  readonly phase: "playing" | "inner" | "done";
  readonly clocks: Readonly<Record<Side, number>>;
  /** When the mover's clock began to run. */
  readonly since: number;
  /**
   * The eight nodes three levels below the other side's node: what the mover compares its own eight
   * with (`opening`). Known from the logs.
   */
  readonly opposing: Eight;
}

/** A commitment to a root tournament that its owner has paid for and not shown yet. */
export interface Announcement {
  /** Its place among all announcements, from 1. */
  readonly number: number;
  /** When it was made; seconds. */
  readonly time: number;
}

/** Everything that the Tournament contract holds. Keys are names as above, and addresses. */
export interface GameState {
  readonly tournaments: ReadonlyMap<Hex, TournamentState>;
  readonly matches: ReadonlyMap<Hex, MatchState>;
  /** What was announced and not shown yet, by its hash. */
  readonly announced: ReadonlyMap<Hex, Announcement>;
  /** Number of the next announcement. */
  readonly nextNumber: number;
  /** What an address may withdraw. */
  readonly credits: ReadonlyMap<Hex, bigint>;
  /** What was taken from losers and given to nobody. */
  readonly burned: bigint;
}

/** Nothing has happened yet. */
export const EMPTY_GAME: GameState = {
  tournaments: new Map(),
  matches: new Map(),
  announced: new Map(),
  nextNumber: 1,
  credits: new Map(),
  burned: 0n,
};

/** What a commitment shows when it joins (`Join` in ITournament.sol). */
export interface Joining {
  readonly children: Eight;
  readonly finalState: Hex;
  /** Siblings from the last leaf up to the last child: height − `MOVE_LEVELS` of them. */
  readonly proof: readonly Hex[];
  /** 32 bytes that the announcement was blinded with (level 0). */
  readonly salt: Hex;
}

/** Where two sides first differ among eight neighbours, and the siblings that prove it. */
export interface Opening {
  /** Number of the first difference, below `FAN_OUT`. */
  readonly digit: number;
  readonly own: Hex;
  readonly opp: Hex;
  /**
   * From the bottom up: own and opposing right sibling where the digit's bit is 0, the shared left
   * one where it is 1.
   */
  readonly siblings: readonly Hex[];
}

/** What the last move of a match shows (`LastMove` in ITournament.sol). */
export interface LastMove extends Opening {
  /**
   * The state before the first difference: the leaf to the left in either tree, or the tournament's
   * initial state.
   */
  readonly agreed: Hex;
  /**
   * Siblings of that leaf from the bottom up, as many as the tree is high; none for the initial
   * state.
   */
  readonly proof: readonly Hex[];
  /** Bottom level: what the step verifier needs to execute `agreed`; else `0x`. */
  readonly witness: Hex;
}

/** The names of a match's tournament and its two commitments: enough to find the match. */
export interface Pairing {
  readonly tournament: Hex;
  readonly one: Hex;
  readonly two: Hex;
}

/** A call of the Tournament contract. */
export type Action =
  | { readonly kind: "announce"; readonly announcement: Hex; readonly value: bigint }
  | {
      readonly kind: "open";
      readonly tournament: Hex;
      readonly initial: Hex;
      readonly owner: Hex;
      readonly commitment: Joining;
    }
  | { readonly kind: "join"; readonly tournament: Hex; readonly commitment: Joining; readonly value: bigint }
  | {
      readonly kind: "move";
      readonly id: Hex;
      readonly digit: number;
      readonly opp: Hex;
      readonly siblings: readonly Hex[];
      readonly next: Eight;
    }
  | { readonly kind: "last"; readonly pairing: Pairing; readonly shown: LastMove }
  | { readonly kind: "resolve"; readonly pairing: Pairing }
  | { readonly kind: "collect"; readonly tournament: Hex }
  | { readonly kind: "withdraw"; readonly to: Hex };
