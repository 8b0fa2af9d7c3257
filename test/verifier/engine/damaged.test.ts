/**
 * Damaged states of the engine's own program: stacks, cells, memories, registers and checkpoints
 * that no run leaves behind. Whatever native code makes of them has to be what the reference makes
 * of them.
 */
import { parse } from "@bytecodealliance/jco";
import { expect } from "chai";
import fc from "fast-check";
import { engineExecutor } from "../../../verifier/engine/executor.ts";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { execute } from "../../../verifier/interpreter/execute.ts";
import { packReference } from "../../../verifier/machine/word.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { Checkpoint } from "../../../verifier/state/checkpoint.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import type { State } from "../../../verifier/state/state.ts";
import { isHalted, stepState } from "../../../verifier/state/step-state.ts";
import { ACTS, actsGuest, RUN_ACTS } from "../../support/acts.ts";
import { eagerEngine, identity, someGaps } from "../../support/agree.ts";
import { SEED } from "../seed.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 200);

type Damage = (state: State) => State;

/** A leaf that may lie anywhere. */
const leaf = fc.oneof(
  fc.constant(0n),
  fc.bigInt(0n, 300n),
  fc.bigInt(0n, 2n ** 33n),
  fc.bigInt(0n, 2n ** 64n - 1n),
  fc.bigInt(0n, 2n ** 256n - 1n),
  fc.constantFrom(0x7fa0_0001n, 0xffff_ffffn, 0x7ff4_0000_0000_0001n, 0xfff8_0000_0000_0000n),
  fc.record({ type: fc.nat(20), entry: fc.nat(1500), frame: fc.nat(60) }).map(packReference),
);

/**
 * Something is done to the leaf of a tree that an index, counted from the tree's end or its
 * beginning, tells.
 */
const slots = fc.record({ back: fc.boolean(), index: fc.nat(40), change: fc.oneof(leaf, fc.constant(undefined)) });

/** What another leaf holds is as good as any. */
function damagedStack(
  state: State,
  { back, index, change }: { back: boolean; index: number; change?: bigint | undefined },
): State {
  const height = [...state.stack.leaves()].at(-1)?.[0] ?? 0;
  const slot = back ? Math.max(0, height - index) : index;
  const value = change ?? state.stack.get((slot * 7) % (height + 1));
  return { ...state, stack: state.stack.set(slot, value) };
}

const number = fc.oneof(fc.nat(3), fc.nat(2000), fc.constantFrom(2 ** 16, 2 ** 31, 2 ** 32 - 1));
const u64 = fc.oneof(
  fc.bigInt(0n, 5n),
  fc.bigInt(0n, 3000n),
  fc.bigInt(0n, 2n ** 64n - 1n),
  fc.constant(2n ** 64n - 1n),
);

const sizes = fc
  .array(fc.oneof({ weight: 6, arbitrary: fc.bigInt(0n, 5n) }, u64), { minLength: 4, maxLength: 4 })
  .map((pages) => pages.reduce((packed, count) => (packed << 64n) | count, 0n));

const registers = fc.oneof(
  fc.record({ pc: number }),
  fc.record({ base: number }),
  fc.record({ fuel: u64 }),
  fc.record({ reserve: u64 }),
  fc.record({ fuel: fc.constant(3n), reserve: fc.bigInt(0n, 2n) }),
  fc.record({ transactionFuel: u64 }),
  fc.record({ sizes }),
  fc.record({ inputLength: number }),
  fc.record({ outputLength: fc.oneof(number, fc.constant(2 ** 48 - 1)) }),
  fc.record({ receiptCount: fc.oneof(number, fc.constant(2 ** 48 - 1)) }),
  fc.record({ status: fc.nat(5) }),
);

/** Cells that hold sizes, globals, tables and segments are few. */
const CELLS = 80;

function withCheckpoint(state: State, change: (checkpoint: Checkpoint) => Checkpoint): State {
  return state.checkpoint instanceof Checkpoint ? { ...state, checkpoint: change(state.checkpoint) } : state;
}

const damages: fc.Arbitrary<Damage> = fc.oneof(
  slots.map(
    (slot): Damage =>
      (state) =>
        damagedStack(state, slot),
  ),
  fc.tuple(fc.nat(CELLS), leaf).map(([cell, value]): Damage => {
    return (state) => ({ ...state, cells: state.cells.set(cell % 2 ** state.header.cellsDepth, value) });
  }),
  fc.tuple(fc.nat(9), fc.nat(9000), leaf).map(([region, index, value]): Damage => {
    return (state) => {
      const { memoryDepth, regionBits } = state.header;
      const at =
        (region % 2 ** regionBits) * 2 ** (memoryDepth - regionBits) + (index % 2 ** (memoryDepth - regionBits));
      return { ...state, memory: state.memory.set(at, value) };
    };
  }),
  registers.map((some): Damage => (state) => ({ ...state, registers: { ...state.registers, ...some } })),
  sizes.map((packed): Damage => {
    return (state) =>
      withCheckpoint(state, (trees) => new Checkpoint(trees, { sizes: packed, context: trees.context }));
  }),
  fc.tuple(fc.nat(255), fc.nat(CELLS), leaf).map(([bit, index, value]): Damage => {
    return (state) =>
      withCheckpoint(state, ({ stack, memory, cells, ...words }) => {
        const trees = [
          { stack: stack.set(index, value), memory, cells },
          { stack, memory: memory.set(index * 128, value), cells },
          { stack, memory, cells: cells.set(index % 2 ** cells.depth, value) },
        ];
        const { sizes: pages, context } = words;
        return bit < 192
          ? new Checkpoint(trees[bit % 3]!, { sizes: pages, context })
          : new Checkpoint({ stack, memory, cells }, { sizes: pages, context: context ^ (1n << BigInt(bit)) });
      });
  }),
);

function started(program: Program): State {
  const transactions = Array.from({ length: 60 }, (_, i) => {
    const acts = [i % ACTS.length, (i * 5) % ACTS.length, (i * 11) % ACTS.length];
    const word = acts.reduceRight((packed, act) => (packed << 8n) | BigInt(act), 0n);
    return { fuel: 30_000n, keep: i % 3 === 0, payload: encodeTypedPayload(RUN_ACTS, [word, BigInt(i * 977)]) };
  });
  return load(initialState(program.image), encodeTransactions(transactions), 10n ** 7n);
}

/**
 * Frames with values of all types that stay as they are through loops and calls, and are given back
 * at the end.
 */
const SLOTS = `(module (memory 1 1) (global $sum (mut i64) (i64.const 0))
  (func $leaf (param $a i32) (param $b f32) (result i32) (local $c i32) (local $d f64)
    (loop $more
      (local.set $c (i32.add (local.get $c) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $c) (i32.const 20))))
    (i32.add (local.get $a) (local.get $c)))
  (func $down (param $n i32) (param $kept i32) (result i32)
    (local $other i32) (local $single f32)
    (local.set $other (i32.add (local.get $n) (i32.const 3)))
    (local.set $single (f32.convert_i32_u (local.get $n)))
    (loop $more (result i32)
      (local.get $kept)
      (global.set $sum (i64.add (global.get $sum) (i64.extend_i32_u (call $leaf (local.get $n) (local.get $single)))))
      (if (local.get $n)
        (then (local.set $other (call $down (i32.sub (local.get $n) (i32.const 1)) (local.get $other)))))
      (local.set $n (i32.shr_u (local.get $n) (i32.const 1)))
      (drop)
      (br_if $more (local.get $kept) (local.get $n))
      (drop) (local.get $kept)))
  (func (export "run") (param $n i64) (result i64)
    (local $i i32)
    (loop $more
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $more (i32.lt_u (local.get $i) (i32.const 10))))
    (i64.extend_i32_u (call $down (i32.wrap_i64 (local.get $n)) (i32.const 5)))))`;

describe("engine / damaged states", () => {
  it(`goes on from ${RUNS} of them as the reference does`, async () => {
    const program = buildProgram([{ name: "acts", bytes: await actsGuest() }], {
      convention: "typed",
      limits: { slotLimit: 8000 },
    });
    const eager = eagerEngine(program);
    const states = [started(program)];
    for (const gap of someGaps(9000, 120, 3)) states.push(execute(states.at(-1)!, gap));
    let native = 0n;
    const property = fc.property(
      fc.nat(states.length - 1),
      fc.array(damages, { minLength: 1, maxLength: 3 }),
      fc.array(fc.oneof(fc.nat(5), fc.nat(60), fc.nat(400)), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 30_000 }),
      fc.boolean(),
      (place, changes, gaps, steps, isNew) => {
        const engine = isNew ? engineExecutor(program, { leastStretch: 1n, warmUp: 0n }) : eager;
        const damaged = changes.reduce((state, change) => change(state), states[place]!);
        const execution = engine.load(damaged);
        let expected = damaged;
        for (const gap of gaps) {
          for (let step = 0; step < gap && !isHalted(expected); step++) expected = stepState(expected);
          execution.run(BigInt(gap));
          expect(identity(execution.save())).to.deep.equal(identity(expected));
        }
        expected = execute(expected, steps);
        execution.run(BigInt(steps));
        expect(identity(execution.save())).to.deep.equal(identity(expected));
        const before = eager.report.nativeSteps;
        const again = eager.load(damaged);
        again.run(BigInt(steps));
        expect(identity(again.save())).to.deep.equal(identity(execute(damaged, steps)));
        native += eager.report.nativeSteps - before;
      },
    );
    fc.assert(property, { seed: SEED, numRuns: RUNS });
    expect(eager.report.refusals.size).to.be.greaterThan(3);
    expect(native > BigInt(100 * RUNS)).to.equal(true);
    if (process.env["ACTS_REPORT"] !== undefined) console.log(native, eager.report.refusals);
  });

  it("keeps the bits that a slot has beyond its type, and locals that are not zero where a function begins", async () => {
    const program = buildProgram([{ name: "slots", bytes: Uint8Array.from(await parse(SLOTS)) }], {
      convention: "typed",
    });
    const payload = encodeTypedPayload(0, [9n]);
    const start = load(
      initialState(program.image),
      encodeTransactions([{ fuel: 10n ** 6n, keep: true, payload }]),
      10n ** 7n,
    );
    const engine = eagerEngine(program);
    const interpreter = Interpreter.load(start);
    for (const gap of [230, 1, 1, 1, 1, 1, 40, 111, 173, 1, 1, 1, 302]) {
      interpreter.run(gap);
      const state = interpreter.save();
      const height = 1 + Math.max(...[...state.stack.leaves()].map(([slot]) => slot));
      for (let slot = 0; slot < height; slot++) {
        const wide = { ...state, stack: state.stack.set(slot, state.stack.get(slot) | (1n << 40n)) };
        for (const steps of [60, 4000]) {
          const execution = engine.load(wide);
          execution.run(BigInt(steps));
          const label = `slot ${slot} at pc ${state.registers.pc}, ${steps} steps`;
          expect(identity(execution.save()), label).to.deep.equal(identity(execute(wide, steps)));
        }
      }
    }
    const reasons = [...engine.report.refusals.keys()].join();
    expect(reasons).to.include("has more bits than its type");
    expect(reasons).to.include("returns to where no call was");
  });
});
