import { expect } from "chai";
import fc from "fast-check";
import { Crash } from "../../../verifier/errors.ts";
import { hashPair } from "../../../verifier/merkle/keccak.ts";
import { readLeaf } from "../../../verifier/merkle/leaf.ts";
import { Tree } from "../../../verifier/merkle/tree.ts";
import { zeroHash } from "../../../verifier/merkle/zero.ts";
import { SEED } from "../seed.ts";
import { naiveLeaf, naiveLevels, naiveRoot } from "./naive-tree.ts";

const value = fc.oneof(fc.constant(0n), fc.bigInt(0n, 3n), fc.bigInt(0n, (1n << 256n) - 1n));

/** A change of a tree, and the same change of an array of all its leaves. */
interface Change {
  readonly name: string;
  readonly tree: (tree: Tree) => Tree;
  readonly leaves: (leaves: readonly bigint[]) => bigint[];
}

function changes(depth: number): fc.Arbitrary<Change> {
  const size = 2 ** depth;
  const index = fc.nat(size - 1);
  const set = fc.tuple(index, value).map(([i, v]) => ({
    name: `set ${i} ${v}`,
    tree: (tree: Tree) => tree.set(i, v),
    leaves: (leaves: readonly bigint[]) => leaves.with(i, v),
  }));
  const cut = fc.tuple(index, value).map(([i, v]) => ({
    name: `cut ${i} ${v}`,
    tree: (tree: Tree) => tree.cut(i, v),
    leaves: (leaves: readonly bigint[]) => leaves.map((leaf, j) => (j < i ? leaf : j === i ? v : 0n)),
  }));
  const bytes = fc
    .tuple(
      index,
      fc.oneof(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ minLength: 4000, maxLength: 9000 }), zeros),
    )
    .map(([i, all]) => {
      const some = all.subarray(0, 32 * (size - i));
      return {
        name: `write ${some.length} bytes at ${i}`,
        tree: (tree: Tree) => tree.withBytes(i, some),
        leaves: (leaves: readonly bigint[]) =>
          leaves.map((leaf, j) => {
            const from = 32 * (j - i);
            if (from < 0 || from >= some.length) return leaf;
            const piece = new Uint8Array(32);
            piece.set(some.subarray(from, from + 32));
            return readLeaf(piece, 0);
          }),
      };
    });
  const graft = fc.tuple(fc.nat(depth), index, value).map(([level, i, v]) => {
    const at = Math.floor(i / 2 ** level);
    const within = i % 2 ** level;
    const from = at * 2 ** level;
    return {
      name: `graft a tree of depth ${level} at ${at}`,
      tree: (tree: Tree) => tree.graft(at, Tree.empty(level).set(within, v)),
      leaves: (leaves: readonly bigint[]) =>
        leaves.map((leaf, j) => (j < from || j >= from + 2 ** level ? leaf : j === i ? v : 0n)),
    };
  });
  return fc.oneof({ weight: 4, arbitrary: set }, { weight: 1, arbitrary: cut }, { weight: 2, arbitrary: bytes }, graft);
}

const zeros = fc.nat(5000).map((length) => new Uint8Array(length));
const cases = fc.nat(9).chain((depth) => fc.tuple(fc.constant(depth), fc.array(changes(depth), { maxLength: 12 })));

describe("Tree", () => {
  it("has the root, the leaves and the openings of the full tree, after any changes", () => {
    fc.assert(
      fc.property(cases, fc.nat(511), fc.nat(9), ([depth, list], some, high) => {
        let tree = Tree.empty(depth);
        let leaves = Array<bigint>(2 ** depth).fill(0n);
        for (const change of list) {
          tree = change.tree(tree);
          leaves = change.leaves(leaves);
        }
        const levels = naiveLevels(leaves.map(naiveLeaf));
        expect(tree.root()).to.deep.equal(levels[depth]![0]);
        const index = some % 2 ** depth;
        expect(tree.get(index)).to.equal(leaves[index]);
        expect([...tree.leaves()]).to.deep.equal(leaves.flatMap((leaf, i) => (leaf === 0n ? [] : [[i, leaf]])));

        const level = high % (depth + 1);
        const at = Math.floor(index / 2 ** level);
        const { node, siblings } = tree.opening(at, level);
        expect(node ?? zeroHash(level)).to.deep.equal(levels[level]![at]);
        expect(siblings).to.have.length(depth - level);
        siblings.forEach((sibling, i) => {
          const expected = levels[level + i]![Math.floor(at / 2 ** i) ^ 1];
          expect(sibling ?? zeroHash(level + i)).to.deep.equal(expected);
          // What can be left out is left out.
          if (sibling !== undefined) expect(sibling).not.to.deep.equal(zeroHash(level + i));
        });
        expect(tree.subtree(level, at).root()).to.deep.equal(levels[level]![at]);
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  it("stays as it is when others are made from it", () => {
    fc.assert(
      fc.property(cases, ([depth, list]) => {
        const trees = [Tree.empty(depth)];
        const leaves = [Array<bigint>(2 ** depth).fill(0n)];
        for (const change of list) {
          trees.push(change.tree(trees.at(-1)!));
          leaves.push(change.leaves(leaves.at(-1)!));
        }
        // The latest first, so that cached hashes of shared nodes meet older trees.
        for (let i = list.length; i >= 0; i--) expect(trees[i]!.root()).to.deep.equal(naiveRoot(leaves[i]!));
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it("reads any run of leaves as bytes, and gives its pages", () => {
    const depth = 9;
    fc.assert(
      fc.property(fc.array(changes(depth), { maxLength: 6 }), fc.nat(511), fc.nat(511), (list, one, other) => {
        const tree = list.reduce((result, change) => change.tree(result), Tree.empty(depth));
        const first = Math.min(one, other);
        const count = Math.abs(one - other);
        const expected = Buffer.concat(Array.from({ length: count }, (_, i) => naiveLeaf(tree.get(first + i))));
        expect(Buffer.from(tree.readBytes(first, count)).equals(expected)).to.be.true;
        const copy = [...tree.pages()].reduce(
          (result, [start, bytes]) => result.withBytes(start, bytes),
          Tree.empty(depth),
        );
        expect(copy.root()).to.deep.equal(tree.root());
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it("tells the pages in which it differs from another tree, and where it ends", () => {
    const list = fc.array(changes(9), { maxLength: 6 });
    fc.assert(
      fc.property(list, list, list, (first, second, third) => {
        const apply = (some: readonly Change[], from: Tree): Tree => some.reduce((tree, c) => c.tree(tree), from);
        const shared = apply(first, Tree.empty(9));
        const [one, other] = [apply(second, shared), apply(third, shared)];
        const merged = [...one.pagesUnlike(other)].reduce((tree, [at, bytes]) => tree.withBytes(at, bytes), other);
        expect(merged.root()).to.deep.equal(one.root());
        expect([...one.pagesUnlike(one)]).to.deep.equal([]);
        const unlike = [...one.pagesUnlike(other)].filter(([, bytes]) => bytes.some((byte) => byte !== 0));
        expect(one.pagesNotShared(other)).to.equal(unlike.length);
        const last = [...one.leaves()].at(-1)?.[0] ?? -1;
        expect(one.end()).to.equal(last < 0 ? 0 : 128 * (Math.floor(last / 128) + 1));
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  it("is made of bytes that it keeps", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 }), fc.nat(), (depth, length) => {
        const bytes = Uint8Array.from({ length: length % (32 * 2 ** depth + 1) }, (_, i) => (i * 7) % 251);
        const tree = Tree.ofBytes(depth, bytes);
        expect(tree.depth).to.equal(depth);
        expect(tree.root()).to.deep.equal(Tree.empty(depth).withBytes(0, bytes).root());
        expect(tree.readBytes(0, 2 ** depth).subarray(0, bytes.length)).to.deep.equal(bytes);
      }),
      { seed: SEED, numRuns: 50 },
    );
    const bytes = new Uint8Array(2 ** 16).fill(7);
    const [[, page] = []] = Tree.ofBytes(11, bytes).pages();
    expect(page?.buffer).to.equal(bytes.buffer);
    expect(() => Tree.ofBytes(10, bytes)).to.throw(Crash, "65536 bytes in a tree of depth 10");
  });

  it("copies the bytes that it is given", () => {
    const bytes = new Uint8Array(8192).fill(7);
    const tree = Tree.empty(10).withBytes(0, bytes);
    bytes.fill(9);
    expect(tree.get(200)).to.equal(readLeaf(new Uint8Array(32).fill(7), 0));
  });

  it("is the same tree when nothing changes", () => {
    const tree = Tree.empty(20).set(5, 7n);
    expect(tree.set(5, 7n)).to.equal(tree);
    expect(tree.withBytes(3, new Uint8Array())).to.equal(tree);
  });

  it("reaches every leaf of a tree of depth 40", () => {
    const indices = [0, 1, 2 ** 31, 2 ** 32 + 5, 2 ** 40 - 2, 2 ** 40 - 1];
    const tree = indices.reduce((result, index) => result.set(index, BigInt(index + 1)), Tree.empty(40));
    for (const index of indices) {
      expect(tree.get(index)).to.equal(BigInt(index + 1));
      const { node, siblings } = tree.opening(index);
      const root = siblings.reduce<Uint8Array>((hash, sibling, level) => {
        const other = sibling ?? zeroHash(level);
        return Math.floor(index / 2 ** level) % 2 === 1 ? hashPair(other, hash) : hashPair(hash, other);
      }, node!);
      expect(root).to.deep.equal(tree.root());
    }
    expect([...tree.leaves()].map(([index]) => index)).to.deep.equal(indices);
    expect(tree.cut(2 ** 31, 1n).get(2 ** 40 - 1)).to.equal(0n);
    expect(tree.cut(0, 0n).root()).to.deep.equal(zeroHash(40));
  });

  it("refuses indices and levels outside", () => {
    const tree = Tree.empty(4);
    for (const index of [16, -1, 0.5, Number.NaN]) {
      expect(() => tree.get(index), `get ${index}`).to.throw(Crash, "outside a tree of depth 4");
      expect(() => tree.set(index, 1n), `set ${index}`).to.throw(Crash);
      expect(() => tree.cut(index, 1n), `cut ${index}`).to.throw(Crash);
      expect(() => tree.opening(index), `opening ${index}`).to.throw(Crash);
    }
    expect(() => tree.opening(0, 5)).to.throw(Crash, "level 5");
    expect(() => tree.graft(2, Tree.empty(3))).to.throw(Crash);
    expect(() => tree.withBytes(15, new Uint8Array(33))).to.throw(Crash);
    expect(() => tree.readBytes(15, 2)).to.throw(Crash);
  });
});
