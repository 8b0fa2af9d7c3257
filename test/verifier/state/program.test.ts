/** Initial states, program roots and fragments. */
import { expect } from "chai";
import fc from "fast-check";
import { Op } from "../../../verifier/instructions/table.ts";
import { Status } from "../../../verifier/machine/codes.ts";
import { packHeader } from "../../../verifier/machine/record.ts";
import { zeroHash } from "../../../verifier/merkle/zero.ts";
import type { MemoryBytes } from "../../../verifier/state/image.ts";
import { initialState, inputRoot, load, programRoot } from "../../../verifier/state/program.ts";
import { recordBytes, type State, StateError, stateRoot } from "../../../verifier/state/state.ts";
import { after, imageOf, loadedState, runToHalt, SMALL, word } from "../machine/assemble.ts";
import { naiveHash, naiveLeaf, naiveRoot } from "../merkle/naive-tree.ts";
import { SEED } from "../seed.ts";

const image = imageOf([word(Op.yield), word(Op.br, { a: 1 })], {
  memory: [{ region: 0, offset: 5, bytes: Uint8Array.of(1, 2, 3) }],
  cells: { 9: 77n },
});
const words = (record: Uint8Array): Uint8Array[] =>
  Array.from({ length: 9 }, (_, i) => record.slice(32 * i, 32 * i + 32));

describe("the initial state", () => {
  it("waits at pc 1 with an empty stack, and its record has the words in their order", () => {
    const state = initialState(image);
    const padded = (list: readonly bigint[], depth: number): bigint[] => [
      ...list,
      ...Array<bigint>(2 ** depth - list.length).fill(0n),
    ];
    const code = image.code as readonly bigint[];
    const cells = padded([], 6).with(9, 77n);
    const memory = padded([], 13).with(0, 0x010203n << BigInt(8 * 24));
    const registers = (BigInt(Status.yielded) << 248n) | (1n << 208n);
    const expected = [
      naiveRoot(padded(code, 6)),
      naiveLeaf(packHeader(SMALL)),
      zeroHash(6),
      naiveRoot(memory),
      naiveRoot(cells),
      naiveLeaf(0n),
      naiveLeaf(registers),
      naiveLeaf(1n << 192n),
      naiveLeaf(0n),
    ];
    expect(words(recordBytes(state))).to.deep.equal(expected);
    expect(stateRoot(state)).to.deep.equal(naiveHash(...expected));
  });

  it("takes code as bytes too", () => {
    const bytes = Uint8Array.from(Buffer.concat((image.code as readonly bigint[]).map(naiveLeaf)));
    expect(stateRoot(initialState({ ...image, code: bytes }))).to.deep.equal(stateRoot(initialState(image)));
  });

  it("holds memory pieces of any alignment, the later over the earlier", () => {
    const piece = fc.record({
      region: fc.nat(3),
      offset: fc.oneof(fc.nat(200), fc.integer({ min: 4000, max: 4200 })),
      bytes: fc.oneof(
        fc.uint8Array({ maxLength: 100 }),
        fc.nat(9000).map((n) => new Uint8Array(n).fill(n)),
      ),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), (memory: MemoryBytes[]) => {
        const expected = new Uint8Array(4 * 65_536);
        for (const { region, offset, bytes } of memory) expected.set(bytes, region * 65_536 + offset);
        const state = initialState({ ...image, memory });
        expect(Buffer.compare(state.memory.readBytes(0, 2 ** 13), expected)).to.equal(0);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it("refuses memory that does not fit its region", () => {
    const memory = [{ region: 0, offset: 65_530, bytes: new Uint8Array(7) }];
    expect(() => initialState({ ...image, memory })).to.throw(StateError, "7 bytes at offset 65530 do not fit");
    expect(() => initialState({ ...image, memory: [{ ...memory[0]!, offset: 65_529 }] })).not.to.throw();
  });
});

describe("the program root", () => {
  it("is the hash of version, code, memory, cells, sizes, header and sources", () => {
    const state = initialState(image);
    const expected = naiveHash(
      naiveLeaf(1n),
      state.code.root(),
      state.memory.root(),
      state.cells.root(),
      naiveLeaf(image.sizes),
      naiveLeaf(packHeader(SMALL)),
      image.sourcesRoot,
    );
    expect(programRoot(image)).to.deep.equal(expected);
    expect(programRoot(image, state)).to.deep.equal(expected);
  });

  it("changes with each part of the image", () => {
    const variants = [
      image,
      { ...image, code: [...(image.code as bigint[]), 1n] },
      { ...image, memory: [] },
      { ...image, cells: new Map() },
      { ...image, sizes: 2n << 192n },
      { ...image, sourcesRoot: new Uint8Array(32).fill(1) },
      { ...image, header: { ...SMALL, slotLimit: 63 } },
    ];
    expect(new Set(variants.map((variant) => programRoot(variant).join())).size).to.equal(variants.length);
  });
});

describe("a fragment", () => {
  const yielding = [
    word(Op.i64Const, { imm: 1n }),
    word(Op.outputAppend, { top: 1 }),
    word(Op.yield),
    word(Op.br, { a: 1 }),
  ];

  it("begins with its input, an empty output and its budget", () => {
    const input = Uint8Array.from({ length: 50 }, (_, i) => i + 1);
    const start = initialState(imageOf(yielding));
    const state = load(start, input, 99n);
    expect(state.registers).to.include({ status: Status.running, pc: 1, fuel: 99n, inputLength: 50, outputLength: 0 });
    expect([...state.memory.readBytes(3 * 2 ** 11, 2).subarray(0, 51)]).to.deep.equal([...input, 0]);
    expect([...start.memory.leaves()]).to.deep.equal([]);
  });

  it("goes on where the one before yielded; its output and its input are new, the rest stays", () => {
    const first = runToHalt(loadedState(yielding, { input: new Uint8Array(300).fill(9) })).state;
    expect(first.memory.get(2 * 2 ** 11)).to.equal(1n << 248n);
    const second = load(first, Uint8Array.of(4), 10n);
    expect(second.registers).to.include({ pc: 4, inputLength: 1, outputLength: 0, receiptCount: 0, outputStart: 0 });
    expect([...second.memory.leaves()]).to.deep.equal([[3 * 2 ** 11, 4n << 248n]]);
    expect(runToHalt(second).state.registers).to.include({ status: Status.yielded, outputLength: 8 });
  });

  it("begins only in a yielded state with a header that runs, with input of at most 64 KiB and a budget of 64 bits", () => {
    const start = initialState(imageOf(yielding));
    const changed = (registers: Partial<State["registers"]>): State => ({
      ...start,
      registers: { ...start.registers, ...registers },
    });
    const none = new Uint8Array();
    for (const status of [0, 2, 3, 9]) {
      expect(() => load(changed({ status }), none, 1n)).to.throw(StateError, `this one has status ${status}`);
    }
    const odd = { ...start, header: { ...SMALL, version: 2 } };
    expect(() => load(odd, none, 1n)).to.throw(StateError, "valid header");
    expect(() => load(start, new Uint8Array(65_537), 1n)).to.throw(StateError, "65537 bytes");
    expect(() => load(start, none, 1n << 64n)).to.throw(StateError, "not a u64");
    expect(load(start, new Uint8Array(65_536).fill(1), (1n << 64n) - 1n).registers.inputLength).to.equal(65_536);
  });

  it("has the root of its input over 2^11 leaves", () => {
    const input = Uint8Array.from({ length: 70 }, (_, i) => 200 - i);
    const state = load(initialState(imageOf(yielding)), input, 1n);
    expect(inputRoot(input)).to.deep.equal(state.memory.subtree(11, 3).root());
    expect(inputRoot(new Uint8Array())).to.deep.equal(zeroHash(11));
  });
});

describe("states", () => {
  it("stay as they are when the machine goes on", () => {
    const start = loadedState([word(Op.i32Const, { imm: 5n }), word(Op.globalSet, { top: 1, a: 9 }), word(Op.yield)]);
    const root = stateRoot(start);
    const later = after(start, 3);
    expect(stateRoot(later)).not.to.deep.equal(root);
    expect(stateRoot(start)).to.deep.equal(root);
    expect(start.cells.get(9)).to.equal(0n);
  });
});
