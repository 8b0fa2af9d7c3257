/**
 * What a service wants to happen on the chain. Decisions make intents; an outbox has them sent. The
 * same wish has the same key at every look and after every restart, so that it is carried out once.
 */
import type { Hex } from "viem";
import type { Call } from "./call.ts";

/** One transaction that a service wants to be mined, until it wants it no more. */
export interface Intent {
  /** Names the wish, not the moment: `move 0x…` at a height, `claim` of a fragment. */
  readonly key: string;
  readonly from: Hex;
  readonly call: Call;
  /**
   * The first instant, in seconds of the chain's time, at which the call is impossible or useless.
   */
  readonly deadline: number;
  /** What is lost if it is not mined before the deadline, in wei: fees are capped by it. */
  readonly stake: bigint;
  /** Should not be seen before it is mined: it shows what somebody else could copy. */
  readonly concealed?: boolean;
}

/** An intent that could not be carried out, and why. It hinders no other. */
export interface Failure {
  readonly intent: Intent;
  readonly cause: unknown;
}

/** What came of a list of intents. */
export interface Outcome {
  /** How many were sent, or are on their way. */
  readonly sent: number;
  /** Reported beside what was done, never instead. */
  readonly failures: readonly Failure[];
}

/** Carries intents out. */
export interface Outbox {
  /**
   * Has these intents carried out, the first first. What was wanted before and is not in the list
   * is wanted no more.
   *
   * @param now the chain's time, in seconds
   */
  carryOut(intents: readonly Intent[], now: number): Promise<Outcome>;
}
