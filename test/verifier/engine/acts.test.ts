/**
 * A guest that grows, traps, recurses and changes everything that can be changed, under engines of
 * all kinds: executions of one engine take turns at random, are saved, restored and dropped, and
 * always agree with the interpreter.
 */
import { expect } from "chai";
import fc from "fast-check";
import { engineExecutor, type EngineExecutor, type EngineOptions } from "../../../verifier/engine/executor.ts";
import type { Execution } from "../../../verifier/state/executor.ts";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { Tree } from "../../../verifier/merkle/tree.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { Checkpoint } from "../../../verifier/state/checkpoint.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import type { State } from "../../../verifier/state/state.ts";
import { stepState } from "../../../verifier/state/step-state.ts";
import { ACTS, actsGuest, RUN_ACTS } from "../../support/acts.ts";
import { identity } from "../../support/agree.ts";
import { SEED } from "../seed.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 150);

/** Transactions of a run. */
interface Call {
  readonly acts: readonly number[];
  readonly seed: number;
  readonly fuel: bigint;
  readonly keep: boolean;
}

/** What is done to one of the executions. */
type Deed =
  | { readonly kind: "run"; readonly who: number; readonly steps: number }
  /** The execution goes on in place of another one. */
  | { readonly kind: "restore"; readonly who: number; readonly from: number }
  | { readonly kind: "save"; readonly who: number };

const call: fc.Arbitrary<Call> = fc.record({
  acts: fc.array(fc.nat(ACTS.length - 1), { minLength: 1, maxLength: 8 }),
  seed: fc.nat(2 ** 31 - 1),
  fuel: fc.oneof({ weight: 4, arbitrary: fc.constant(10n ** 9n) }, { weight: 1, arbitrary: fc.bigInt(0n, 40_000n) }),
  keep: fc.boolean(),
});

const WHO = 3;

const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("run" as const),
      who: fc.nat(WHO - 1),
      steps: fc.oneof(fc.nat(3), fc.nat(300), fc.nat(8000), fc.nat(200_000)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("restore" as const), who: fc.nat(WHO - 1), from: fc.nat(1000) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("save" as const), who: fc.nat(WHO - 1) }) },
);

const options: fc.Arbitrary<EngineOptions> = fc.oneof(
  fc.constant({ leastStretch: 1n, warmUp: 0n }),
  fc.constant({ leastStretch: 1n, warmUp: 0n }),
  fc.constant({ leastStretch: 1n, warmUp: 0n, nativeStack: 3000 }),
  fc.constant({ leastStretch: 1n, warmUp: 0n, nativeStack: 2 ** 30 }),
  fc.constant({ warmUp: 0n }),
  fc.constant({ leastStretch: 200n, warmUp: 5000n, nativeStack: 0 }),
  fc.constant({}),
);

function started(program: Program, calls: readonly Call[], fuel: bigint): State {
  const transactions = calls.map(({ acts, seed, ...terms }) => {
    const word = acts.reduceRight((packed, act) => (packed << 8n) | BigInt(act), 0n);
    return { ...terms, payload: encodeTypedPayload(RUN_ACTS, [word, BigInt(seed)]) };
  });
  return load(initialState(program.image), encodeTransactions(transactions), fuel);
}

/** A tree of the same leaves that has nothing of another one. */
function rebuilt(tree: Tree): Tree {
  let again = Tree.empty(tree.depth);
  for (const [first, bytes] of tree.pages()) again = again.withBytes(first, bytes.slice());
  return again;
}

/** Hashes that were taken over from page to page are those of the bytes. */
function expectHashes({ stack, memory, cells, checkpoint }: State): void {
  const trees = [stack, memory, cells];
  if (checkpoint instanceof Checkpoint) trees.push(checkpoint.stack, checkpoint.memory, checkpoint.cells);
  for (const tree of trees) expect(tree.root()).to.deep.equal(rebuilt(tree).root());
}

/** An execution and its twin. */
interface Pair {
  execution: Execution;
  interpreter: Interpreter;
}

class Comparison {
  readonly #engine: EngineExecutor;
  readonly #pairs: Pair[];
  readonly #saved: State[];
  states = 0;

  constructor(engine: EngineExecutor, start: State) {
    this.#engine = engine;
    this.#saved = [start];
    this.#pairs = Array.from({ length: WHO }, () => this.#pair(start));
  }

  do(deed: Deed): void {
    const pair = this.#pairs[deed.who]!;
    switch (deed.kind) {
      case "run":
        expect(pair.execution.run(BigInt(deed.steps))).to.equal(BigInt(pair.interpreter.run(deed.steps)));
        return;
      case "restore":
        this.#pairs[deed.who] = this.#pair(this.#saved[deed.from % this.#saved.length]!);
        return;
      default:
        this.#saved.push(this.save(pair));
    }
  }

  /** All of them to their ends. */
  finish(): void {
    for (const pair of this.#pairs) {
      expect(pair.execution.run(10n ** 15n)).to.equal(BigInt(pair.interpreter.run(Number.MAX_SAFE_INTEGER)));
      expectHashes(this.save(pair));
    }
  }

  save({ execution, interpreter }: Pair): State {
    const state = execution.save();
    expect(identity(state)).to.deep.equal(identity(interpreter.save()));
    if (this.states++ % 16 === 0) expectHashes(state);
    return state;
  }

  #pair(state: State): Pair {
    return { execution: this.#engine.load(state), interpreter: Interpreter.load(state) };
  }
}

describe("engine / a guest that does everything", () => {
  let program: Program;

  before(async () => {
    program = buildProgram([{ name: "acts", bytes: await actsGuest() }], {
      convention: "typed",
      limits: { slotLimit: 60_000 },
    });
  });

  it(`agrees with the interpreter through ${RUNS} runs that take turns`, () => {
    let states = 0;
    let native = 0n;
    const escapes = new Set<string>();
    const runs = fc.record({
      calls: fc.array(call, { minLength: 1, maxLength: 12 }),
      deeds: fc.array(deed, { minLength: 5, maxLength: 30, size: "max" }),
      terms: options,
      fuel: fc.oneof(fc.constant(10n ** 10n), fc.bigInt(0n, 300_000n)),
    });
    fc.assert(
      fc.property(runs, ({ calls, deeds, terms, fuel }) => {
        const engine = engineExecutor(program, terms);
        const comparison = new Comparison(engine, started(program, calls, fuel));
        for (const deed of deeds) comparison.do(deed);
        comparison.finish();
        states += comparison.states;
        native += engine.report.nativeSteps;
        for (const escape of engine.report.escapes.keys()) escapes.add(escape);
        expect(engine.interpreted).to.deep.equal([]);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    if (process.env["ACTS_REPORT"] !== undefined) console.log({ states, native, escapes });
    expect(states).to.be.greaterThan(5 * RUNS);
    expect(native > BigInt(1000 * RUNS)).to.equal(true);
    expect(escapes.size).to.be.greaterThan(5);
  });

  it("agrees with the reference at every step", () => {
    const calls = ACTS.map((_, act) => ({ acts: [0, act, act], seed: 77 * act + 5, fuel: 2000n, keep: act % 2 === 0 }));
    const engine = engineExecutor(program, { leastStretch: 1n, warmUp: 0n });
    let expected = started(program, calls, 10n ** 6n);
    const execution = engine.load(expected);
    let saved = expected;
    for (let step = 1; step <= 12_000; step++) {
      expected = stepState(expected);
      expect(execution.run(1n)).to.equal(1n);
      if (step % 37 !== 0) continue;
      expect(identity(execution.save()), `after ${step} steps`).to.deep.equal(identity(expected));
      const again = engine.load(saved);
      expect(again.run(37n)).to.equal(37n);
      saved = again.save();
      expect(identity(saved), `loaded again, after ${step} steps`).to.deep.equal(identity(expected));
    }
    expectHashes(saved);
  });
});
