/** Versions of trees in an arena against the persistent tree. */
import { expect } from "chai";
import fc from "fast-check";
import { NodeArena } from "../../../verifier/merkle/node-arena.ts";
import { Tree } from "../../../verifier/merkle/tree.ts";
import { SEED } from "../seed.ts";

const hashOf = (arena: NodeArena, node: number): Uint8Array => {
  const words = new Int32Array(10);
  arena.copyHash(node, words, 1);
  return new Uint8Array(words.buffer, 4, 32);
};

const value = fc.oneof(fc.bigInt(0n, 3n), fc.bigInt(0n, (1n << 64n) - 1n), fc.bigInt(0n, (1n << 256n) - 1n));

/** Leaves near both ends of a tree, so that they meet and also lie far apart. */
const index = (depth: number): fc.Arbitrary<number> => {
  const last = 2 ** depth - 1;
  const near = Math.min(last, 9);
  return fc.oneof(
    fc.nat(near),
    fc.nat(near).map((i) => last - i),
    fc.maxSafeNat().map((i) => i % (last + 1)),
  );
};

const changes = (depth: number) => fc.array(fc.tuple(index(depth), value), { minLength: 1, maxLength: 6 });

const cases = fc.constantFrom(0, 1, 2, 6, 7, 8, 13, 23, 32, 40).chain((depth) =>
  fc.record({
    depth: fc.constant(depth),
    pages: fc.array(fc.tuple(index(depth), fc.uint8Array({ minLength: 1, maxLength: 300 })), { maxLength: 3 }),
    before: fc.array(fc.tuple(index(depth), value), { maxLength: 12 }),
    versions: fc.array(changes(depth), { minLength: 1, maxLength: 12 }),
    compactEvery: fc.integer({ min: 1, max: 6 }),
  }),
);

describe("NodeArena", () => {
  it("has the roots of every version of a tree, whatever it forgets in between", () => {
    fc.assert(
      fc.property(cases, ({ depth, pages, before, versions, compactEvery }) => {
        let base = Tree.empty(depth);
        for (const [first, bytes] of pages) {
          const room = (2 ** depth - first) * 32;
          base = base.withBytes(first, bytes.subarray(0, room));
        }
        for (const [i, leaf] of before) base = base.set(i, leaf);
        const arena = new NodeArena();
        let root = arena.add(base);
        let tree = base;
        const expected: { node: number; tree: Tree }[] = [{ node: root, tree }];
        const check = (): void => {
          arena.hash();
          for (const { node, tree } of expected) expect(hashOf(arena, node)).to.deep.equal(tree.root());
        };
        versions.forEach((version, i) => {
          const last = [...new Map(version)].sort(([one], [other]) => one - other);
          for (const [at, leaf] of last) tree = tree.set(at, leaf);
          // More room than changes, as whoever changes steps has it.
          const indices = [...last.map(([at]) => at), 0];
          root = arena.set(root, base, { indices, values: [...last.map(([, leaf]) => leaf), 9n], count: last.length });
          expected.push({ node: root, tree });
          if (i % compactEvery !== 0) return;
          check();
          [root] = arena.compact([root]) as [number];
          expected.splice(0, expected.length, { node: root, tree });
          // A base that was brought up to date is as good as the old one.
          if (i % 2 === 0) base = tree;
        });
        check();
        // Back to where it began: the node of an equal tree is the same one.
        expect(arena.set(root, base, { indices: [0], values: [tree.get(0)], count: 1 })).to.equal(root);
      }),
      { seed: SEED, numRuns: 400 },
    );
  });

  it("gives equal nodes one number, in one tree and in several", () => {
    const arena = new NodeArena();
    const base = Tree.empty(20);
    const empty = arena.add(base);
    const set = (root: number, at: number, leaf: bigint): number =>
      arena.set(root, base, { indices: [at], values: [leaf], count: 1 });
    const one = set(empty, 77, 5n);
    expect(one).not.to.equal(empty);
    expect(set(one, 77, 0n)).to.equal(empty);
    expect(set(set(one, 3, 8n), 3, 0n)).to.equal(one);
    expect(set(arena.add(Tree.empty(20)), 77, 5n)).to.equal(one);
  });

  it("is full when a change may not find room, and has room again once the past is forgotten", () => {
    const arena = new NodeArena();
    const base = Tree.empty(40);
    let root = arena.add(base);
    let tree = base;
    let sets = 0;
    for (; !arena.isFull(4); sets++) {
      tree = tree.set(5, BigInt(sets + 1));
      root = arena.set(root, base, { indices: [5], values: [BigInt(sets + 1)], count: 1 });
    }
    expect(sets).to.be.greaterThan(3000);
    expect(arena.crowded).to.equal(true);
    arena.hash();
    [root] = arena.compact([root]) as [number];
    expect(arena.isFull(4)).to.equal(false);
    expect(arena.crowded).to.equal(false);
    expect(hashOf(arena, root)).to.deep.equal(tree.root());
  });
});
