/** The interpreter beside the reference step function: the same state after every number of steps. */
import { expect } from "chai";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { type State, stateRoot } from "../../../verifier/state/state.ts";
import { isHalted, stepState } from "../../../verifier/state/step-state.ts";

/** State roots as text, which fails readably. */
export const rootOf = (state: State): string => Buffer.from(stateRoot(state)).toString("hex");

/** What is the same in equal states; the registers make a difference readable, the root makes it certain. */
export function identity(state: State): unknown {
  return { registers: state.registers, root: rootOf(state) };
}

/** Runs the interpreter for exactly so many steps, which it must be able to do by itself unless the machine halts. */
export function advance(interpreter: Interpreter, steps: number): void {
  const taken = interpreter.run(steps);
  expect(interpreter.stuck, `stuck at pc ${interpreter.registers.pc}`).to.equal(false);
  if (taken !== steps) expect(interpreter.status).to.not.equal(0);
}

/**
 * Runs a state to its halt, pausing after each of the gaps (which repeat themselves). At each pause three interpreters agree
 * with the reference: one that goes on after saving, one that is loaded anew, and at the end one that never paused.
 * Returns the number of steps and the last state.
 */
export function expectAgreement(
  start: State,
  gaps: readonly number[],
  limit = 1_000_000,
): { steps: number; end: State } {
  const lasting = Interpreter.load(start);
  const undisturbed = Interpreter.load(start);
  let expected = start;
  let saved = start;
  let steps = 0;
  for (let pause = 0; !isHalted(expected); pause++) {
    if (steps > limit) throw new Error(`the machine does not halt within ${limit} steps`);
    const gap = gaps[pause % gaps.length] ?? 1;
    const before = expected;
    let taken = 0;
    for (; taken < gap && !isHalted(expected); taken++) expected = stepState(expected);
    steps += taken;
    const label = `after ${steps} steps, from pc ${before.registers.pc}`;
    advance(lasting, gap);
    expect(identity(lasting.save()), label).to.deep.equal(identity(expected));
    const fresh = Interpreter.load(saved);
    advance(fresh, gap);
    saved = fresh.save();
    expect(identity(saved), `loaded anew, ${label}`).to.deep.equal(identity(expected));
  }
  advance(undisturbed, steps);
  expect(identity(undisturbed.save()), "in one go").to.deep.equal(identity(expected));
  expect(undisturbed.run(1)).to.equal(0);
  return { steps, end: expected };
}

/**
 * Runs a state that need not be well-formed on the executor, to its halt or for `limit` steps, with pauses as above.
 * Returns the last state.
 */
export function expectExecution(start: State, gaps: readonly number[], limit = 2_000): State {
  const execution = interpreterExecutor.load(start);
  let expected = start;
  let steps = 0;
  for (let pause = 0; !isHalted(expected) && steps < limit; pause++) {
    const gap = gaps[pause % gaps.length] ?? 1;
    const { pc } = expected.registers;
    let taken = 0;
    for (; taken < gap && !isHalted(expected); taken++) expected = stepState(expected);
    steps += taken;
    const label = `after ${steps} steps, from pc ${pc}`;
    expect(execution.run(BigInt(gap)), label).to.equal(BigInt(taken));
    expect(identity(execution.save()), label).to.deep.equal(identity(expected));
  }
  return expected;
}
