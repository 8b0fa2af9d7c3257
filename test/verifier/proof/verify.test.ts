/** Steps proven from whole states and checked from roots alone. */
import { expect } from "chai";
import fc from "fast-check";
import { Op } from "../../../verifier/instructions/table.ts";
import { Status, Trap } from "../../../verifier/machine/codes.ts";
import { equalHashes, keccak256 } from "../../../verifier/merkle/keccak.ts";
import { verifiedRecord, verifyStep } from "../../../verifier/proof/verify.ts";
import { prove } from "../../../verifier/proof/witness.ts";
import { WitnessError } from "../../../verifier/proof/witness-reader.ts";
import { recordBytes, type State, StateError, stateRoot } from "../../../verifier/state/state.ts";
import { stepState } from "../../../verifier/state/step-state.ts";
import { anyState, OPCODES, stateOf } from "../machine/arbitrary-state.ts";
import { after, loadedState, word } from "../machine/assemble.ts";
import { SEED } from "../seed.ts";
import { mutation } from "./mutate-witness.ts";

/** The next root by all three ways, which must agree. */
function expectAgreement(state: State): void {
  const root = stateRoot(state);
  const { witness, next } = prove(state);
  const expected = stateRoot(stepState(state));
  expect(equalHashes(stateRoot(next), expected), "prove and stepState differ").to.be.true;
  expect(equalHashes(verifyStep(root, witness), expected), "verifyStep and stepState differ").to.be.true;
}

describe("verifyStep", () => {
  for (const op of OPCODES) {
    it(`agrees with stepState on states of opcode 0x${op.toString(16)}`, () => {
      fc.assert(fc.property(stateOf(op), expectAgreement), { seed: SEED, numRuns: 100 });
    });
  }

  it("agrees with stepState on states of any kind", () => {
    fc.assert(fc.property(anyState, expectAgreement), { seed: SEED, numRuns: 1500 });
  });

  it("agrees that no machine runs with bits in its header that no field has, and keeps them", () => {
    const running = loadedState([word(Op.nop)]);
    for (const bit of [0n, 159n, 192n, 199n]) {
      const state = { ...running, header: { ...running.header, unused: 1n << bit } };
      expectAgreement(state);
      const next = stepState(state);
      expect(next.registers).to.include({ status: Status.trapped, trapCode: Trap.header });
      expect(verifiedRecord(stateRoot(state), recordBytes(state))).to.deep.equal(recordBytes(next));
    }
  });

  it("accepts none of 20,000 mutated witnesses with another result", () => {
    let refused = 0;
    let same = 0;
    fc.assert(
      fc.property(
        fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...OPCODES).chain(stateOf) }, anyState),
        fc.array(mutation, { minLength: 10, maxLength: 10 }),
        (state, list) => {
          const root = stateRoot(state);
          const { witness, next } = prove(state);
          const expected = stateRoot(next);
          for (const mutate of list) {
            try {
              const result = verifyStep(root, mutate(witness));
              expect(equalHashes(result, expected), "another result").to.be.true;
              same++;
            } catch (error) {
              if (!(error instanceof WitnessError)) throw error;
              refused++;
            }
          }
        },
      ),
      { seed: SEED, numRuns: 2000 },
    );
    expect(refused + same).to.equal(20_000);
    // Some changes change nothing: a zero hash written out, say.
    expect(same).to.be.greaterThan(20);
    expect(refused).to.be.greaterThan(15_000);
  });

  describe("says what is wrong, and where", () => {
    const state = after(loadedState([word(Op.i32Const, { imm: 7n }), word(Op.drop, { top: 1 })]), 1);
    const root = stateRoot(state);
    const { witness } = prove(state);
    const refused = (bytes: Uint8Array, text: string, offset: number): void => {
      expect(() => verifyStep(root, bytes))
        .to.throw(WitnessError, text)
        .with.property("offset", offset);
    };
    const changed = (at: number, value: number): Uint8Array => witness.slice().fill(value, at, at + 1);

    it("another state's record", () => {
      refused(changed(0, 1), "the record does not have the state's root", 0);
      expect(() => verifyStep(keccak256(root), witness)).to.throw(WitnessError, "byte 0");
    });
    it("a short record", () => refused(witness.subarray(0, 287), "ends inside the record", 0));
    it("a wrong leaf", () => refused(changed(288 + 10, 0xff), "opening of code leaf 2 does not lead to the root", 288));
    it("a wrong bit", () => {
      refused(changed(288 + 6, 1), "bitmap of the opening of code leaf 2 has bits outside levels 0 to 5", 288);
    });
    it("an opening that ends too soon", () => {
      refused(witness.subarray(0, 288 + 4), "ends inside the bitmap of the opening of code leaf 2", 288);
      refused(witness.subarray(0, 288 + 9), "ends inside the node of the opening of code leaf 2", 296);
    });
    it("bytes after the end", () => {
      refused(Uint8Array.from([...witness, 1, 2]), "2 bytes follow the last part", witness.length);
    });
    it("a wrong preimage", () => {
      const words = [
        word(Op.i32Const),
        word(Op.i32Const, { top: 1 }),
        word(Op.checkpoint, { top: 2 }),
        word(Op.unreachable),
      ];
      const open = after(loadedState(words), 3);
      const proof = prove(open).witness;
      const bad = proof.slice();
      bad[bad.length - 1]! ^= 1;
      const at = proof.length - 160;
      expect(() => verifyStep(stateRoot(open), bad))
        .to.throw(WitnessError, "preimage of saved")
        .with.property("offset", at);
      expect(() => verifyStep(stateRoot(open), proof.subarray(0, at))).to.throw(
        WitnessError,
        "ends inside the preimage",
      );
    });
  });
});

describe("prove", () => {
  it("opens nothing for a halted state, a bad header or spent fuel", () => {
    const state = loadedState([word(Op.nop)]);
    const length = (change: Partial<State["registers"]>, version = 1): number =>
      prove({ ...state, header: { ...state.header, version }, registers: { ...state.registers, ...change } }).witness
        .length;
    expect(length({ status: Status.finished })).to.equal(288);
    expect(length({}, 7)).to.equal(288);
    expect(length({ fuel: 0n })).to.equal(288);
    expect(length({ pc: 64 })).to.equal(288);
    expect(length({})).to.be.greaterThan(288);
  });

  it("adds only the preimage where fuel is spent inside a transaction", () => {
    const words = [word(Op.i64Const, { imm: 0n }), word(Op.i32Const, { top: 1 }), word(Op.checkpoint, { top: 2 })];
    const spent = after(loadedState(words), 3);
    expect(prove(spent).witness.length).to.equal(288 + 160);
    expect(prove(spent).next.registers.outcome % 2 ** 32).to.equal(Trap.outOfFuel);
  });

  it("says so where nobody knows the checkpoint", () => {
    const unknown = { ...loadedState([word(Op.nop), word(Op.unreachable)]), checkpoint: new Uint8Array(32).fill(3) };
    expectAgreement(unknown);
    expect(() => prove(after(unknown, 1))).to.throw(StateError, "preimage is not known");
  });

  it("takes 32 zero bytes for no checkpoint", () => {
    const state = { ...loadedState([word(Op.unreachable)]), checkpoint: new Uint8Array(32) };
    expectAgreement(state);
    expect(stepState(state).registers.status).to.equal(Status.trapped);
  });
});
