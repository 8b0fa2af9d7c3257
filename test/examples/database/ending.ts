/** The steps with which the machine opens and ends a transaction. */
import { Trace } from "../../../verifier/history/trace.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import type { State } from "../../../verifier/state/state.ts";
import { stepState } from "../../../verifier/state/step-state.ts";

/** Steps of a driver before the first checkpoint, at most. */
const PREPARATION = 10_000;

/** How the first transaction of a fragment goes. */
export interface Course {
  /** The state in which the checkpoint has just been opened. */
  readonly opened: State;
  /** The state before the step that ends the transaction, and the one after it. */
  readonly before: State;
  readonly after: State;
  /** Steps from the first to the last of these. */
  readonly steps: bigint;
}

/** Finds the beginning and the end of the first transaction of a loaded fragment. */
export function courseOf(initial: State): Course {
  let opened = initial;
  let start = 0n;
  for (; opened.checkpoint === undefined; start++) {
    if (start > PREPARATION) throw new Error("the driver opens no checkpoint");
    opened = stepState(opened);
  }
  const trace = new Trace(opened, [33, 15], { executor: interpreterExecutor });
  // There is one transaction: before its end the checkpoint is open, afterwards never again.
  let [low, high] = [0n, trace.halt()];
  while (low + 1n < high) {
    const middle = (low + high) / 2n;
    if (trace.stateAt(middle).checkpoint === undefined) high = middle;
    else low = middle;
  }
  return { opened, before: trace.stateAt(low), after: trace.stateAt(high), steps: high };
}
