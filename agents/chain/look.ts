/** A service's look at the chain: what it did, and what somebody should hear of. */
import type { Outcome } from "./intent.ts";

/** Something that a person should know before it is too late; nothing has failed yet. */
export interface Warning {
  readonly kind: "short of money";
  /** What the disputes can ask for, in wei: bonds, and gas at 50 gwei. */
  readonly needed: bigint;
  /** What the account has and what it can withdraw from the tournaments, in wei. */
  readonly held: bigint;
}

/** What came of one look. All of it is told, whatever failed. */
export interface Look extends Outcome {
  readonly warnings: readonly Warning[];
  /** Failures that belong to no intent: a replay, a decision, a question to the chain. */
  readonly problems: readonly unknown[];
}

/** A service: it looks, decides, and has carried out what it decided on. */
export interface Service {
  /**
   * One look at the chain, waiting for no replay. Throws only if the chain could not be read, so
   * that nothing could be decided.
   */
  look(): Promise<Look>;
}
