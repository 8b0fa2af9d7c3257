import { expect } from "chai";
import fc from "fast-check";
import {
  appendedRoot,
  appHash,
  blockLeaf,
  BlockHistory,
  HISTORY_CAPACITY,
  HISTORY_DEPTH,
  historyRootOf,
} from "../../../verifier/consensus/block-history.ts";
import { ConsensusError } from "../../../verifier/consensus/errors.ts";
import { hashPair, keccak256 } from "../../../verifier/merkle/keccak.ts";
import { zeroHash } from "../../../verifier/merkle/zero.ts";
import { digest } from "../../support/electorate.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const leafAt = (index: number): Uint8Array => digest(`leaf ${index}`);

/** The root over some leaves, by the definition of the tree. */
function naiveRoot(leaves: readonly Uint8Array[]): string {
  let row = leaves;
  for (let level = 0; level < HISTORY_DEPTH; level++) {
    row = Array.from({ length: Math.ceil(row.length / 2) }, (_, i) =>
      hashPair(row[2 * i]!, row[2 * i + 1] ?? zeroHash(level)),
    );
  }
  return hex(row[0] ?? zeroHash(HISTORY_DEPTH));
}

describe("the history of blocks", () => {
  const history = new BlockHistory();
  const roots = [history.root];
  const ends = [history.proveEnd()];
  for (let i = 0; i < 70; i++) {
    history.append(leafAt(i));
    roots.push(history.root);
    ends.push(history.proveEnd());
  }

  it("is a tree of depth 40 over the leaves", () => {
    for (const count of [0, 1, 2, 3, 31, 32, 33, 70])
      expect(hex(roots[count]!)).equal(naiveRoot(Array.from({ length: count }, (_, i) => leafAt(i))));
  });

  it("proves each leaf, and no other", () => {
    const { count, root } = history;
    for (let index = 0; index < count; index++) {
      const proof = history.prove(index);
      expect(proof.length).lessThanOrEqual(7);
      expect(hex(historyRootOf(leafAt(index), index, count, proof))).equal(hex(root));
      expect(hex(historyRootOf(leafAt(index + 1), index, count, proof))).not.equal(hex(root));
    }
    expect(() => history.prove(count)).throw(ConsensusError, "no leaf 70");
    expect(() => historyRootOf(leafAt(0), count, count, [])).throw(ConsensusError, "no leaf 70");
  });

  it("proves a leaf for its own number of blocks only", () => {
    const proof = history.prove(5);
    expect(() => historyRootOf(leafAt(5), 5, 33, proof)).throw(ConsensusError, "hashes");
    expect(() => historyRootOf(leafAt(5), 5, 70, proof.slice(1))).throw(ConsensusError, "hashes");
    expect(() => historyRootOf(leafAt(5), 5, 70, proof.with(0, new Uint8Array(31)))).throw(ConsensusError, "32 bytes");
  });

  it("grows by one leaf where the siblings are those of its end", () => {
    for (let count = 0; count < 70; count++)
      expect(hex(appendedRoot(roots[count]!, count, leafAt(count), ends[count]!))).equal(hex(roots[count + 1]!));
    const refused = (root: Uint8Array, count: number, siblings: Uint8Array[]): void => {
      expect(() => appendedRoot(root, count, leafAt(count), siblings)).throw(ConsensusError);
    };
    refused(roots[5]!, 7, ends[7]!);
    refused(roots[7]!, 6, ends[6]!);
    refused(roots[7]!, 7, ends[7]!.with(0, leafAt(1)));
    refused(roots[0]!, HISTORY_CAPACITY, []);
  });

  it("has places at its far end", () => {
    const index = HISTORY_CAPACITY - 1;
    const siblings = Array.from({ length: HISTORY_DEPTH }, (_, i) => leafAt(i));
    let node = leafAt(99);
    for (const sibling of siblings) node = hashPair(sibling, node);
    expect(hex(historyRootOf(leafAt(99), index, HISTORY_CAPACITY, siblings))).equal(hex(node));
  });

  it("shows what is needed, at any size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(69), (count, at) => {
        const index = at % count;
        const part = new BlockHistory();
        for (let i = 0; i < count; i++) part.append(leafAt(i));
        expect(hex(historyRootOf(leafAt(index), index, count, part.prove(index)))).equal(hex(roots[count]!));
      }),
      { numRuns: 50, seed: 0x0a4b17e4 },
    );
  });
});

describe("leaves and app hashes", () => {
  const one = { inputRoot: digest("input"), inputLength: 5n, steps: 1n << 40n, stateRoot: digest("state") };
  const standing = { stateRoot: digest("state"), historyRoot: digest("history"), count: 3n, steps: 1n << 41n };

  it("are hashes of their parts in a row", () => {
    const word = (value: bigint): Buffer => Buffer.from(value.toString(16).padStart(16, "0"), "hex");
    const leaf = Buffer.concat([one.inputRoot, word(5n), word(1n << 40n), one.stateRoot]);
    expect(hex(blockLeaf(one))).equal(hex(keccak256(leaf)));
    const app = Buffer.concat([standing.stateRoot, standing.historyRoot, word(3n), word(1n << 41n)]);
    expect(hex(appHash(standing))).equal(hex(keccak256(app)));
  });

  it("have no parts out of range", () => {
    expect(() => blockLeaf({ ...one, steps: 1n << 64n })).throw(ConsensusError, "64 bits");
    expect(() => blockLeaf({ ...one, inputLength: -1n })).throw(ConsensusError, "64 bits");
    expect(() => appHash({ ...standing, stateRoot: new Uint8Array(31) })).throw(ConsensusError, "32 bytes");
  });
});
