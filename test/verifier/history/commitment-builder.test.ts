/** Commitments that compute their leaves again against those that keep them. */
import { expect } from "chai";
import fc from "fast-check";
import { Crash } from "../../../verifier/errors.ts";
import { type Commitment, CommitmentError, rootFromProof } from "../../../verifier/history/commitment.ts";
import { CommitmentBuilder, commitmentOf } from "../../../verifier/history/commitment-builder.ts";
import { SEED } from "../seed.ts";

/** Leaves that are all different. */
function leavesOf(count: number): Uint8Array {
  const leaves = new Uint8Array(32 * count);
  const view = new DataView(leaves.buffer);
  for (let i = 0; i < count; i++) {
    view.setUint32(32 * i, i + 1);
    view.setUint32(32 * i + 28, Math.imul(i, 0x9e37_79b1));
  }
  return leaves;
}

interface Counted {
  readonly commitment: Commitment;
  /** First leaves of the stretches that were asked for. */
  readonly asked: number[];
}

/**
 * A commitment to leaves that come in pieces of these sizes, which repeat themselves, and can be
 * had again.
 */
function built(height: number, leaves: Uint8Array, pieces: readonly number[]): Counted {
  const asked: number[] = [];
  const builder = new CommitmentBuilder(height, (first, count) => {
    expect(first % 4096).to.equal(0);
    expect(32 * (first + count)).to.be.at.most(leaves.length);
    asked.push(first);
    return leaves.slice(32 * first, 32 * (first + count));
  });
  for (let i = 0, at = 0; at < leaves.length; i++) {
    const size = 32 * (pieces[i % pieces.length] ?? 1);
    builder.append(leaves.subarray(at, at + size));
    at += size;
  }
  return { commitment: builder.finish(), asked };
}

describe("CommitmentBuilder", () => {
  const counts = [2 ** 15 + 1, 9 * 4096 - 1, 9 * 4096, 9 * 4096 + 1, 40_000, 2 ** 16];
  for (const count of counts) {
    it(`gives nodes and proofs of ${count} leaves, of which it keeps few`, () => {
      const leaves = leavesOf(count);
      const height = count === 2 ** 16 ? 16 : 20;
      const full = commitmentOf(height, leaves);
      const { commitment, asked } = built(height, leaves, [1000, 4096, 1]);
      expect(commitment.root).to.deep.equal(full.root);
      expect(commitment.final).to.deep.equal(full.final);
      expect(commitment.distinct).to.equal(count);
      expect(asked).to.deep.equal([]);
      const index = fc.oneof(
        fc.nat(2 ** height - 1),
        fc.nat(count - 1),
        fc.integer({ min: count - 3, max: Math.min(count + 3, 2 ** height - 1) }),
      );
      fc.assert(
        fc.property(index, fc.integer({ min: 0, max: height }), (leaf, level) => {
          const place = BigInt(leaf) >> BigInt(level);
          expect(commitment.node(level, place)).to.deep.equal(full.node(level, place));
          expect(commitment.proof(BigInt(leaf))).to.deep.equal(full.proof(BigInt(leaf)));
          expect(rootFromProof(commitment.leaf(BigInt(leaf)), BigInt(leaf), full.proof(BigInt(leaf)))).to.deep.equal(
            full.root,
          );
          if (level >= 3) expect(commitment.children(level, place)).to.deep.equal(full.children(level, place));
        }),
        { seed: SEED, numRuns: 60 },
      );
      expect(asked.length).to.be.greaterThan(0);
    });
  }

  it("keeps up to 2^15 leaves, and never asks for them", () => {
    const leaves = leavesOf(2 ** 15);
    const { commitment, asked } = built(16, leaves, [777]);
    expect(commitment.leaf(12_345n)).to.deep.equal(leaves.slice(32 * 12_345, 32 * 12_346));
    expect(commitment.root).to.deep.equal(commitmentOf(16, leaves).root);
    expect(asked).to.deep.equal([]);
  });

  it("asks once for a subtree as long as few others are wanted", () => {
    const { commitment, asked } = built(20, leavesOf(50_000), [4096]);
    for (let round = 0; round < 3; round++) for (const leaf of [0n, 4095n, 4096n, 12_288n]) commitment.leaf(leaf);
    expect(asked).to.deep.equal([0, 4096, 12_288]);
    for (const leaf of [20_480n, 24_576n, 12_290n, 1n]) commitment.leaf(leaf);
    expect(asked).to.deep.equal([0, 4096, 12_288, 20_480, 24_576, 0]);
  });

  it("takes no other leaves than those it was made of", () => {
    const leaves = leavesOf(50_000);
    let few = false;
    const builder = new CommitmentBuilder(20, (first, count) =>
      few ? leaves.slice(32 * first, 32 * (first + count - 1)) : leaves.slice(32 * first, 32 * (first + count)),
    );
    builder.append(leaves);
    const commitment = builder.finish();
    leaves[32 * 8000 + 31]! ^= 1;
    expect(() => commitment.leaf(4096n)).to.throw(CommitmentError, "leaves 4096 to 8191 are not those");
    expect(commitment.leaf(0n)).to.deep.equal(leaves.slice(0, 32));
    few = true;
    expect(() => commitment.leaf(49_999n)).not.to.throw();
    expect(() => commitment.leaf(49_998n)).to.throw(CommitmentError, "leaves 49152 to 49999 cannot be computed again");
  });

  it("refuses too many leaves, and none", () => {
    const builder = new CommitmentBuilder(2);
    expect(() => builder.finish()).to.throw(Crash, "1 to 4 leaves, not 0");
    builder.append(leavesOf(3));
    expect(() => builder.append(leavesOf(2))).to.throw(Crash, "not 5");
    expect(() => new CommitmentBuilder(1.5)).to.throw(Crash, "not 1.5");
  });
});
