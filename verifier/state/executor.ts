/**
 * Whoever can run a machine: the interpreter, a faster engine, or, for tests, the reference step
 * function.
 */
import { isHalted, noteRefusedGrowth, stepState } from "./step-state.ts";
import type { State } from "./state.ts";

/** A run in progress. */
export interface Execution {
  /** Takes up to `steps` steps, fewer only where the machine halts, and gives how many it took. */
  run(steps: bigint): bigint;
  /** The state at this point. The run can go on afterwards. */
  save(): State;
  /**
   * Regions of the memories whose `memory.grow` has failed so far, because they would have exceeded
   * their greatest size.
   */
  readonly refusedGrowth: ReadonlySet<number>;
}

/** Starts runs. Every executor must give exactly the states that `stepState` gives. */
export interface Executor {
  load(state: State): Execution;
}

/** The reference step function, step by step: slow, and right by definition. */
export const steppingExecutor: Executor = {
  load(state) {
    let current = state;
    const refused = new Set<number>();
    return {
      refusedGrowth: refused,
      run(steps) {
        let taken = 0n;
        for (; taken < steps && !isHalted(current); taken++) {
          const next = stepState(current);
          noteRefusedGrowth(current, next, refused);
          current = next;
        }
        return taken;
      },
      save: () => current,
    };
  },
};
