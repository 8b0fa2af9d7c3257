/**
 * Memories that native code and the interpreter share: what they hold after growth, traps and
 * rollbacks.
 */
import { parse } from "@bytecodealliance/jco";
import { expect } from "chai";
import { engineExecutor, type EngineExecutor } from "../../../verifier/engine/executor.ts";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { execute } from "../../../verifier/interpreter/execute.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { Checkpoint } from "../../../verifier/state/checkpoint.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import type { State } from "../../../verifier/state/state.ts";
import { stepState } from "../../../verifier/state/step-state.ts";
import { eagerEngine, identity } from "../../support/agree.ts";

async function programOf(text: string, memoryPages = 1024): Promise<Program> {
  const modules = [{ name: "guest", bytes: Uint8Array.from(await parse(text)) }];
  return buildProgram(modules, { convention: "typed", limits: { memoryPages } });
}

/** One transaction for each argument of `run`, the first export. */
function started(program: Program, args: readonly bigint[], keep: boolean): State {
  const transactions = args.map((arg) => ({ fuel: 10n ** 9n, keep, payload: encodeTypedPayload(0, [arg]) }));
  return load(initialState(program.image), encodeTransactions(transactions), 10n ** 12n);
}

/** Compares with the interpreter at pauses so far apart, and in one go. */
function expectSame(program: Program, start: State, gap: number): EngineExecutor {
  const engine = eagerEngine(program);
  const execution = engine.load(start);
  const interpreter = Interpreter.load(start);
  for (;;) {
    const taken = interpreter.run(gap);
    expect(execution.run(BigInt(gap))).to.equal(BigInt(taken));
    const expected = identity(interpreter.save());
    expect(identity(execution.save())).to.deep.equal(expected);
    if (taken === gap) continue;
    const once = engineExecutor(program, { leastStretch: 1n, warmUp: 0n }).load(start);
    once.run(10n ** 15n);
    expect(identity(once.save())).to.deep.equal(expected);
    return engine;
  }
}

/** Counts in memory up to a bound before anything else happens. */
const COUNT = `
  (local $i i32)
  (loop $more
    (i32.store (i32.const 100) (i32.add (i32.load (i32.const 100)) (i32.const 1)))
    (i64.store (i32.shl (local.get $i) (i32.const 3)) (i64.add (local.get 0) (i64.extend_i32_u (local.get $i))))
    (i32.store (i32.const 100) (i32.add (i32.load (i32.const 100)) (i32.const 5)))
    (local.set $i (i32.add (local.get $i) (i32.const 1)))
    (br_if $more (i32.lt_u (local.get $i) (i32.const 3000))))`;

describe("engine / memories", () => {
  it("restores what a trap left behind a growth by no pages", async () => {
    const program = await programOf(`(module (memory 2 4)
      (func (export "run") (param i64) (result i32) ${COUNT}
        (drop (memory.grow (i32.const 0)))
        (i32.store (i32.const 60000) (i32.add (i32.load (i32.const 60000)) (i32.const 1)))
        (if (i64.eqz (i64.rem_u (local.get 0) (i64.const 2))) (then unreachable))
        (i32.load (i32.const 60000))))`);
    for (const keep of [true, false]) {
      for (const gap of [1000, 50_000, 2 ** 40])
        expectSame(program, started(program, [1n, 2n, 3n, 4n, 4n, 5n], keep), gap);
    }
  });

  it("makes new memories for those that shrink again and again", async () => {
    const program = await programOf(`(module (memory 1 40) (memory 0 9) (memory 0 9) (memory 0 9) (memory 0 9)
      (func (export "run") (param i64) (result i32) ${COUNT}
        (drop (memory.grow 0 (i32.const 2)))
        (drop (memory.grow 1 (i32.const 1)))
        (drop (memory.grow 4 (i32.const 3)))
        (i32.store 4 (i32.const 196600) (i32.const 6))
        (i32.store 0 (i32.sub (i32.shl (memory.size 0) (i32.const 16)) (i32.const 5)) (i32.wrap_i64 (local.get 0)))
        (if (i64.ne (i64.rem_u (local.get 0) (i64.const 7)) (i64.const 0)) (then unreachable))
        (i32.add (memory.size 0) (memory.size 4))))`);
    const args = Array.from({ length: 60 }, (_, i) => BigInt(i));
    for (const gap of [7777, 2 ** 40]) {
      const { report } = expectSame(program, started(program, args, false), gap);
      expect(report.refusals.size).to.equal(0);
    }
  });

  it("takes memories up to their maxima and no further, natively and in the interpreter", async () => {
    const program = await programOf(`(module (memory 1 3) (memory 0 2) (memory 0 0) (memory 2 2) (memory 0 3)
      (func (export "run") (param i64) (result i64) ${COUNT}
        (i64.or
          (i64.shl (i64.extend_i32_u (memory.grow 0 (i32.wrap_i64 (local.get 0)))) (i64.const 32))
          (i64.extend_i32_u (i32.add (memory.grow 4 (i32.wrap_i64 (local.get 0)))
            (i32.add (memory.grow 1 (i32.const 1)) (i32.add (memory.grow 2 (i32.const 1)) (memory.grow 3 (i32.const -1)))))))))`);
    const args = [0n, 1n, 2n, 0xffff_ffffn, 1n, 1n, 1n];
    for (const gap of [1, 2000, 2 ** 40]) {
      if (gap > 1) expectSame(program, started(program, args, true), gap);
      // Growth, pages and stores by the interpreter, between native stretches.
      else expectSame(program, execute(started(program, args, true), 8000), 997);
    }
  });

  it("goes on alone from memories smaller than they begin, or with bytes beyond their ends", async () => {
    const program = await programOf(`(module (memory 2 4) (func (export "run") (param i64) (result i32) ${COUNT}
        (drop (memory.grow (i32.const 1))) (i32.load (i32.const 131072))))`);
    const start = started(program, [1n, 2n], false);
    const inside = execute(start, 3000);
    const before = inside.checkpoint;
    if (!(before instanceof Checkpoint)) throw new Error("no transaction is open");
    const sized = (state: State, pages: bigint): State => ({
      ...state,
      registers: { ...state.registers, sizes: pages << 192n },
    });
    const beyond = (state: State): State => ({ ...state, memory: state.memory.set(4097, 77n).set(4096, 1n << 255n) });
    const back = (state: State, pages: bigint, leaf?: number): State => {
      const { stack, cells, context } = before;
      const memory = leaf === undefined ? before.memory : before.memory.set(leaf, 5n << 200n);
      return { ...state, checkpoint: new Checkpoint({ stack, memory, cells }, { sizes: pages << 192n, context }) };
    };
    const states = [
      ...[start, inside].flatMap((state) =>
        [0n, 1n, 3n, 4n, 5n, 70_000n, 2n ** 63n].map((pages) => sized(state, pages)),
      ),
      beyond(start),
      beyond(inside),
      beyond(sized(inside, 1n)),
      ...[0n, 1n, 3n, 4n, 5n].map((pages) => back(inside, pages)),
      ...[0n, 1n, 2n, 3n, 4n].map((pages) => back(inside, pages, 4096)),
      ...[1n, 4n].map((pages) =>
        back({ ...inside, registers: { ...inside.registers, reserve: 900n, fuel: 20n } }, pages, 4097),
      ),
    ];
    // The second ends its transaction by a lack of fuel: what the checkpoint says becomes true.
    const poor = states.map((state): State => ({ ...state, registers: { ...state.registers, fuel: 1500n } }));
    for (const [i, state] of [...states, ...poor].entries()) {
      const engine = eagerEngine(program);
      const execution = engine.load(state);
      for (const steps of [500, 1001, 1, 40_000]) {
        const expected = execute(execution.save(), steps);
        execution.run(BigInt(steps));
        expect(identity(execution.save()), `state ${i}`).to.deep.equal(identity(expected));
      }
    }
  });

  it("agrees with the reference where a rollback brings more pages than were there", async () => {
    const program = await programOf(`(module (memory 1 4) (func (export "run") (param i64) (result i32)
        (i32.store (i32.const 131064) (i32.const 9)) (i32.load (i32.const 131068))))`);
    let state = started(program, [1n, 2n], false);
    while (state.checkpoint === undefined) state = stepState(state);
    const { checkpoint } = state;
    if (!(checkpoint instanceof Checkpoint)) throw new Error("no transaction is open");
    const forged = new Checkpoint(checkpoint, { sizes: 3n << 192n, context: checkpoint.context });
    let expected: State = { ...state, checkpoint: forged };
    const execution = eagerEngine(program).load(expected);
    for (let step = 0; step < 800; step++) {
      expected = stepState(expected);
      execution.run(1n);
      if (step % 50 === 49) expect(identity(execution.save()), `step ${step}`).to.deep.equal(identity(expected));
    }
  });

  it("keeps large memories in blocks, from the growth that makes them large", async () => {
    const program = await programOf(
      `(module (memory 1020 1100) (func (export "run") (param i64) (result i32)
      (local $i i32) (local $x i32)
      (drop (memory.grow (i32.shl (i32.and (i32.wrap_i64 (local.get 0)) (i32.const 1)) (i32.const 3))))
      (local.set $x (i32.add (i32.wrap_i64 (local.get 0)) (i32.const 77)))
      (memory.fill
        (i32.shl (i32.wrap_i64 (local.get 0)) (i32.const 21)) (i32.wrap_i64 (local.get 0)) (i32.const 3000000))
      (loop $more
        (local.set $x (i32.add (i32.mul (local.get $x) (i32.const 1103515245)) (i32.const 12345)))
        (i32.store
          (i32.and (local.get $x) (i32.const 0x3fc3ffc))
          (i32.add
            (i32.load (i32.and (i32.shr_u (local.get $x) (i32.const 5)) (i32.const 0x3fc3ffc)))
            (i32.and (local.get $i) (i32.wrap_i64 (local.get 0)))))
        (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 30000))))
      (memory.fill (i32.const 0x3fe0000) (i32.const 0) (i32.const 200000))
      (if (i64.eqz (i64.rem_u (local.get 0) (i64.const 3))) (then unreachable))
      (i32.load (i32.and (local.get $x) (i32.const 0x3fc3ffc)))))`,
      1100,
    );
    for (const gap of [300_011, 2 ** 40]) {
      const { report } = expectSame(program, started(program, [5n, 6n, 7n, 8n, 8n, 9n, 10n], false), gap);
      expect(report.nativeSteps > 50_000n).to.equal(true);
    }
  });

  it("has grown wherever it is saved", async () => {
    const program = await programOf(`(module (memory 1 60) (memory 0 60) (func (export "run") (param i64) (result i32)
      (loop $more
        (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (memory.grow 0 (i32.const 1))))
        (i32.store (i32.sub (i32.shl (memory.size 0) (i32.const 16)) (i32.const 4)) (i32.const 5))
        (drop (memory.grow 1 (memory.size 0)))
        (br_if $more (i32.lt_u (memory.size 0) (i32.const 50))))
      (memory.size 0)))`);
    const start = started(program, [1n], true);
    const engine = eagerEngine(program);
    for (let steps = 600; steps < 750; steps++) {
      const execution = engine.load(start);
      execution.run(BigInt(steps));
      expect(identity(execution.save()), `after ${steps}`).to.deep.equal(identity(execute(start, steps)));
    }
    expect(engine.report.nativeSteps > 10_000n).to.equal(true);
  });
});
