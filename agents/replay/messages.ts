/**
 * What a service and its calculator tell each other, in one process or across threads: plain data,
 * cloned or transferred.
 */
import type { Hex } from "viem";
import type { Head, RunFacts, Submitted } from "./replayer.ts";

/** What is wanted of a fragment's run. */
export type Want =
  | { readonly kind: "commitment"; readonly path: readonly bigint[] }
  /** Leaves of a tall commitment, which does not keep them. */
  | { readonly kind: "leaves"; readonly path: readonly bigint[]; readonly first: number; readonly count: number }
  | { readonly kind: "witness"; readonly path: readonly bigint[] };

/** One thing that is wanted, under the name by which the answer goes. */
export interface Order {
  readonly key: string;
  /** Position of the fragment in its Deal. */
  readonly index: number;
  readonly want: Want;
}

/** From the service to its calculator. */
export type Question =
  | {
      readonly kind: "look";
      /** Counts the looks that took something back: answers to an earlier one are void. */
      readonly epoch: number;
      /** Fragments from this position on are not what they were. */
      readonly keep: number;
      readonly final: number;
      readonly head: Head;
      /** All that is wanted now of fragments that were run, most urgent first. */
      readonly orders: readonly Order[];
      /** Then the runs of the fragments before this position are wanted. */
      readonly until: number;
    }
  | { readonly kind: "fragment"; readonly fragment: Submitted }
  | { readonly kind: "unavailable"; readonly index: number; readonly reason: string }
  | { readonly kind: "close" };

/** What an order has led to. */
export type Result =
  | { readonly kind: "commitment"; readonly bytes: Uint8Array }
  | { readonly kind: "leaves"; readonly first: number; readonly leaves: Uint8Array }
  | { readonly kind: "witness"; readonly witness: Hex }
  | { readonly kind: "failed"; readonly reason: string };

/** From the calculator to its service. */
export type Answer =
  | { readonly kind: "run"; readonly epoch: number; readonly run: RunFacts }
  /** The program has ended before the fragment at this position. */
  | { readonly kind: "ended"; readonly epoch: number; readonly index: number }
  /** That fragment can't be run now; it will be tried again. */
  | { readonly kind: "stuck"; readonly epoch: number; readonly index: number; readonly reason: string }
  | { readonly kind: "result"; readonly epoch: number; readonly key: string; readonly result: Result }
  /** The fragment at this position is to be run next, and its input is not here. */
  | { readonly kind: "need"; readonly index: number }
  | { readonly kind: "progress"; readonly work: string; readonly done: bigint; readonly total: bigint | undefined }
  /** Something that a person should know, in one line. */
  | { readonly kind: "note"; readonly line: string }
  | { readonly kind: "closed" };

/** Sends one way; whoever made it hears the other way. */
export interface Port {
  post(question: Question): void;
  /** Ends what is at the other end at once. */
  end(): Promise<void>;
}
