/**
 * Whoever runs a Deal's fragments and computes their commitments, beside the service that asks: no
 * call waits for a computation. A look at the chain is told by `follow`; decisions read `replayed`
 * and `book`; what is to be run, and in which order, is told by `want`.
 */
import type { Hex } from "viem";
import type { Fragment } from "../chain/deal-log.ts";
import type { KnownBook } from "../players/known-book.ts";

/** What a replay needs of a submitted fragment. */
export type Submitted = Pick<Fragment, "index" | "id" | "inputRoot" | "input">;

/** A machine's state as the chain writes it. */
export interface StateFacts {
  readonly root: Hex;
  /** The packed record, 288 bytes, whose keccak256 the root is. */
  readonly record: Hex;
}

/** A fragment that was run. */
export interface RunFacts {
  /** Position of the fragment in its Deal. */
  readonly index: number;
  readonly id: Hex;
  /** The state before it: what the fragment before has left. */
  readonly before: StateFacts;
  /** What `Deal.challenge` wants beside the record before: the opening of the input's node. */
  readonly opening: Hex;
  readonly final: StateFacts;
  /** Whether a further fragment can be run after it; otherwise the program has ended. */
  readonly yields: boolean;
  readonly steps: bigint;
}

/** How far the run of a fragment is. */
export type Replayed =
  /** Nobody has asked for it, or it is not done yet. */
  | { readonly phase: "waiting" }
  | { readonly phase: "done"; readonly run: RunFacts }
  /** The program has ended before it: it is never run. */
  | { readonly phase: "ended" }
  /** It could not be run, for a reason in one line. As long as it is wanted it is tried again. */
  | { readonly phase: "failed"; readonly reason: string };

/** The state before the oldest pending claim. */
export interface Head {
  /** Position of the fragment that begins in it. */
  readonly index: number;
  readonly root: Hex;
}

/** A Deal's fragments as the latest look at the chain has them. */
export interface Lineup {
  /**
   * Fragments one after the other up to the newest. They may begin with a later one than the first:
   * at the latest with number `final`.
   */
  readonly fragments: readonly Submitted[];
  /**
   * How many fragments, from the first, are of no concern any more: confirmed or decided for good,
   * so that no reorganisation undoes it, and in no dispute that is still played. What lies before
   * is let go.
   */
  readonly final: number;
  readonly head: Head;
}

/** Runs the fragments of one Deal from the program alone. */
export interface Replayer {
  /**
   * Tells what the chain has now. A run whose fragment is gone, has another input, or began in
   * another state is dropped, with all that was computed of it. To be called at every look before
   * anything else.
   */
  follow(lineup: Lineup): void;
  /** How far a fragment is, by its id. */
  replayed(fragment: Hex): Replayed;
  /**
   * What is known of a fragment's run. A commitment or witness that is looked up and missing is
   * computed before any fragment is run: first what was first asked for since `follow`. It is given
   * up if nobody has asked for it between two calls of `follow`.
   */
  book(fragment: Hex): KnownBook;
  /**
   * Has these fragments run in this order, by their ids; those before each of them are run first.
   * No other fragment is run: what was wanted before and is not in the list is given up.
   */
  want(fragments: readonly Hex[]): void;
  /** Resolves when something that was not known at the time of the call is known, or has failed. */
  news(): Promise<void>;
  /** Resolves when everything that was asked for is known, or has failed. */
  settled(): Promise<void>;
  /** Keeps what is worth keeping, and ends. */
  close(): Promise<void>;
}
