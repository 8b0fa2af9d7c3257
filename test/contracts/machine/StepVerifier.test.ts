/** The step of the contract against the step of `verifier/machine`, on random states, well-formed and ill-formed. */
import { expect } from "chai";
import { hexlify } from "ethers";
import fc from "fast-check";
import { verifyStep } from "../../../verifier/proof/verify.ts";
import { prove } from "../../../verifier/proof/witness.ts";
import { stateRoot, type State } from "../../../verifier/state/state.ts";
import { anyState, OPCODES, stateOf, withHeaderNoise } from "../../verifier/machine/arbitrary-state.ts";
import { SEED } from "../../verifier/seed.ts";
import { edgeStateOf } from "./edges.ts";
import { deployVerifier, queryOf, type StepQuery, type Verifier } from "./verifier.ts";

/** States for each opcode of the table, of all kinds and around the bounds. */
const STATES_EACH = 100;
const EDGES_EACH = 100;
/** States with any opcode, known or not, and with more bad headers. */
const STATES_OF_ANY = 6_000;
/** States whose headers have noise in the bits that no field uses. */
const NOISY_STATES = 1_000;

interface Case extends StepQuery {
  readonly expected: string;
}

function caseOf(state: State): Case {
  const { witness, next } = prove(state);
  return { ...queryOf(witness), expected: hexlify(stateRoot(next)) };
}

function noisyCaseOf([state, noise]: readonly [State, bigint]): Case {
  const query = queryOf(withHeaderNoise(prove(state).witness, noise));
  return { ...query, expected: hexlify(verifyStep(query.root, query.witness)) };
}

describe("StepVerifier and the reference step", () => {
  let verifier: Verifier;
  before(async () => {
    verifier = await deployVerifier();
  });

  async function expectAgreement(cases: readonly Case[]): Promise<void> {
    const answers = await verifier.steps(cases);
    cases.forEach(({ expected, witness }, i) => {
      const answer = answers[i];
      const got = answer?.accepted ? answer.next : answer?.reason;
      // A message of its own: chai would print thousands of witnesses.
      if (got !== expected) expect.fail(`case ${i}: ${got}, not ${expected}, for the witness ${hexlify(witness)}`);
    });
  }

  it(`agree on ${STATES_EACH} states of each of ${OPCODES.length} opcodes`, async () => {
    const states = OPCODES.flatMap((op) => fc.sample(stateOf(op), { numRuns: STATES_EACH, seed: SEED + op }));
    expect(states.length).to.be.at.least(10_000);
    await expectAgreement(states.map(caseOf));
  });

  it(`agree on ${EDGES_EACH} states of each of them around the bounds of leaves, pages, regions, tables and frames`, async () => {
    const states = OPCODES.flatMap((op) => fc.sample(edgeStateOf(op), { numRuns: EDGES_EACH, seed: SEED + op }));
    await expectAgreement(states.map(caseOf));
  });

  it("agree on any instruction word, bad headers and halted states", async () => {
    await expectAgreement(fc.sample(anyState, { numRuns: STATES_OF_ANY, seed: SEED }).map(caseOf));
  });

  it("carry along the bits of a header that no field uses", async () => {
    const noisy = fc.tuple(anyState, fc.bigInt(0n, (1n << 168n) - 1n));
    await expectAgreement(fc.sample(noisy, { numRuns: NOISY_STATES, seed: SEED }).map(noisyCaseOf));
  });
});
