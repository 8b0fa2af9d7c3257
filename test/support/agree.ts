/** Executors beside one another: the same state after every number of steps. */
import { expect } from "chai";
import { type EngineExecutor, engineExecutor } from "../../verifier/engine/executor.ts";
import type { EngineProgram } from "../../verifier/engine/program-parts.ts";
import { interpreterExecutor } from "../../verifier/interpreter/execute.ts";
import { Interpreter } from "../../verifier/interpreter/interpreter.ts";
import { type Executor, steppingExecutor } from "../../verifier/state/executor.ts";
import { type State, stateRoot } from "../../verifier/state/state.ts";
import { isHalted } from "../../verifier/state/step-state.ts";

/** State roots as text, which fails readably. */
export const rootOf = (state: State): string => Buffer.from(stateRoot(state)).toString("hex");

/**
 * What is the same in equal states; the registers make a difference readable, the root makes it
 * certain.
 */
export function identity(state: State): unknown {
  return { registers: state.registers, root: rootOf(state) };
}

/**
 * Runs an interpreter for exactly so many steps, which it must be able to do by itself unless the
 * machine halts.
 */
export function advance(interpreter: Interpreter, steps: number): number {
  const taken = interpreter.run(steps);
  expect(interpreter.stuck, `stuck at pc ${interpreter.registers.pc}`).to.equal(false);
  if (taken !== steps) expect(interpreter.status).to.not.equal(0);
  return taken;
}

/** The interpreter without the reference's help where it gets stuck. */
const bareInterpreter: Executor = {
  load(state) {
    const interpreter = Interpreter.load(state);
    const { refusedGrowth } = interpreter.machine;
    return {
      refusedGrowth,
      run: (steps) => BigInt(advance(interpreter, Number(steps))),
      save: () => interpreter.save(),
    };
  },
};

/** An engine that tries everything natively, however short it may be. */
export function eagerEngine(program: EngineProgram): EngineExecutor {
  return engineExecutor(program, { leastStretch: 1n, warmUp: 0n });
}

/** What was compared. */
export interface Agreement {
  readonly steps: number;
  readonly states: number;
  readonly end: State;
}

/**
 * Runs a state with a pause after each of the gaps (which repeat themselves), until it halts, or as
 * long as `goesOn` says. At each pause two executions agree with the oracle's: one that goes on
 * after saving, and one that is loaded from the state saved at the pause before.
 */
function compare(
  { subject, oracle }: { readonly subject: Executor; readonly oracle: Executor },
  start: State,
  gaps: readonly number[],
  goesOn: (so: { readonly pauses: number; readonly steps: number }) => boolean,
): Agreement {
  const lasting = subject.load(start);
  const truth = oracle.load(start);
  let saved = start;
  let end = start;
  let steps = 0;
  let pauses = 0;
  for (; !isHalted(end) && goesOn({ pauses, steps }); pauses++) {
    const gap = BigInt(gaps[pauses % gaps.length] ?? 1);
    const { pc } = end.registers;
    const taken = truth.run(gap);
    end = truth.save();
    steps += Number(taken);
    const label = `after ${steps} steps, ${gap} from pc ${pc}`;
    expect(lasting.run(gap), label).to.equal(taken);
    expect(identity(lasting.save()), label).to.deep.equal(identity(end));
    const fresh = subject.load(saved);
    expect(fresh.run(gap), `loaded again, ${label}`).to.equal(taken);
    saved = fresh.save();
    expect(identity(saved), `loaded again, ${label}`).to.deep.equal(identity(end));
  }
  return { steps, states: pauses, end };
}

/** The interpreter beside the reference step function, to the halt, with pauses and in one go. */
export function expectAgreement(start: State, gaps: readonly number[], limit = 1_000_000): Agreement {
  const agreement = compare({ subject: bareInterpreter, oracle: steppingExecutor }, start, gaps, ({ steps }) => {
    if (steps > limit) throw new Error(`the machine does not halt within ${limit} steps`);
    return true;
  });
  const undisturbed = Interpreter.load(start);
  advance(undisturbed, agreement.steps);
  expect(identity(undisturbed.save()), "in one go").to.deep.equal(identity(agreement.end));
  expect(undisturbed.run(1)).to.equal(0);
  return agreement;
}

/**
 * The same for a state that need not be well-formed, on the executor, for `limit` steps at most.
 * Gives the last state.
 */
export function expectExecution(start: State, gaps: readonly number[], limit = 2_000): State {
  const executors = { subject: interpreterExecutor, oracle: steppingExecutor };
  return compare(executors, start, gaps, ({ steps }) => steps < limit).end;
}

/** The engine beside the interpreter, with at most so many pauses. */
export function expectEngineAgreement(
  engine: EngineExecutor,
  start: State,
  gaps: readonly number[],
  most = Infinity,
): Agreement {
  const executors = { subject: engine, oracle: bareInterpreter };
  return compare(executors, start, gaps, ({ pauses }) => pauses < most);
}

/** Numbers that look random, the same every time. */
export function* gapsUpTo(most: number, seed = 1): Generator<number, never> {
  for (let x = seed; ;) {
    x = (Math.imul(x, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    yield 1 + ((x >>> 8) % most);
  }
}

/** The first `count` of them. */
export function someGaps(most: number, count: number, seed = 1): number[] {
  const gaps = gapsUpTo(most, seed);
  return Array.from({ length: count }, () => gaps.next().value);
}
