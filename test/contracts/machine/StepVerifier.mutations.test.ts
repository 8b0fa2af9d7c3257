/**
 * Changed proofs: whatever is changed, the contract either refuses it or gives the next root that
 * it gave before.
 */
import { expect } from "chai";
import { hexlify } from "ethers";
import fc from "fast-check";
import { WitnessError } from "../../../verifier/proof/witness-reader.ts";
import { verifyStep } from "../../../verifier/proof/verify.ts";
import { prove } from "../../../verifier/proof/witness.ts";
import { RECORD_BYTES, stateRoot, type State } from "../../../verifier/state/state.ts";
import { anyState, OPCODES, stateOf } from "../../verifier/machine/arbitrary-state.ts";
import { SEED } from "../../verifier/seed.ts";
import { type Mutation, MUTATIONS } from "./mutations.ts";
import { deployVerifier, queryOf, type StepQuery, type Verifier } from "./verifier.ts";

/** Mutations of each kind for each of the states. */
const EACH = 4;
const STATES_EACH = 3;

interface Case extends StepQuery {
  readonly kind: string;
  /**
   * The next root for the unchanged witness; the only one that may come out for the unchanged state
   * root.
   */
  readonly honest: string;
  /** What `verifyStep` gives for the changed witness; undefined if it refuses it. */
  readonly reference: string | undefined;
}

const REASONS = ["TruncatedRecord", "WrongRecord", "WrongOpening", "WrongBitmap", "WrongCheckpoint", "WrongLength"];

describe("StepVerifier and changed proofs", () => {
  let verifier: Verifier;
  let states: State[];
  before(async () => {
    verifier = await deployVerifier();
    const known = OPCODES.flatMap((op) => fc.sample(stateOf(op), { numRuns: STATES_EACH, seed: SEED + op }));
    states = [...known, ...fc.sample(anyState, { numRuns: 100, seed: SEED })];
  });

  it("gives no other result for at least 10,000 of them, and refuses exactly what the reference refuses", async () => {
    const cases = states.flatMap((state, i) => casesOf(state, SEED + i));
    expect(cases.length).to.be.at.least(10_000);
    const answers = await verifier.steps(cases);
    const seen = new Map<string, number>();
    cases.forEach(({ kind, witness, honest, reference }, i) => {
      const answer = answers[i]!;
      const what = `${kind}: ${hexlify(witness)}`;
      if (answer.accepted && answer.next !== honest) expect.fail(`another result for ${what}`);
      if (answer.accepted !== (reference !== undefined)) expect.fail(`the reference disagrees on ${what}`);
      const outcome = answer.accepted ? "accepted" : answer.reason;
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    });
    expect([...seen.keys()]).to.have.members([...REASONS, "accepted"]);
  });

  it("gives the reference's result for changed records under their own root", async () => {
    const record = fc.tuple(fc.nat(8 * RECORD_BYTES - 1), fc.nat(states.length - 1));
    const cases = fc.sample(record, { numRuns: 2_000, seed: SEED }).map(([bit, i]) => {
      const { witness } = prove(states[i]!);
      const changed = witness.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const query = queryOf(changed);
      return { ...query, reference: refer(query) };
    });
    const answers = await verifier.steps(cases);
    const accepted = answers.map((answer) => (answer.accepted ? answer.next : undefined));
    expect(accepted.filter((next) => next !== undefined).length).to.be.within(100, 1_900);
    cases.forEach(({ witness, reference }, i) => {
      if (accepted[i] !== reference) expect.fail(`${accepted[i]}, not ${reference}, for ${hexlify(witness)}`);
    });
  });
});

function casesOf(state: State, seed: number): Case[] {
  const { witness, next } = prove(state);
  const { root } = queryOf(witness);
  const honest = hexlify(stateRoot(next));
  return Object.entries(MUTATIONS).flatMap(([kind, mutation]: [string, Mutation]) =>
    fc
      .sample(fc.tuple(fc.nat(0xffff), fc.nat(0xffff), fc.nat(255)), { numRuns: EACH, seed })
      .map((choices) => mutation(witness, choices))
      .filter((changed) => changed !== undefined && !Buffer.from(changed).equals(witness))
      .map((changed): Case => {
        const query = { root, witness: changed! };
        return { ...query, kind, honest, reference: refer(query) };
      }),
  );
}

function refer({ root, witness }: StepQuery): string | undefined {
  try {
    return hexlify(verifyStep(root, witness));
  } catch (error) {
    if (error instanceof WitnessError) return undefined;
    throw error;
  }
}
