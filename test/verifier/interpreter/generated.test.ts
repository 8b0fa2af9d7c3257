/**
 * Generated modules: the interpreter agrees with the reference at random pauses, however their
 * transactions end.
 */
import fc from "fast-check";
import { buildProgram } from "../../../verifier/program/build.ts";
import { encodeTransactions } from "../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import { type GeneratedModule, moduleArbitrary } from "../../support/generate-module.ts";
import { anyBudget, anyTerms, generatedTransactions, type Terms } from "../../support/generated-transactions.ts";
import { SEED } from "../seed.ts";
import { expectAgreement } from "../../support/agree.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 60);

interface Run {
  readonly generated: GeneratedModule;
  readonly terms: Terms;
  readonly gaps: readonly number[];
  readonly budget: bigint;
}

const runs: fc.Arbitrary<Run> = fc.record({
  generated: moduleArbitrary(1500, false),
  terms: anyTerms,
  gaps: fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 700 })), {
    minLength: 1,
    maxLength: 20,
  }),
  budget: anyBudget,
});

function check({ generated, terms, gaps, budget }: Run): void {
  const program = buildProgram([{ name: "guest", bytes: generated.bytes }], {
    convention: "typed",
    limits: { slotLimit: 600, tableCapacity: 4096 },
  });
  const transactions = generatedTransactions(program, generated, terms);
  const first = load(initialState(program.image), encodeTransactions(transactions), budget);
  const { end } = expectAgreement(first, gaps);
  if (end.registers.status === 1) {
    // The next fragment finds what the last one left.
    expectAgreement(load(end, encodeTransactions(transactions.slice(0, 1)), budget), [997]);
  }
}

describe("interpreter / generated modules", function () {
  this.timeout(300_000);

  it(`agrees with the reference on ${RUNS} modules`, () => {
    fc.assert(fc.property(runs, check), { seed: SEED, numRuns: RUNS });
  });
});
