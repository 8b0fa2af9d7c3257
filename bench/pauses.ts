/** What a pause costs: to go on after it, and to have the state and its root. */
import type { Execution } from "../verifier/state/executor.ts";
import { stateRoot } from "../verifier/state/state.ts";
import { median, spend } from "./clock.ts";
import { BenchError } from "./workloads/workload.ts";

/** Seconds by the clock on the wall: processor time is counted too roughly. Medians. */
export interface PauseSeconds {
  /** A stretch between two pauses. */
  readonly stretch: number;
  /** The state and its root. */
  readonly root: number;
}

/**
 * Pauses some times.
 * @throws BenchError if the machine halts before
 */
export function pauses(execution: Execution, stretch: bigint, count: number): PauseSeconds {
  const stretches: number[] = [];
  const roots: number[] = [];
  for (let i = 0; i < count; i++) {
    let taken = 0n;
    stretches.push(spend(() => (taken = execution.run(stretch))).elapsed);
    if (taken !== stretch) throw new BenchError(`the machine halted before pause ${i + 1}`);
    roots.push(spend(() => stateRoot(execution.save())).elapsed);
  }
  return { stretch: median(stretches), root: median(roots) };
}
