/** What somebody wants done, until when it can be done, and what hangs on it. */
import type { Hex } from "viem";
import type { Action, Joining } from "../game/types.ts";

/** A deadline that never comes. */
export const NEVER = Number.MAX_SAFE_INTEGER;

/** A call of a Deal, for which the game has no rules. */
export type DealAction =
  | { readonly kind: "claim"; readonly fragment: Hex; readonly previous: Hex; readonly record: Hex }
  | { readonly kind: "back"; readonly claim: Hex }
  | {
      readonly kind: "challenge";
      readonly claim: Hex;
      /** The tournament that the challenge opens. */
      readonly tournament: Hex;
      readonly input: { readonly root: Hex; readonly length: bigint };
      /** The packed record of the state before the fragment, and the opening that `load` needs. */
      readonly previous: Hex;
      readonly opening: Hex;
      readonly commitment: Joining;
    }
  | { readonly kind: "confirm"; readonly claim: Hex }
  | { readonly kind: "settle"; readonly claim: Hex }
  | { readonly kind: "reveal"; readonly record: Hex };

/** One call, as a decision. */
export type Deed = Action | DealAction;

/** A deed with its moment and its weight. */
export interface Play<D extends Deed = Deed> {
  readonly deed: D;
  /**
   * The first instant, in seconds of the chain's time, at which it is impossible or useless; or
   * {@link NEVER}.
   */
  readonly deadline: number;
  /** What is lost if it is not done before, in wei. */
  readonly stake: bigint;
}

/**
 * The most urgent first: by the moment at which each becomes impossible, and among those of one
 * moment by what is lost without them. Otherwise the order stays.
 */
export function ordered<P extends Pick<Play, "deadline" | "stake">>(plays: readonly P[]): P[] {
  return plays.toSorted((a, b) => a.deadline - b.deadline || (a.stake === b.stake ? 0 : a.stake > b.stake ? -1 : 1));
}

/** What a deed pays into a contract, in wei. */
export function valueOf(deed: Deed): bigint {
  return "value" in deed ? deed.value : 0n;
}

/** What somebody who is not honest makes of what an honest player would do. */
export type Twist = (plays: readonly Play[], now: number) => readonly Play[];
