/** Every point of one dispute at which the validator's process can end. */
import type { Schedule } from "./schedule.ts";

/** One dispute down to a step: a false claim, and a liar that plays for it. */
export const ONE_DISPUTE: Schedule = {
  ...{ seed: 0, heights: [12, 9], fragments: [20], falseClaims: [0], challenges: [], strangers: 0 },
  liars: [{ account: 0, strategy: "liar", fragment: 0, lieAt: 0.6, enters: "early" }],
  ...{ liarsFirst: true, baseFee: 1_000_000_000, faults: [] },
};

/** The same dispute, in which the validator ends before or after its n-th effect, from 1. */
export function killedAt(effect: number, when: "before" | "after"): Schedule {
  return { ...ONE_DISPUTE, faults: [{ kind: "kill", who: "validator", effect, when }] };
}

/**
 * The same as often as there are points. A block, and so the next look, follows some of the effects:
 * what was sent is then mined while the validator is dead.
 *
 * @param effects how many it has when nothing goes wrong
 */
export function killedEverywhere(effects: number): Schedule[] {
  return Array.from({ length: effects }, (_, place) => place + 1).flatMap((effect) => [
    killedAt(effect, "before"),
    killedAt(effect, "after"),
  ]);
}
