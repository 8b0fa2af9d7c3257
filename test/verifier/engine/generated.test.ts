/**
 * Generated modules: the engine agrees with the interpreter at random pauses, however their
 * transactions end.
 */
import { expect } from "chai";
import fc from "fast-check";
import { buildProgram } from "../../../verifier/program/build.ts";
import { encodeTransactions } from "../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import { anyGaps, generatedCase, generatedTransactions } from "../../support/generated-transactions.ts";
import { SEED } from "../seed.ts";
import { eagerEngine, expectEngineAgreement } from "../../support/agree.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 150);

const runs = fc.record({
  ...generatedCase,
  gaps: anyGaps(700, 30_000),
  slotLimit: fc.constantFrom(600, 65_535),
});

describe("engine / generated modules", () => {
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
