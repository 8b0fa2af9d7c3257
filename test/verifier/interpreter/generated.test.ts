/**
 * Generated modules: the interpreter agrees with the reference at random pauses, however their
 * transactions end.
 */
import fc from "fast-check";
import { encodeTransactions } from "../../../verifier/program/transactions.ts";
import { load } from "../../../verifier/state/program.ts";
import { anyBudget, anyGaps, generatedCase, generatedRun } from "../../support/generated-transactions.ts";
import { SEED } from "../seed.ts";
import { expectAgreement } from "../../support/agree.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 60);

const runs = fc.record({ ...generatedCase, gaps: anyGaps(700), budget: anyBudget });

const agrees = fc.property(runs, ({ generated, terms, gaps, budget }) => {
  const { transactions, first } = generatedRun(generated, terms, budget);
  const { end } = expectAgreement(first, gaps);
  if (end.registers.status === 1) {
    // The next fragment finds what the last one left.
    expectAgreement(load(end, encodeTransactions(transactions.slice(0, 1)), budget), [997]);
  }
});

describe("interpreter / generated modules", () => {
  it(`agrees with the reference on ${RUNS} modules`, () => {
    fc.assert(agrees, { seed: SEED, numRuns: RUNS });
  });
});
