/** The state in which a program trapped. */
import { Outcome, Status } from "../machine/codes.ts";
import type { Executor } from "../state/executor.ts";
import type { State } from "../state/state.ts";
import { isHalted, stepState } from "../state/step-state.ts";

/**
 * Steps that a driver takes after a transaction, at most: it writes the receipt and finds that the
 * input is consumed.
 */
const TAIL = 2048n;

/**
 * The state right before the step that trapped, of a fragment whose last transaction trapped or
 * whose program did; undefined if none did. A trap inside a transaction restores the checkpoint, so
 * the fragment is run again up to its last steps.
 * @param initial - the fragment as it was loaded
 * @param steps - how many it took to halt
 */
export function stateAtTrap(executor: Executor, initial: State, steps: bigint): State | undefined {
  const run = executor.load(initial);
  run.run(steps > TAIL ? steps - TAIL : 0n);
  let found: State | undefined;
  for (let state = run.save(); !isHalted(state);) {
    const next = stepState(state);
    if (endsByTrap(state, next)) found = state;
    state = next;
  }
  return found;
}

function endsByTrap(before: State, after: State): boolean {
  if (after.registers.status === Status.trapped) return true;
  const closes = before.checkpoint !== undefined && after.checkpoint === undefined;
  return closes && Math.floor(after.registers.outcome / 2 ** 32) === Outcome.trap;
}
