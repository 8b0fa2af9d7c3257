/**
 * Generated modules: the engine agrees with the interpreter at random pauses, however their
 * transactions end.
 */
import { expect } from "chai";
import fc from "fast-check";
import { buildProgram } from "../../../verifier/program/build.ts";
import { encodeTransactions } from "../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import { type GeneratedModule, moduleArbitrary } from "../../support/generate-module.ts";
import { anyTerms, generatedTransactions, type Terms } from "../../support/generated-transactions.ts";
import { SEED } from "../seed.ts";
import { eagerEngine, expectEngineAgreement } from "../../support/agree.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 150);

interface Run {
  readonly generated: GeneratedModule;
  readonly terms: Terms;
  readonly gaps: readonly number[];
  readonly slotLimit: number;
}

const runs: fc.Arbitrary<Run> = fc.record({
  generated: moduleArbitrary(1500, false),
  terms: anyTerms,
  gaps: fc.array(
    fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 30_000 })),
    { minLength: 1, maxLength: 20 },
  ),
  slotLimit: fc.constantFrom(600, 65_535),
});

describe("engine / generated modules", function () {
  this.timeout(300_000);

  it(`agrees with the interpreter on ${RUNS} modules`, () => {
    let native = 0n;
    let traps = 0;
    fc.assert(
      fc.property(runs, ({ generated, terms, gaps, slotLimit }) => {
        const program = buildProgram([{ name: "guest", bytes: generated.bytes }], {
          convention: "typed",
          limits: { slotLimit },
        });
        const transactions = generatedTransactions(program, generated, terms);
        const engine = eagerEngine(program);
        const start = load(initialState(program.image), encodeTransactions(transactions), 5_000_000n);
        expectEngineAgreement(engine, start, gaps, 60);
        native += engine.report.nativeSteps;
        traps += engine.report.traps;
      }),
      { seed: SEED, numRuns: RUNS },
    );
    expect(native > 10_000n).to.equal(true);
    expect(traps).to.be.greaterThan(0);
  });
});
