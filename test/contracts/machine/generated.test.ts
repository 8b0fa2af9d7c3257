/**
 * Steps of generated modules, as the contract and the reference take them: of every opcode that
 * comes up, and at random.
 */
import { expect } from "chai";
import { hexlify } from "ethers";
import fc from "fast-check";
import { Op } from "../../../verifier/instructions/table.ts";
import { unpackWord } from "../../../verifier/machine/word.ts";
import { encodeTransactions } from "../../../verifier/program/transactions.ts";
import { prove } from "../../../verifier/proof/witness.ts";
import { load } from "../../../verifier/state/program.ts";
import { stateRoot, type State } from "../../../verifier/state/state.ts";
import { isHalted, stepState } from "../../../verifier/state/step-state.ts";
import { moduleArbitrary } from "../../support/generate-module.ts";
import { SEED } from "../../verifier/seed.ts";
import { GeneratedGuest } from "../../verifier/program/generated-twin.ts";
import { deployVerifier, queryOf, type StepQuery } from "./verifier.ts";

const MODULES = 120;
/** Steps looked at in each transaction. */
const STEPS = 3_000n;
/** Steps proven of each opcode, and one in so many of all others. */
const EACH = 50;
const ODDS = 97;

/** Instructions on tables, of which there must be enough. */
const TABLE_OPS: readonly number[] = [
  ...[Op.tableGet, Op.tableSet, Op.tableGrow, Op.tableFill, Op.tableCopy, Op.tableInit, Op.elemDrop],
  ...[Op.copyCells, Op.fillCells, Op.callIndirect],
];

interface Case extends StepQuery {
  readonly expected: string;
}

const opcodeAt = ({ code, registers: { pc } }: State): number => unpackWord(code.get(pc)).op;

/** Chooses states of the transactions that modules are called by. */
function* statesOf(taken: Map<number, number>): Generator<State> {
  let seen = 0;
  for (const [i, generated] of fc.sample(moduleArbitrary(), { seed: SEED, numRuns: MODULES }).entries()) {
    const guest = new GeneratedGuest(generated, i % 2 === 0 ? "program" : "session");
    for (const { name, args } of generated.calls) {
      const transaction = { ...guest.transaction(name, args), fuel: STEPS, keep: i % 4 < 2 };
      let state = load(guest.state, encodeTransactions([transaction]), 2n * STEPS);
      for (; !isHalted(state); state = stepState(state)) {
        const op = opcodeAt(state);
        const count = taken.get(op) ?? 0;
        if (count >= EACH && ++seen % ODDS !== 0) continue;
        taken.set(op, count + 1);
        yield state;
      }
      guest.state = state;
    }
  }
}

describe("StepVerifier and generated modules", () => {
  it(`agrees on thousands of steps of ${MODULES} modules with references, tables, floats and bulk instructions`, async () => {
    const verifier = await deployVerifier();
    const taken = new Map<number, number>();
    const cases = [...statesOf(taken)].map((state): Case => {
      const { witness, next } = prove(state);
      return { ...queryOf(witness), expected: hexlify(stateRoot(next)) };
    });
    const answers = await verifier.steps(cases);
    cases.forEach(({ expected, witness }, i) => {
      const answer = answers[i];
      const got = answer?.accepted ? answer.next : answer?.reason;
      // A message of its own: chai would print thousands of witnesses.
      if (got !== expected) expect.fail(`case ${i}: ${got}, not ${expected}, for the witness ${hexlify(witness)}`);
    });
    expect(cases.length).to.be.at.least(7_000);
    expect(TABLE_OPS.filter((op) => (taken.get(op) ?? 0) < 10)).to.deep.equal([]);
  });
});
