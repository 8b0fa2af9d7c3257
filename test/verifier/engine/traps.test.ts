/**
 * Traps one after another, some in native code and some in the interpreter, near and far from the
 * state that was saved last.
 */
import { parse } from "@bytecodealliance/jco";
import { expect } from "chai";
import { engineExecutor, type EngineOptions } from "../../../verifier/engine/executor.ts";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import type { State } from "../../../verifier/state/state.ts";
import { gapsUpTo, identity, someGaps } from "../../support/agree.ts";

/**
 * Counts in memory and in a global for half as many turns as the argument says, and traps if it is
 * odd.
 */
const TEXT = `(module (memory 1 2) (global $count (mut i64) (i64.const 0))
  (func (export "run") (param $n i64) (result i64)
    (local $left i64)
    (local.set $left (i64.shr_u (local.get $n) (i64.const 1)))
    (block $done (loop $more
      (br_if $done (i64.eqz (local.get $left)))
      (i64.store (i32.const 800) (i64.add (i64.load (i32.const 800)) (i64.const 1)))
      (global.set $count (i64.add (global.get $count) (local.get $left)))
      (local.set $left (i64.sub (local.get $left) (i64.const 1)))
      (br $more)))
    (if (i64.ne (i64.and (local.get $n) (i64.const 1)) (i64.const 0)) (then unreachable))
    (global.get $count)))`;

async function built(): Promise<Program> {
  return buildProgram([{ name: "traps", bytes: Uint8Array.from(await parse(TEXT)) }], { convention: "typed" });
}

/** Some of the transactions run out of fuel. */
function started(program: Program, args: readonly number[]): State {
  const transactions = args.map((arg, i) => ({
    fuel: i % 11 === 10 ? BigInt(5 * arg) : 10n ** 9n,
    keep: i % 3 === 0,
    payload: encodeTypedPayload(0, [BigInt(arg)]),
  }));
  return load(initialState(program.image), encodeTransactions(transactions), 10n ** 12n);
}

const EAGER: EngineOptions = { leastStretch: 1n, warmUp: 0n };

/** Runs with pauses, saves only at the end, and again with saves at some of the pauses. */
function expectSame(program: Program, start: State, options: EngineOptions, gaps: () => Generator<number>): void {
  for (const isSaved of [false, true]) {
    const execution = engineExecutor(program, options).load(start);
    const interpreter = Interpreter.load(start);
    for (const gap of gaps()) {
      const taken = interpreter.run(gap);
      expect(execution.run(BigInt(gap))).to.equal(BigInt(taken));
      if (isSaved && gap % 5 === 0) expect(identity(execution.save())).to.deep.equal(identity(interpreter.save()));
      if (taken < gap) break;
    }
    expect(identity(execution.save())).to.deep.equal(identity(interpreter.save()));
  }
}

describe("engine / traps", () => {
  it("gets over a native trap after others that the interpreter met", async () => {
    const program = await built();
    const start = started(program, [7, 31, 5, 801, 33, 2000, 9, 1, 2401, 12, 77]);
    for (let gap = 90; gap < 400; gap += 7) {
      expectSame(program, start, EAGER, function* () {
        for (let i = 0; i < 20; i++) yield gap;
        yield Number.MAX_SAFE_INTEGER;
      });
    }
  });

  it("gets over traps at random distances, with long stretches only and with short ones", async () => {
    const program = await built();
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const most = [300, 3000, 30_000][seed % 3]!;
      const start = started(program, someGaps(most, 40, seed));
      for (const options of [EAGER, { warmUp: 0n }, { leastStretch: 300n, warmUp: 1000n }, {}]) {
        expectSame(program, start, options, () => gapsUpTo(20 * most, seed + 1));
        expectSame(program, start, options, function* () {
          yield Number.MAX_SAFE_INTEGER;
        });
      }
    }
  });

  it("gets over traps millions of steps after the state saved last", async () => {
    const program = await built();
    const start = started(program, [1_000_000, 400_001, 3, 600_000, 900_001, 20, 300_001, 1_500_001]);
    for (const options of [EAGER, {}]) {
      expectSame(program, start, options, function* () {
        yield 1_234_567;
        yield 7_654_321;
        yield Number.MAX_SAFE_INTEGER;
      });
    }
  });
});
