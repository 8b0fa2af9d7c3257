/**
 * The step of the contract against the step of `verifier/machine`, on random states, well-formed
 * and ill-formed.
 */
import { expect } from "chai";
import { hexlify } from "ethers";
import fc from "fast-check";
import { Op } from "../../../verifier/instructions/table.ts";
import { Status, Trap } from "../../../verifier/machine/codes.ts";
import { UNUSED_HEADER_BITS } from "../../../verifier/machine/record.ts";
import { packImm32 } from "../../../verifier/machine/word.ts";
import { prove } from "../../../verifier/proof/witness.ts";
import { stateRoot, type State } from "../../../verifier/state/state.ts";
import { anyState, OPCODES, stateOf } from "../../verifier/machine/arbitrary-state.ts";
import { loadedState, word } from "../../verifier/machine/assemble.ts";
import { SEED } from "../../verifier/seed.ts";
import { edgeStateOf } from "./edges.ts";
import { trapOf } from "./scenarios.ts";
import { deployVerifier, queryOf, type StepQuery, type Verifier } from "./verifier.ts";

/** States for each opcode of the table, of all kinds and around the bounds. */
const STATES_EACH = 100;
const EDGES_EACH = 100;
/** States with any opcode, known or not, and with more bad headers. */
const STATES_OF_ANY = 6_000;

/** Traps of a state rather than of the instruction that it is about to take. */
const TRAPS_OF_STATES: readonly number[] = [Trap.header, Trap.pc, Trap.outOfFuel];

/** Instructions that cannot trap in a state that gets so far. */
const NEVER_TRAP: readonly number[] = [Op.nop];

/** Tag, type id, frame size and entry of references, each around its bounds. */
const fieldsOfReferences = [0, 1, 2, 3].flatMap((tag) =>
  [0, 3, 0x2003, 0x3fff].flatMap((type) =>
    [0, 9, 0x109, 0xffff].flatMap((frame) => [0, 0xffff_ffff].map((entry) => [tag, type, frame, entry] as const)),
  ),
);

interface Case extends StepQuery {
  readonly expected: string;
  /** The trap of the step, 0 if there was none; undefined if nothing was executed. */
  readonly outcome: number | undefined;
}

function caseOf(state: State): Case {
  const { witness, next } = prove(state);
  const trap = trapOf(next, state.checkpoint !== undefined);
  const executed = state.registers.status === Status.running && !TRAPS_OF_STATES.includes(trap);
  return { ...queryOf(witness), expected: hexlify(stateRoot(next)), outcome: executed ? trap : undefined };
}

/** What an opcode has to show in the states that were drawn for it. */
function expectOutcomes(op: number, cases: readonly Case[]): void {
  const outcomes = new Set(cases.map(({ outcome }) => outcome));
  const name = `opcode 0x${op.toString(16)}`;
  if (op !== Op.unreachable) expect(outcomes.has(0), `${name} succeeds`).to.equal(true);
  if (NEVER_TRAP.includes(op)) return;
  const traps = [...outcomes].filter((outcome) => outcome !== 0 && outcome !== undefined);
  expect(traps.length, `${name} traps`).to.be.at.least(1);
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

  for (const [title, each, statesOf] of [
    ["of all kinds", STATES_EACH, stateOf],
    ["around the bounds of leaves, pages, regions, tables and frames", EDGES_EACH, edgeStateOf],
  ] as const) {
    it(`agree on ${each} states ${title} for each of ${OPCODES.length} opcodes`, async () => {
      const cases = OPCODES.map((op) => {
        const drawn = fc.sample(statesOf(op), { numRuns: each, seed: SEED + op }).map(caseOf);
        if (statesOf === stateOf) expectOutcomes(op, drawn);
        return drawn;
      }).flat();
      expect(cases.length).to.be.at.least(10_000);
      await expectAgreement(cases);
    });
  }

  it("agree on any instruction word, bad headers and halted states", async () => {
    await expectAgreement(fc.sample(anyState, { numRuns: STATES_OF_ANY, seed: SEED }).map(caseOf));
  });

  it("agree on every field of a reference at its bounds", async () => {
    const leaves = fieldsOfReferences.flatMap(([tag, type, frame, entry]) => {
      const leaf = (BigInt(tag) << 62n) | (BigInt(type) << 48n) | (BigInt(frame) << 32n) | BigInt(entry);
      return [leaf, leaf | (1n << 64n)];
    });
    const cases = leaves.flatMap((leaf) =>
      [0, 3, 0x3fff, 0x4003].map((type) => {
        const call = word(Op.callIndirect, { top: 1, a: 16, imm: packImm32(type, 1, 5) });
        return caseOf(loadedState([call], { cells: { 5: 1n, 16: leaf } }));
      }),
    );
    const outcomes = new Set(cases.map(({ outcome }) => outcome));
    expect(outcomes).to.deep.equal(new Set([Trap.uninitializedElement, Trap.indirectCallType, 0, Trap.stackExhausted]));
    await expectAgreement(cases);
  });

  it("agree that no machine runs with a bit in its header that no field has", async () => {
    const running = loadedState([word(Op.nop)]);
    const bits = Array.from({ length: 256 }, (_, i) => 1n << BigInt(i)).filter(
      (bit) => (bit & UNUSED_HEADER_BITS) !== 0n,
    );
    expect(bits).to.have.length(168);
    await expectAgreement(bits.map((unused) => caseOf({ ...running, header: { ...running.header, unused } })));
  });
});
