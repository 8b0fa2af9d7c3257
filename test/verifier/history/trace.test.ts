/** Histories, honest and not, against the reference step function. */
import { expect } from "chai";
import fc from "fast-check";
import { commitmentOf } from "../../../verifier/history/commitment-builder.ts";
import { type Executor, steppingExecutor } from "../../../verifier/state/executor.ts";
import { lengthOf, MAX_LEVELS, stepOf, strideOf } from "../../../verifier/history/game-levels.ts";
import { type Fault, TraceError } from "../../../verifier/history/states.ts";
import { type Progress, Trace, type TraceOptions } from "../../../verifier/history/trace.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { Op } from "../../../verifier/instructions/table.ts";
import { equalHashes } from "../../../verifier/merkle/keccak.ts";
import { type State, stateRoot } from "../../../verifier/state/state.ts";
import { stepState } from "../../../verifier/state/step-state.ts";
import { naiveLevels } from "../merkle/naive-tree.ts";
import { after, loadedState, runToHalt, word } from "../machine/assemble.ts";
import { SEED } from "../seed.ts";

/** Counts local 2 down from `from`, storing it on the way; eight steps a round. */
const countdown = (from: bigint): bigint[] => [
  word(Op.i32Const, { top: 0, imm: from }),
  word(Op.i32Const, { top: 1, imm: 64n }),
  word(Op.localGet, { top: 2, a: 0 }),
  word(Op.i32Store, { top: 3 }),
  word(Op.localGet, { top: 1, a: 0 }),
  word(Op.i32Const, { top: 2, imm: 1n }),
  word(0x6b, { top: 3 }),
  word(Op.localTee, { top: 2, a: 0 }),
  word(Op.brIf, { top: 2, a: 2, b: 1 }),
  word(Op.yield),
];
const start = loadedState(countdown(20n), { budget: 500n });
const honest: State[] = [start];
for (let state = start; honest.length <= 300; honest.push(state)) state = stepState(state);
const halt = BigInt(runToHalt(start).steps);

const trace = (heights: readonly number[], options: Partial<TraceOptions> = {}, initial = start): Trace =>
  new Trace(initial, heights, { executor: steppingExecutor, ...options });
const sameRoot = (one: Uint8Array, other: Uint8Array): boolean => equalHashes(one, other);
const rootAt = (step: bigint): Uint8Array => stateRoot(honest[Number(step < 300n ? step : 300n)]!);

/** Sets cell 9: a change that nothing in the program heals. */
const lie = (step: bigint, cell = 9): Fault => ({
  step,
  mutate: (state) => ({ ...state, cells: state.cells.set(cell, 1n) }),
});

/** The history of a liar that lies once, after step 33. */
const lies: State[] = [...honest.slice(0, 33), lie(33n).mutate(honest[33]!)];
for (let state = lies[33]!; lies.length <= 300; lies.push(state)) state = stepState(state);

describe("Trace", () => {
  it("gives the state after any number of steps, in any order", () => {
    const step = fc.oneof(fc.bigInt(0n, 200n), fc.bigInt(0n, (1n << 30n) - 1n));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.integer({ min: 2, max: 8 }), (steps, count) => {
        const history = trace([30], { snapshots: { count, bytes: 30_000 } });
        for (const n of steps) expect(sameRoot(history.rootAt(n), rootAt(n)), `step ${n}`).to.be.true;
        expect(history.halt()).to.equal(halt);
      }),
      { seed: SEED, numRuns: 40 },
    );
  });

  for (const heights of [[12], [9, 3], [6, 6], [3, 3, 6]]) {
    it(`commits to every stride at each of the levels ${heights.join(", ")}`, async () => {
      const history = trace(heights);
      expect(history.length).to.equal(1n << 12n);
      let start = 0n;
      for (const [level, height] of heights.entries()) {
        const stride = history.stride(level);
        const commitment = await history.commitment(level, start);
        const leaves = Array.from({ length: 2 ** height }, (_, i) => rootAt(start + BigInt(i + 1) * stride));
        expect(commitment.root).to.deep.equal(commitmentOf(height, Buffer.concat(leaves)).root);
        // Into the second stride for the next level, which shows whether it begins where it should.
        start += stride;
      }
    });
  }

  it("commits as the naive tree does, with any number of levels of any heights, at any of their places", async () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: MAX_LEVELS });
    const places = fc.array(fc.bigInt({ min: 0n, max: 15n }), { minLength: MAX_LEVELS, maxLength: MAX_LEVELS });
    await fc.assert(
      fc.asyncProperty(shapes, places, fc.boolean(), async (heights, positions, lying) => {
        const [history, states] = lying ? [trace(heights, { faults: [lie(33n)] }), lies] : [trace(heights), honest];
        const root = (step: bigint): Uint8Array => stateRoot(states[Number(step < 300n ? step : 300n)]!);
        expect(history.length).to.equal(lengthOf(heights));
        const path: bigint[] = [];
        for (const [level, height] of heights.entries()) {
          const [start, stride] = [stepOf(heights, path), strideOf(heights, level)];
          const leaves = Array.from({ length: 2 ** height }, (_, i) => root(start + BigInt(i + 1) * stride));
          const levels = naiveLevels(leaves);
          const commitment = await history.commitment(level, start);
          for (const [row, nodes] of levels.entries()) {
            for (const [i, node] of nodes.entries()) expect(commitment.node(row, BigInt(i))).to.deep.equal(node);
          }
          path.push((positions[level] ?? 0n) % (1n << BigInt(height)));
          expect(history.rootAt(stepOf(heights, path))).to.deep.equal(root(stepOf(heights, path)));
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it("shares the last leaf of an inner commitment with the leaf above it", async () => {
    const history = trace([8, 4]);
    const outer = await history.commitment(0, 0n);
    for (const i of [0n, 3n, halt >> 4n, 200n]) {
      const inner = await history.commitment(1, i << 4n);
      expect(inner.final).to.deep.equal(outer.leaf(i));
    }
  });

  it("computes a commitment once", async () => {
    const history = trace([12]);
    expect(history.commitment(0, 0n)).to.equal(history.commitment(0, 0n));
    await history.commitment(0, 0n);
  });

  it("stores only leaves up to the halt", async () => {
    const commitment = await trace([60]).commitment(0, 0n);
    expect(BigInt(commitment.distinct)).to.equal(halt);
    expect((await trace([10]).commitment(0, halt + 5n)).distinct).to.equal(1);
    const strided = trace([10, 3]);
    expect(BigInt((await strided.commitment(0, 0n)).distinct)).to.equal((halt + 7n) / 8n);
    expect(strided.halt()).to.equal(halt);
  });

  it("halts where the machine does, also after commitments to what lies beyond", async () => {
    for (const heights of [[12], [9, 3]]) {
      const history = trace(heights);
      await history.commitment(0, 1023n);
      expect(history.halt()).to.equal(halt);
    }
  });

  it("runs through an executor where strides are long, one load for a whole commitment", async () => {
    let loads = 0;
    let saves = 0;
    const executor: Executor = {
      load: (state) => {
        loads++;
        const execution = steppingExecutor.load(state);
        return {
          run: (steps) => execution.run(steps),
          save: () => (saves++, execution.save()),
          refusedGrowth: execution.refusedGrowth,
        };
      },
    };
    const history = trace([6, 6], { executor });
    const { distinct } = await history.commitment(0, 0n);
    expect(loads).to.equal(1);
    expect(saves).to.equal(distinct);
    // Every leaf is a snapshot: a state is never more than a stride of steps away.
    history.stateAt(2n * 64n - 1n);
    expect(loads).to.equal(2);
  });

  it("reports its progress up to the end", async () => {
    const reports: Progress[] = [];
    const long = loadedState(countdown(4_000n), { budget: 50_000n });
    const history = trace([20], { onProgress: (progress) => reports.push(progress) }, long);
    await history.commitment(0, 0n);
    expect(reports.length).to.be.greaterThan(1);
    for (const [i, { level, done, total }] of reports.entries()) {
      expect(level).to.equal(0);
      expect(total).to.equal(undefined);
      expect(done >= (reports[i - 1]?.done ?? 0n)).to.be.true;
    }
    const steps = history.halt();
    expect(reports[reports.length - 1]).to.include({ done: steps });
  });

  it("knows how far it is when the history has been seen to halt", async () => {
    const reports: Progress[] = [];
    const long = loadedState(countdown(4_000n), { budget: 50_000n });
    const history = trace([20], { onProgress: (progress) => reports.push(progress) }, long);
    const steps = history.halt();
    await history.commitment(0, 0n);
    for (const { done, total } of reports) expect(total === steps && done <= total).to.be.true;
    expect(reports[reports.length - 1]).to.include({ done: steps });
  });

  it("has no level that the heights do not name", async () => {
    let error: unknown;
    await trace([4])
      .commitment(1, 0n)
      .catch((reason: unknown) => (error = reason));
    expect(error).to.be.instanceOf(TraceError).with.property("message").that.includes("no level 1");
  });
});

describe("a liar's trace", () => {
  it("differs from the honest one exactly from the fault on, at every level", async () => {
    for (const step of [1n, 2n, 63n, 64n, 65n, 100n, halt - 1n, halt]) {
      for (const heights of [[12], [6, 6]]) {
        const liar = trace(heights, { faults: [lie(step)] });
        const truth = trace(heights);
        for (const n of [step - 1n, step, step + 1n, halt - 1n, halt, 1n << 11n]) {
          expect(sameRoot(liar.rootAt(n), truth.rootAt(n)), `fault ${step}, step ${n}`).to.equal(n < step);
        }
        for (const [level, height] of heights.entries()) {
          const stride = liar.stride(level);
          const from = level === 0 ? 0n : ((step - 1n) >> 6n) << 6n;
          const [lies, facts] = await Promise.all([liar.commitment(level, from), truth.commitment(level, from)]);
          for (let i = 0n; i < 1n << BigInt(height); i++) {
            const same = sameRoot(lies.leaf(i), facts.leaf(i));
            expect(same, `fault ${step}, level ${level}, leaf ${i}`).to.equal(from + (i + 1n) * stride < step);
          }
        }
      }
    }
  });

  it("goes on from the changed state as the machine would", () => {
    // Where a round of the loop begins, so that nothing overwrites the changed counter.
    const step = 33n;
    const fault: Fault = { step, mutate: (state) => ({ ...state, stack: state.stack.set(0, 3n) }) };
    const liar = trace([12], { faults: [fault] });
    const changed = fault.mutate(honest[33]!);
    for (const n of [33, 34, 45, 55, 80]) {
      expect(liar.rootAt(BigInt(n))).to.deep.equal(stateRoot(after(changed, n - 33)));
    }
    expect(liar.halt()).to.equal(step + BigInt(runToHalt(changed).steps));
    expect(liar.halt()).not.to.equal(halt);
  });

  it("can lie more than once, and be asked in any order", async () => {
    const faults = [lie(10n, 9), lie(11n, 10), lie(70n, 11)];
    const expected = (n: number): Uint8Array => {
      let state = start;
      for (let i = 1; i <= n; i++) {
        state = stepState(state);
        for (const fault of faults) if (fault.step === BigInt(i)) state = fault.mutate(state);
      }
      return stateRoot(state);
    };
    const order = [90, 10, 9, 11, 71, 69, 70, 300];
    for (const heights of [[12], [4, 8]]) {
      const liar = trace(heights, { faults });
      for (const n of order) expect(liar.rootAt(BigInt(n)), `step ${n}`).to.deep.equal(expected(n));
      const committed = await trace(heights, { faults }).commitment(0, 0n);
      const stride = Number(liar.stride(0));
      for (let i = 0; (i + 1) * stride <= 300; i++) {
        expect(committed.leaf(BigInt(i)), `leaf ${i}`).to.deep.equal(expected((i + 1) * stride));
      }
    }
  });

  it("may make a halted machine run on", () => {
    const fault: Fault = {
      step: halt,
      mutate: (state) => ({ ...state, registers: { ...state.registers, status: 0, pc: 1, fuel: 200n } }),
    };
    const liar = trace([12], { faults: [fault] });
    expect(liar.halt()).to.equal(halt + BigInt(runToHalt(fault.mutate(honest[Number(halt)]!)).steps));
  });

  it("cannot lie where nothing runs any more, before the first step, or out of order", async () => {
    const late = trace([12], { faults: [lie(halt + 1n)] });
    expect(() => late.stateAt(halt + 1n)).to.throw(
      TraceError,
      `step ${halt + 1n} lies behind the halt at step ${halt}`,
    );
    let error: unknown;
    await trace([12], { faults: [lie(halt + 100n)] })
      .commitment(0, 0n)
      .catch((reason: unknown) => (error = reason));
    expect(error).to.be.instanceOf(TraceError);
    expect(() => trace([12], { faults: [lie(0n)] })).to.throw(TraceError, "step 0");
    expect(() => trace([12], { faults: [lie(5n), lie(5n)] })).to.throw(TraceError, "does not come after step 5");
  });
});

describe("a trace of many steps", () => {
  const long = loadedState(countdown(6_000n), { budget: 100_000n });
  const faults = [lie(10_000n), lie(10_001n, 10), lie(36_863n, 11), lie(36_864n, 12), lie(40_000n, 13)];
  /** Roots of all states up to the halt, by the reference step function. */
  const rootsOf = (lies: readonly Fault[]): Uint8Array => {
    const roots: Uint8Array[] = [];
    for (let state = long; state.registers.status === 0; roots.push(stateRoot(state))) {
      state = stepState(state);
      state = lies.find(({ step }) => step === BigInt(roots.length + 1))?.mutate(state) ?? state;
    }
    return Buffer.concat(roots);
  };

  for (const [name, lies] of [
    ["an honest one", []],
    ["a liar's", faults],
  ] as const) {
    it(`computes leaves again that are those of the reference: ${name}`, async () => {
      const full = commitmentOf(20, rootsOf(lies));
      const history = trace([20], { faults: lies, executor: interpreterExecutor }, long);
      const commitment = await history.commitment(0, 0n);
      expect(commitment.distinct)
        .to.equal(full.distinct)
        .and.to.be.greaterThan(2 ** 15);
      expect(commitment.root).to.deep.equal(full.root);
      const leaf = fc.oneof(
        fc.nat(full.distinct + 2),
        fc.nat(2 ** 20 - 1),
        fc.tuple(fc.constantFrom(...faults), fc.integer({ min: -3, max: 2 })).map(([{ step }, d]) => Number(step) + d),
      );
      fc.assert(
        fc.property(leaf, fc.integer({ min: 3, max: 20 }), (i, level) => {
          expect(commitment.proof(BigInt(i))).to.deep.equal(full.proof(BigInt(i)));
          expect(commitment.leaf(BigInt(i))).to.deep.equal(full.leaf(BigInt(i)));
          const place = BigInt(i) >> BigInt(level);
          expect(commitment.children(level, place)).to.deep.equal(full.children(level, place));
          expect(history.rootAt(BigInt(i) + 1n)).to.deep.equal(full.leaf(BigInt(i)));
        }),
        { seed: SEED, numRuns: 60 },
      );
      expect(history.halt()).to.equal(BigInt(full.distinct));
    });
  }

  it("keeps few snapshots, and the one of its halt", async () => {
    const history = trace([20], { snapshots: { count: 4, bytes: 2 ** 27 }, executor: interpreterExecutor }, long);
    const { distinct, root } = await history.commitment(0, 0n);
    expect(root).to.deep.equal(commitmentOf(20, rootsOf([])).root);
    expect(history.halt()).to.equal(BigInt(distinct));
    expect((await history.commitment(0, BigInt(distinct))).distinct).to.equal(1);
  });
});
