import { expect } from "chai";
import fc from "fast-check";
import { Crash } from "../../../verifier/errors.ts";
import { rootFromProof } from "../../../verifier/history/commitment.ts";
import { commitmentOf } from "../../../verifier/history/commitment-builder.ts";
import { hashPair } from "../../../verifier/merkle/keccak.ts";
import { naiveHash, naiveLeaf, naiveLevels } from "../merkle/naive-tree.ts";
import { SEED } from "../seed.ts";

const joined = (leaves: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(leaves));
const hashes = (count: number, salt = 0): Uint8Array[] =>
  Array.from({ length: count }, (_, i) => naiveHash(naiveLeaf(BigInt(i)), naiveLeaf(BigInt(salt))));

describe("Commitment", () => {
  it("has every node of the full tree in which the last leaf repeats itself", () => {
    const cases = fc.nat(7).chain((height) => fc.tuple(fc.constant(height), fc.integer({ min: 1, max: 2 ** height })));
    fc.assert(
      fc.property(cases, ([height, count]) => {
        const leaves = hashes(count);
        const commitment = commitmentOf(height, joined(leaves));
        const full = Array.from({ length: 2 ** height }, (_, i) => leaves[Math.min(i, count - 1)]!);
        const levels = naiveLevels(full);
        levels.forEach((nodes, level) =>
          nodes.forEach((node, i) => {
            expect(commitment.node(level, BigInt(i)), `level ${level}, node ${i}`).to.deep.equal(node);
          }),
        );
        expect(commitment.root).to.deep.equal(levels[height]![0]);
        expect(commitment.final).to.deep.equal(full.at(-1));
        expect(commitment.distinct).to.equal(count);
        for (const i of [0, count - 1, 2 ** height - 1]) {
          const proof = commitment.proof(BigInt(i));
          expect(proof).to.have.length(height);
          expect(rootFromProof(commitment.leaf(BigInt(i)), BigInt(i), proof)).to.deep.equal(commitment.root);
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it("shows the eight great-grandchildren of any node", () => {
    const commitment = commitmentOf(9, joined(hashes(300)));
    for (const [level, index] of [
      [9, 0n],
      [6, 3n],
      [3, 37n],
      [3, 63n],
    ] as const) {
      let children = commitment.children(level, index);
      expect(children).to.have.length(8);
      children.forEach((child, i) => {
        expect(child).to.deep.equal(commitment.node(level - 3, 8n * index + BigInt(i)));
      });
      while (children.length > 1) {
        children = children.flatMap((child, i) => (i % 2 === 0 ? [hashPair(child, children[i + 1]!)] : []));
      }
      expect(children[0]).to.deep.equal(commitment.node(level, index));
    }
  });

  it("proves the last leaf inside the last of the eight children", () => {
    const commitment = commitmentOf(48, joined(hashes(1000)));
    const last = (1n << 48n) - 1n;
    const proof = commitment.proof(last, 45);
    expect(proof).to.have.length(45);
    // Within the child, the leaf is the last of 2^45.
    expect(rootFromProof(commitment.final, (1n << 45n) - 1n, proof)).to.deep.equal(commitment.children(48, 0n)[7]);
  });

  it("covers 2^60 leaves without building them", () => {
    const commitment = commitmentOf(60, joined(hashes(5)));
    expect(commitment.leaf(3n)).to.deep.equal(hashes(5)[3]);
    for (const index of [4n, 5n, 1n << 40n, (1n << 60n) - 1n]) {
      expect(commitment.leaf(index)).to.deep.equal(hashes(5)[4]);
      expect(rootFromProof(commitment.leaf(index), index, commitment.proof(index))).to.deep.equal(commitment.root);
    }
  });

  it("keeps its leaves when the caller's change", () => {
    const leaves = joined(hashes(3));
    const commitment = commitmentOf(2, leaves);
    leaves.fill(0);
    expect(commitment.leaf(0n)).to.deep.equal(hashes(3)[0]);
  });

  it("refuses what is no commitment, and nodes outside", () => {
    expect(() => commitmentOf(2, joined([]))).to.throw(Crash, "1 to 4 leaves, not 0");
    expect(() => commitmentOf(2, joined(hashes(5)))).to.throw(Crash, "not 5");
    expect(() => commitmentOf(61, joined(hashes(1)))).to.throw(Crash, "not 61");
    const commitment = commitmentOf(3, joined(hashes(2)));
    for (const [level, index] of [
      [0, 8n],
      [3, 1n],
      [4, 0n],
      [-1, 0n],
      [0, -1n],
    ] as const) {
      expect(() => commitment.node(level, index), `${level}, ${index}`).to.throw(
        Crash,
        "outside a commitment of height 3",
      );
    }
    expect(() => commitment.children(2, 0n)).to.throw(Crash);
  });
});
