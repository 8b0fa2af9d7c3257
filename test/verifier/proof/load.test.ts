import { expect } from "chai";
import fc from "fast-check";
import { Status } from "../../../verifier/machine/codes.ts";
import { isValidHeader } from "../../../verifier/machine/record.ts";
import { loadOpening, verifyLoad } from "../../../verifier/proof/load.ts";
import { WitnessError } from "../../../verifier/proof/witness-reader.ts";
import { inputRoot, load } from "../../../verifier/state/program.ts";
import { recordBytes, type State, stateRoot } from "../../../verifier/state/state.ts";
import { anyState } from "../machine/arbitrary-state.ts";
import { loadedState } from "../machine/assemble.ts";
import { SEED } from "../seed.ts";
import { mutation } from "./mutate-witness.ts";

const yielded = anyState
  .filter(({ header }) => isValidHeader(header))
  .map((state): State => ({ ...state, registers: { ...state.registers, status: Status.yielded } }));
const input = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.nat(65_536).map((n) => new Uint8Array(n).fill(3)),
);
const budget = fc.bigInt(0n, (1n << 64n) - 1n);

describe("verifyLoad", () => {
  it("gives the root of the loaded state", () => {
    fc.assert(
      fc.property(yielded, input, budget, (state, bytes, fuel) => {
        const commitment = { root: inputRoot(bytes), length: bytes.length };
        const expected = stateRoot(load(state, bytes, fuel));
        expect(verifyLoad(recordBytes(state), commitment, fuel, loadOpening(state))).to.deep.equal(expected);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it("accepts no mutated opening with another result", () => {
    let refused = 0;
    fc.assert(
      fc.property(yielded, mutation, (state, mutate) => {
        const commitment = { root: inputRoot(Uint8Array.of(1)), length: 1 };
        const expected = stateRoot(load(state, Uint8Array.of(1), 5n));
        try {
          const changed = mutate(loadOpening(state));
          expect(verifyLoad(recordBytes(state), commitment, 5n, changed)).to.deep.equal(expected);
        } catch (error) {
          if (!(error instanceof WitnessError)) throw error;
          refused++;
        }
      }),
      { seed: SEED, numRuns: 1000 },
    );
    expect(refused).to.be.greaterThan(800);
  });

  it("refuses bytes after the opening, and an opening that ends too soon", () => {
    const running = loadedState([], { input: Uint8Array.of(1) });
    const state = { ...running, registers: { ...running.registers, status: Status.yielded } };
    const opening = loadOpening(state);
    const attempt = (bytes: Uint8Array) => () =>
      verifyLoad(recordBytes(state), { root: inputRoot(Uint8Array.of(1)), length: 1 }, 1n, bytes);
    expect(attempt(opening)).not.to.throw();
    expect(attempt(Uint8Array.from([...opening, 0]))).to.throw(WitnessError, "1 bytes follow the last part");
    expect(attempt(opening.subarray(0, opening.length - 1))).to.throw(
      WitnessError,
      "ends inside the node of the opening",
    );
  });

  it("refuses states that do not wait for input, and wrong records", () => {
    const running = loadedState([]);
    const commitment = { root: inputRoot(new Uint8Array()), length: 0 };
    const state = { ...running, registers: { ...running.registers, status: Status.yielded } };
    const attempt =
      (record: Uint8Array, length = 0) =>
      () =>
        verifyLoad(record, { ...commitment, length }, 1n, loadOpening(state));
    expect(attempt(recordBytes(running))).to.throw(WitnessError, "status 0, not yielded");
    expect(attempt(recordBytes(state).subarray(1))).to.throw(WitnessError, "a record has 288 bytes, not 287");
    expect(attempt(recordBytes(state), 65_537)).to.throw(WitnessError, "more than 65536 bytes");
    for (const wrong of [{ version: 3 }, { unused: 1n }, { unused: 1n << 192n }]) {
      const odd = { ...state, header: { ...state.header, ...wrong } };
      expect(attempt(recordBytes(odd))).to.throw(WitnessError, "header");
    }
  });
});
