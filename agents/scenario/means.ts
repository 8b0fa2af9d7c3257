/**
 * What a role computes with: the program, and its own states and histories. Roles of one process
 * share compiled code, and nothing else.
 */
import { Trace } from "../../verifier/history/trace.ts";
import type { Program } from "../../verifier/program/build.ts";
import { runFragment } from "../../verifier/program/fragment.ts";
import type { Executor } from "../../verifier/state/executor.ts";
import { initialState } from "../../verifier/state/program.ts";
import type { Fault } from "../../verifier/history/states.ts";
import type { State } from "../../verifier/state/state.ts";
import { BUDGET } from "../stage/deal.ts";
import { Replay, type RunOne } from "../worker/replay.ts";

/** What a role is given. */
export interface Means {
  readonly program: Program;
  readonly executor: Executor;
  /** Of the levels' trees. */
  readonly heights: readonly number[];
  /** Hears of work that goes on, in steps. */
  readonly onProgress: (work: string, done: bigint, total?: bigint) => void;
}

/** Runs fragments as they are. */
export function honestRun({ executor, onProgress }: Means): RunOne {
  return (before, { index, input }) => {
    const onSteps = (done: bigint): void => onProgress(`fragment ${index + 1}, steps`, done);
    return runFragment(before, input, { budget: BUDGET, executor, onSteps });
  };
}

/** A replay that begins with the program alone and runs every fragment as it is. */
export function honestReplay(means: Means): Replay {
  return new Replay(initialState(means.program.image), honestRun(means));
}

/** The history of a fragment from its loaded state, with a lie in it or none. */
export function historyFrom(
  initial: State,
  { executor, heights, onProgress }: Means,
  faults: readonly Fault[] = [],
): Trace {
  return new Trace(initial, heights, {
    ...{ executor, faults },
    onProgress: ({ level, done, total }) => onProgress(`commitment, level ${level}`, done, total),
  });
}
