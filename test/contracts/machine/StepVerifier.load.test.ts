/** Programs and fragments on chain against `verifier/state` and `verifier/proof`. */
import { expect } from "chai";
import { hexlify, zeroPadValue, toBeHex } from "ethers";
import fc from "fast-check";
import { Status } from "../../../verifier/machine/codes.ts";
import { type Header, initialRegisters, isValidHeader, packHeader } from "../../../verifier/machine/record.ts";
import { Tree } from "../../../verifier/merkle/tree.ts";
import { zeroHash } from "../../../verifier/merkle/zero.ts";
import { loadOpening } from "../../../verifier/proof/load.ts";
import { programTerms } from "../../../agents/chain/program-terms.ts";
import type { ProgramImage } from "../../../verifier/state/image.ts";
import { initialState, inputRoot, load, MAX_INPUT_BYTES, programRoot } from "../../../verifier/state/program.ts";
import { recordBytes, stateRoot, type State } from "../../../verifier/state/state.ts";
import { anyState } from "../../verifier/machine/arbitrary-state.ts";
import { SEED } from "../../verifier/seed.ts";
import { deployVerifier, type Verifier } from "./verifier.ts";

const HEADER: Header = {
  version: 1,
  codeDepth: 6,
  stackDepth: 16,
  memoryDepth: 14,
  cellsDepth: 5,
  regionBits: 2,
  slotLimit: 1000,
};

const IMAGE: ProgramImage = {
  header: HEADER,
  code: [1n, 2n, 3n << 240n],
  memory: [{ region: 0, offset: 70, bytes: Uint8Array.from([1, 2, 3]) }],
  cells: new Map([[4, 9n]]),
  sizes: 7n << 192n,
  sourcesRoot: new Uint8Array(32).fill(0x5a),
};

const word = (value: bigint): string => zeroPadValue(toBeHex(value), 32);

describe("StepVerifier, programs and fragments", () => {
  let verifier: Verifier;
  before(async () => {
    verifier = await deployVerifier();
  });

  it("refuses arithmetic that is not there", async () => {
    const nobody = "0x0000000000000000000000000000000000001234";
    const { contract } = verifier;
    const somebody = await verifier.integers.getAddress();
    const pairs: [string, string][] = [
      [nobody, somebody],
      [somebody, nobody],
    ];
    for (const [integers, floats] of pairs) {
      const made = verifier.deploy(integers, floats);
      await expect(made).to.be.revertedWithCustomError(contract, "NoArithmetic").withArgs(nobody);
    }
  });

  it("gives a program's root and its initial record", async () => {
    const { contract } = verifier;
    const program = programTerms({ image: IMAGE });
    expect(await contract.programRoot(program)).to.equal(hexlify(programRoot(IMAGE)));
    expect(await contract.initialRecord(program)).to.equal(hexlify(recordBytes(initialState(IMAGE))));
  });

  it("knows the zero hash of every depth", async () => {
    const { contract } = verifier;
    for (let stackDepth = 0; stackDepth <= 40; stackDepth++) {
      const header = word(packHeader({ ...HEADER, stackDepth }));
      const record = await contract.initialRecord({ ...programTerms({ image: IMAGE }), header });
      expect(record.slice(2 + 128, 2 + 192)).to.equal(hexlify(zeroHash(stackDepth)).slice(2));
    }
  });

  it("refuses a header that no machine can run", async () => {
    const { contract } = verifier;
    const bad: Partial<Header>[] = [
      ...[{ version: 2 }, { codeDepth: 41 }, { regionBits: 1 }, { memoryDepth: 12 }],
      ...[0n, 159n, 192n, 199n].map((bit) => ({ unused: 1n << bit })),
    ];
    for (const wrong of bad) {
      const header = packHeader({ ...HEADER, ...wrong });
      await expect(contract.initialRecord({ ...programTerms({ image: IMAGE }), header: word(header) }))
        .to.be.revertedWithCustomError(contract, "WrongHeader")
        .withArgs(header);
    }
  });

  it("loads fragments as the reference does, from states of all kinds", async () => {
    const { contract } = verifier;
    const fragment = fc.record({
      state: anyState.filter(({ header }) => isValidHeader(header)),
      input: fc.uint8Array({ maxLength: 200 }),
      budget: fc.bigInt(0n, (1n << 64n) - 1n),
    });
    for (const { state, input, budget } of fc.sample(fragment, { numRuns: 150, seed: SEED })) {
      const yielded = { ...state, registers: { ...state.registers, status: Status.yielded } };
      const loaded = hexlify(stateRoot(load(yielded, input, budget)));
      expect(await ask(contract, yielded, input, budget)).to.equal(loaded);
    }
  });

  it("loads the longest input", async () => {
    const input = new Uint8Array(MAX_INPUT_BYTES).fill(0xa5);
    const state = initialState(IMAGE);
    expect(await ask(verifier.contract, state, input, 1n)).to.equal(hexlify(stateRoot(load(state, input, 1n))));
  });

  it("refuses what is not a yielded record with its opening", async () => {
    const { contract } = verifier;
    const state = initialState(IMAGE);
    const [record, opening] = [recordBytes(state), loadOpening(state)];
    const root = inputRoot(new Uint8Array(3));
    const refused = (name: string, args: Parameters<typeof contract.load>) =>
      expect(contract.load(...args)).to.be.revertedWithCustomError(contract, name);

    await refused("WrongLength", [record.slice(1), root, 3, 9, opening]);
    await refused("WrongLength", [Buffer.concat([record, record]), root, 3, 9, opening]);
    await refused("InputTooLong", [record, root, MAX_INPUT_BYTES + 1, 9, opening]);
    await refused("WrongLength", [record, root, 3, 9, Buffer.concat([opening, new Uint8Array(1)])]);
    await refused("WrongOpening", [record, root, 3, 9, Buffer.concat([new Uint8Array(8), opening.slice(8)])]);
    const low = opening.slice();
    low[7]! |= 1;
    await refused("WrongBitmap", [record, root, 3, 9, low]);
    const high = opening.slice();
    high[1]! |= 1;
    await refused("WrongBitmap", [record, root, 3, 9, high]);
    for (const status of [Status.running, Status.finished, Status.trapped, 7]) {
      const other = recordBytes({ ...state, registers: { ...initialRegisters(0n), status } });
      await refused("NotYielded", [other, root, 3, 9, opening]);
    }
    for (const wrong of [{ version: 3 }, { unused: 1n }, { unused: 1n << 192n }]) {
      const header = recordBytes({ ...state, header: { ...HEADER, ...wrong } });
      await refused("WrongHeader", [header, root, 3, 9, opening]);
    }
    const elsewhere = recordBytes({ ...state, memory: Tree.empty(14).set(1, 1n) });
    await refused("WrongOpening", [elsewhere, root, 3, 9, opening]);
  });
});

async function ask(contract: Verifier["contract"], state: State, input: Uint8Array, budget: bigint): Promise<string> {
  return contract.load(recordBytes(state), inputRoot(input), input.length, budget, loadOpening(state));
}
