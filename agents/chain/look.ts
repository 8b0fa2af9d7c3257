/** A service's look at the chain: what it did, and what somebody should hear of. */
import type { Hex } from "viem";
import type { Outcome } from "./intent.ts";

/** Something that a person should know before it is too late; nothing has failed yet. */
export type Warning = ShortOfMoney | Disagreement;

/** The disputes can ask for more than the account has. */
export interface ShortOfMoney {
  readonly kind: "short of money";
  /** What the disputes can ask for, in wei: bonds, and gas at 50 gwei. */
  readonly needed: bigint;
  /** What the account has and what it can withdraw from the tournaments, in wei. */
  readonly held: bigint;
}

/**
 * How it stands with what a service has computed and somebody contradicts. `unanswered`: nobody
 * stands for it in a dispute; `answered`: somebody does; `lost`: the chain has taken something else.
 */
export type Stage = "unanswered" | "answered" | "lost";

/** A claim, or a commitment in its dispute, says something else than what the service has computed. */
export interface Disagreement {
  readonly kind: "disagreement";
  readonly stage: Stage;
  readonly claim: Hex;
  /** Position of the claim's fragment. */
  readonly fragment: number;
  readonly worker: Hex;
  /** The final state that is claimed, and the one that was computed. */
  readonly claimed: Hex;
  readonly computed: Hex;
  /** Until when somebody can challenge or join, in seconds of the chain's time. */
  readonly until: number;
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
