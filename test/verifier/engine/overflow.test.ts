/**
 * The host's stack runs over in the middle of native code, wherever that is, and nobody notices.
 */
import { parse } from "@bytecodealliance/jco";
import { expect } from "chai";
import { engineExecutor, type EngineOptions } from "../../../verifier/engine/executor.ts";
import { StackRoom } from "../../../verifier/engine/stack-room.ts";
import type { Execution } from "../../../verifier/state/executor.ts";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import type { State } from "../../../verifier/state/state.ts";
import { identity, someGaps } from "../../support/agree.ts";

/**
 * Grows a memory by what is left of the argument, writes, recurses as deep as the argument says,
 * and traps if it is odd.
 */
const TEXT = `(module (memory 1 30) (memory 0 3) (global $sum (mut i64) (i64.const 0))
  (func $deep (param $n i32) (result i64)
    (local $kept i64)
    (local.set $kept (i64.load (i32.and (i32.mul (local.get $n) (i32.const 8)) (i32.const 0xfff8))))
    (i64.store (i32.and (i32.mul (local.get $n) (i32.const 24)) (i32.const 0xfff8)) (i64.extend_i32_u (local.get $n)))
    (global.set $sum (i64.add (global.get $sum) (i64.const 3)))
    (if (result i64) (local.get $n)
      (then (i64.add (call $deep (i32.sub (local.get $n) (i32.const 1))) (local.get $kept)))
      (else (i64.const 1))))
  (func (export "run") (param $n i64) (result i64)
    (drop (memory.grow 0 (i32.const 1)))
    (drop (memory.grow 1 (i32.const 1)))
    (i64.store (i32.const 80) (i64.add (i64.load (i32.const 80)) (local.get $n)))
    (i64.add (call $deep (i32.wrap_i64 (local.get $n))) (call $deep (i32.wrap_i64 (i64.div_u (local.get $n) (i64.const 3)))))
    (if (i64.ne (i64.and (local.get $n) (i64.const 1)) (i64.const 0)) (then unreachable))
    (i64.add (global.get $sum))))`;

async function built(): Promise<Program> {
  return buildProgram([{ name: "deep", bytes: Uint8Array.from(await parse(TEXT)) }], {
    convention: "typed",
    limits: { slotLimit: 500_000 },
  });
}

function started(program: Program, depths: readonly number[], keep: boolean): State {
  const transactions = depths.map((depth) => ({
    fuel: 10n ** 9n,
    keep,
    payload: encodeTypedPayload(0, [BigInt(depth)]),
  }));
  return load(initialState(program.image), encodeTransactions(transactions), 10n ** 12n);
}

function expectSame(execution: Execution, start: State, gaps: readonly number[]): void {
  const interpreter = Interpreter.load(start);
  for (const gap of [...gaps, Number.MAX_SAFE_INTEGER]) {
    const taken = interpreter.run(gap);
    expect(execution.run(BigInt(gap))).to.equal(BigInt(taken));
    if (gap % 3 === 0) expect(identity(execution.save())).to.deep.equal(identity(interpreter.save()));
  }
  expect(identity(execution.save())).to.deep.equal(identity(interpreter.save()));
}

describe("engine / the host's stack", () => {
  const all: readonly (readonly [string, EngineOptions])[] = [
    ["is far smaller than was said", { leastStretch: 1n, warmUp: 0n, nativeStack: 2 ** 30 }],
    ["is far smaller than was said, with long stretches only", { warmUp: 0n, nativeStack: 2 ** 30 }],
    ["is hardly to be used", { leastStretch: 1n, warmUp: 0n, nativeStack: 1 }],
  ];
  for (const [name, options] of all) {
    it(`is exact where the host's stack ${name}`, async () => {
      const program = await built();
      const depths = [10, 30_001, 40_000, 90_001, 20, 30_000];
      for (const keep of [true, false]) {
        const start = started(program, depths, keep);
        const engine = engineExecutor(program, options);
        expectSame(engine.load(start), start, []);
        expectSame(engine.load(start), start, someGaps(600_000, 6, 5));
        expect(engine.report.nativeSteps > 0n).to.equal(true);
      }
    });
  }

  it("is used as far as it goes, without having been told how far that is", async () => {
    // The main thread: room for some thousand frames, of which estimates find a tenth.
    const [depth, times] = [2_000, 60];
    const program = await built();
    const start = started(program, Array<number>(times).fill(depth), false);
    const engine = engineExecutor(program, { leastStretch: 1n, warmUp: 0n });
    engine.load(start).run(10n ** 9n);
    const before = engine.report.resumed;
    engine.load(start).run(10n ** 9n);
    expect(engine.report.resumed - before).lessThan((depth * times) / 20);
  });

  it("is asked for in steps of two, and once it ran over never again for more", () => {
    const room = new StackRoom(1000);
    room.used();
    room.used();
    expect(room.bytes).equal(4000);
    room.overflowed();
    expect(room.bytes).equal(2000);
    room.used();
    expect(room.bytes).equal(2000);
    room.overflowed();
    room.used();
    expect(room.bytes).equal(1000);
  });
});
