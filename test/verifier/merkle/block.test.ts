import { expect } from "chai";
import fc from "fast-check";
import { Crash } from "../../../verifier/errors.ts";
import { BLOCK_BYTES, BLOCK_LEVEL, BLOCK_PAGES } from "../../../verifier/merkle/block.ts";
import { LEAF_BYTES } from "../../../verifier/merkle/leaf.ts";
import { Tree } from "../../../verifier/merkle/tree.ts";
import { SEED } from "../seed.ts";

const DEPTH = 13;
const LEAVES = 2 ** DEPTH;
const BLOCKS = LEAVES / 2 ** BLOCK_LEVEL;
const PAGE_BYTES = BLOCK_BYTES / BLOCK_PAGES;

/** A change of a tree that may have blocks, and the same change of one that has pages only. */
interface Change {
  readonly name: string;
  readonly mixed: (tree: Tree) => Tree;
  readonly plain: (tree: Tree) => Tree;
}

/** As the content of 64 KiB, from a few numbers: zeros in all pages but some. */
function contentOf(pages: readonly number[], seed: number): Uint8Array {
  const bytes = new Uint8Array(BLOCK_BYTES);
  for (const page of pages) {
    for (let at = 0; at < PAGE_BYTES; at += 1 + (seed % 61)) bytes[page * PAGE_BYTES + at] = at * seed + page;
  }
  return bytes;
}

const leafIndex = fc.nat(LEAVES - 1);
const pageNumbers = fc.uniqueArray(fc.nat(BLOCK_PAGES - 1), { maxLength: BLOCK_PAGES });
const both = (name: string, change: (tree: Tree) => Tree): Change => ({ name, mixed: change, plain: change });

const block: fc.Arbitrary<Change> = fc.tuple(fc.nat(BLOCKS - 1), pageNumbers, fc.nat(1000)).map(([at, pages, seed]) => {
  const bytes = contentOf(pages, seed);
  return {
    name: `block ${at}: pages ${pages.join(" ")} of ${seed}`,
    mixed: (tree) => tree.withPages([{ index: at * BLOCK_PAGES, bytes: bytes.slice() }]),
    plain: (tree) => tree.withBytes(at * 2 ** BLOCK_LEVEL, bytes),
  };
});
const alike: fc.Arbitrary<Change> = fc.tuple(fc.nat(BLOCKS - 1), fc.nat(BLOCK_PAGES - 1)).map(([at, page]) => {
  const edit = (tree: Tree): Uint8Array => {
    const bytes = tree.readBytes(at * 2 ** BLOCK_LEVEL, 2 ** BLOCK_LEVEL);
    bytes[page * PAGE_BYTES + 77]! ^= 0x5a;
    return bytes;
  };
  return {
    name: `block ${at}, changed in page ${page}`,
    mixed: (tree) => tree.withPages([{ index: at * BLOCK_PAGES, bytes: edit(tree) }]),
    plain: (tree) => tree.withBytes(at * 2 ** BLOCK_LEVEL, edit(tree)),
  };
});
const set = fc
  .tuple(leafIndex, fc.constantFrom(0n, 1n, 2n ** 255n))
  .map(([i, value]) => both(`set ${i} ${value}`, (tree) => tree.set(i, value)));
const cut = leafIndex.map((i) => both(`cut ${i}`, (tree) => tree.cut(i, 3n)));
const write = fc
  .tuple(leafIndex, fc.integer({ min: 1, max: 10_000 }))
  .map(([i, length]) =>
    both(`write ${length} at ${i}`, (tree) =>
      tree.withBytes(i, new Uint8Array(Math.min(length, LEAF_BYTES * (LEAVES - i))).fill(9)),
    ),
  );
const pages = fc
  .uniqueArray(fc.nat(BLOCKS * BLOCK_PAGES - 1), { maxLength: 5 })
  .map((list) => [...list].sort((a, b) => a - b))
  .map((list) =>
    both(`pages ${list.join(" ")}`, (tree) =>
      tree.withPages(list.map((index) => ({ index, bytes: new Uint8Array(PAGE_BYTES).fill(index % 3) }))),
    ),
  );
const root = fc.constant(both("root", (tree) => (tree.root(), tree)));
const change = fc.oneof({ weight: 3, arbitrary: block }, { weight: 3, arbitrary: alike }, set, cut, write, pages, root);
const changes = fc.array(change, { minLength: 1, maxLength: 10 });

const mix = (list: readonly Change[], from = Tree.empty(DEPTH)): Tree => list.reduce((tree, c) => c.mixed(tree), from);

describe("blocks of a tree", () => {
  it("are the same as their pages: roots, leaves, openings, subtrees", () => {
    fc.assert(
      fc.property(changes, leafIndex, fc.nat(DEPTH), (list, index, level) => {
        const mixed = mix(list);
        const plain = list.reduce((tree, c) => c.plain(tree), Tree.empty(DEPTH));
        const at = Math.floor(index / 2 ** level);
        // Before the root is known, and after it.
        expect(mixed.opening(at, level)).to.deep.equal(plain.opening(at, level));
        expect(mixed.root()).to.deep.equal(plain.root());
        expect(mixed.opening(at, level)).to.deep.equal(plain.opening(at, level));
        expect(mixed.subtree(level, at).root()).to.deep.equal(plain.subtree(level, at).root());
        expect(mixed.get(index)).to.equal(plain.get(index));
        expect(mixed.end()).to.equal(plain.end());
        expect([...mixed.pages()]).to.deep.equal([...plain.pages()]);
        const count = Math.min(300, LEAVES - index);
        expect(mixed.readBytes(index, count)).to.deep.equal(plain.readBytes(index, count));
        // Again of what it holds, with hashes that nobody has cached.
        const again = [...mixed.leaves()].reduce((tree, [i, value]) => tree.set(i, value), Tree.empty(DEPTH));
        expect(again.root()).to.deep.equal(plain.root());
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it("tell where trees differ, the same pages both ways", () => {
    fc.assert(
      fc.property(changes, changes, changes, (first, second, third) => {
        const shared = mix(first);
        const [one, other] = [mix(second, shared), mix(third, shared)];
        const merged = [...one.pagesUnlike(other)].reduce((tree, [at, bytes]) => tree.withBytes(at, bytes), other);
        expect(merged.root()).to.deep.equal(one.root());
        const [here, there] = [[...one.pagesUnlike(other)], [...other.pagesUnlike(one)]];
        expect(here.map(([at]) => at)).to.deep.equal(there.map(([at]) => at));
        const most = here.length;
        const least = here.filter(([, bytes]) => bytes.some((byte) => byte !== 0)).length;
        expect(one.pagesNotShared(other)).to.be.within(least, most);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it("leave the trees alone that they were changed from", () => {
    fc.assert(
      fc.property(changes, (list) => {
        const mixed = [Tree.empty(DEPTH)];
        const plain = [Tree.empty(DEPTH)];
        for (const some of list) {
          mixed.push(some.mixed(mixed.at(-1)!));
          plain.push(some.plain(plain.at(-1)!));
        }
        for (let i = list.length; i >= 0; i--) expect(mixed[i]!.root()).to.deep.equal(plain[i]!.root());
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it("have their own places", () => {
    const bytes = new Uint8Array(BLOCK_BYTES).fill(1);
    const tree = Tree.empty(DEPTH);
    for (const index of [1, 8, 17, 64, -16]) {
      expect(() => tree.withPages([{ index, bytes }]), `page ${index}`).to.throw(Crash, "outside");
    }
    const page = { index: 15, bytes: new Uint8Array(PAGE_BYTES).fill(1) };
    expect(() => tree.withPages([{ index: 0, bytes }, page])).to.throw(Crash, "ascending");
    expect(() => Tree.empty(10).withPages([{ index: 0, bytes }])).to.throw(Crash);
  });
});
