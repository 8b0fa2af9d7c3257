/** The engine beside the interpreter: the same state after every number of steps. */
import { expect } from "chai";
import { engineExecutor, type EngineExecutor } from "../../../verifier/engine/executor.ts";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import type { EngineProgram } from "../../../verifier/engine/program-parts.ts";
import type { State } from "../../../verifier/state/state.ts";
import { identity } from "../interpreter/agree.ts";

/** An engine that tries everything natively, however short it may be. */
export function eagerEngine(program: EngineProgram): EngineExecutor {
  return engineExecutor(program, { leastStretch: 1n, warmUp: 0n });
}

/**
 * Runs a state with pauses after each of the gaps, at most `pauses` of them or until it halts. At each pause two executions agree
 * with the interpreter: one that goes on, and one that is loaded anew from the state saved at the pause before.
 * Gives the steps taken and the last state.
 */
export function expectEngineAgreement(
  engine: EngineExecutor,
  start: State,
  gaps: readonly number[],
  pauses = Infinity,
): { steps: number; states: number; end: State } {
  const lasting = engine.load(start);
  const interpreter = Interpreter.load(start);
  let saved = start;
  let steps = 0;
  let states = 0;
  for (let pause = 0; pause < pauses; pause++) {
    const gap = gaps[pause % gaps.length] ?? 1;
    const { pc } = interpreter;
    const taken = interpreter.run(gap);
    const expected = interpreter.save();
    steps += taken;
    states++;
    const label = `after ${steps} steps, ${gap} from pc ${pc}`;
    expect(lasting.run(BigInt(gap)), label).to.equal(BigInt(taken));
    expect(identity(lasting.save()), label).to.deep.equal(identity(expected));
    const fresh = engine.load(saved);
    expect(fresh.run(BigInt(gap)), `loaded anew, ${label}`).to.equal(BigInt(taken));
    saved = fresh.save();
    expect(identity(saved), `loaded anew, ${label}`).to.deep.equal(identity(expected));
    if (taken < gap) break;
  }
  return { steps, states, end: saved };
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
