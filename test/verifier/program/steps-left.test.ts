/**
 * What a fragment's final state has left of its budget tells how many steps it took: a Deal counts
 * the steps of claims so (contracts/deal/PackedRecord.sol).
 */
import { expect } from "chai";
import fc from "fast-check";
import { Status } from "../../../verifier/machine/codes.ts";
import { isHalted, stepState } from "../../../verifier/state/step-state.ts";
import { anyBudget, generatedCase, generatedRun } from "../../support/generated-transactions.ts";
import { SEED } from "../seed.ts";

describe("the steps of a fragment", () => {
  it("are what is missing of the budget, however its transactions end", () => {
    const ends = new Map<number, number>();
    const runs = fc.record({ ...generatedCase, budget: anyBudget });
    fc.assert(
      fc.property(runs, ({ generated, terms, budget }) => {
        let state = generatedRun(generated, terms, budget).first;
        let steps = 0n;
        for (; !isHalted(state); steps++) state = stepState(state);
        const { fuel, reserve, status } = state.registers;
        ends.set(status, (ends.get(status) ?? 0) + 1);
        // The step that finds the fuel spent costs none.
        const free = status === Status.trapped && fuel + reserve === 0n ? 1n : 0n;
        expect([steps, steps - free]).to.include(budget - fuel - reserve);
      }),
      { seed: SEED, numRuns: 60 },
    );
    expect([...ends.keys()].sort()).to.include.members([Status.yielded, Status.trapped]);
  });
});
