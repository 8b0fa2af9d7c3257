/**
 * A persistent sparse Merkle tree over 256-bit leaves: every change gives a new tree that shares
 * all it can with the old one, so keeping a state costs nothing but what changes later. Hashes are
 * computed when a root or an opening is asked for, once a node.
 */
import { Crash } from "../errors.ts";
import { Block, BLOCK_BYTES, BLOCK_LEVEL, BLOCK_PAGES, PAGE_LEVEL, pageOf } from "./block.ts";
import { LEAF_BYTES, readLeaf, writeLeaf } from "./leaf.ts";
import { block, branch, hashOf, Leaf, leaf, leftOf, type Node, page, Page, rightOf, unfold } from "./node.ts";

/** A node and what it takes to compute the root from it. */
export interface TreeOpening {
  /** Hash of the node; `undefined` if it is its level's zero hash. */
  readonly node: Uint8Array | undefined;
  /**
   * Siblings from the node's level up to the level below the root; `undefined` where they are zero
   * hashes.
   */
  readonly siblings: readonly (Uint8Array | undefined)[];
}

/** What a page becomes, or all pages of a block. */
export interface PageChange {
  /** Counts pages from the left; of a block its first page. */
  readonly index: number;
  /** 4 KiB, or 64 KiB for a block. */
  readonly bytes: Uint8Array;
}

/**
 * An immutable tree of 2^depth leaves. Indices are below 2^depth, depths at most 40; others throw a
 * Crash.
 */
export class Tree {
  readonly depth: number;
  readonly #top: Node;

  private constructor(depth: number, top: Node) {
    this.depth = depth;
    this.#top = top;
  }

  /** The tree of 2^depth zero leaves. */
  static empty(depth: number): Tree {
    return new Tree(depth, undefined);
  }

  /**
   * The tree whose first leaves are these bytes, which it keeps: they must not change afterwards.
   * Zeros complete the last leaf.
   */
  static ofBytes(depth: number, bytes: Uint8Array): Tree {
    const pageLevel = Math.min(PAGE_LEVEL, depth);
    const size = LEAF_BYTES * 2 ** pageLevel;
    let nodes: Node[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      let piece = bytes.subarray(at, at + size);
      if (piece.length < size) {
        piece = new Uint8Array(size);
        piece.set(bytes.subarray(at));
      }
      nodes.push(page(piece));
    }
    if (nodes.length > 2 ** (depth - pageLevel)) throw new Crash(`${bytes.length} bytes in a tree of depth ${depth}`);
    for (let level = pageLevel; level < depth; level++) {
      nodes = Array.from({ length: Math.ceil(nodes.length / 2) }, (_, i) => branch(nodes[2 * i], nodes[2 * i + 1]));
    }
    return new Tree(depth, nodes[0]);
  }

  /** The root hash. The array is shared: it must not be changed. */
  root(): Uint8Array {
    return hashOf(this.#top, this.depth);
  }

  /** The leaf at an index. */
  get(index: number): bigint {
    this.#check(0, index);
    let node = this.#top;
    let within = index;
    for (let level = this.depth; ; level--) {
      if (node === undefined) return 0n;
      if (node instanceof Leaf) return node.value;
      if (node instanceof Page || node instanceof Block) return readLeaf(node.bytes, LEAF_BYTES * within);
      const half = 2 ** (level - 1);
      const right = within >= half;
      node = right ? node.right : node.left;
      if (right) within -= half;
    }
  }

  /** The tree with one leaf replaced; the same tree if that changes nothing. */
  set(index: number, value: bigint): Tree {
    if (this.get(index) === value) return this;
    return new Tree(this.depth, replace(this.#top, this.depth, { level: 0, index }, leaf(value)));
  }

  /** The tree with one leaf replaced and every leaf to its right cleared. */
  cut(index: number, value: bigint): Tree {
    this.#check(0, index);
    return new Tree(this.depth, cut(this.#top, this.depth, index, value));
  }

  /** The tree with the node at (`subtree.depth`, `index`) replaced by a whole other tree. */
  graft(index: number, subtree: Tree): Tree {
    this.#check(subtree.depth, index);
    return new Tree(this.depth, replace(this.#top, this.depth, { level: subtree.depth, index }, subtree.#top));
  }

  /** The node at (level, index) as a tree of its own. */
  subtree(level: number, index: number): Tree {
    this.#check(level, index);
    return new Tree(level, descend(this.#top, this.depth, { level, index }));
  }

  /** The node at (level, index), by default a leaf, with its siblings. */
  opening(index: number, level = 0): TreeOpening {
    this.#check(level, index);
    const siblings: (Uint8Array | undefined)[] = [];
    const node = descend(this.#top, this.depth, { level, index }, (sibling, at) => {
      siblings.push(sibling && hashOf(sibling, at));
    });
    return { node: node && hashOf(node, level), siblings: siblings.reverse() };
  }

  /**
   * The tree with leaves from `first` on replaced by bytes, which are copied; zeros complete the
   * last leaf.
   */
  withBytes(first: number, bytes: Uint8Array): Tree {
    const end = first + Math.ceil(bytes.length / LEAF_BYTES);
    if (end === first) return this;
    this.#check(0, first);
    this.#check(0, end - 1);
    const level = Math.min(PAGE_LEVEL, this.depth);
    const size = 2 ** level;
    let top = this.#top;
    for (let start = first - (first % size); start < end; start += size) {
      const from = Math.max(first, start);
      const to = Math.min(end, start + size);
      const piece = bytes.subarray((from - first) * LEAF_BYTES, (to - first) * LEAF_BYTES);
      if (piece.length === size * LEAF_BYTES) {
        top = replacePage(top, this.depth, { level, index: start / size }, new Uint8Array(piece));
        continue;
      }
      const content = this.readBytes(start, size);
      content.fill(0, (from - start) * LEAF_BYTES, (to - start) * LEAF_BYTES);
      content.set(piece, (from - start) * LEAF_BYTES);
      top = replacePage(top, this.depth, { level, index: start / size }, content);
    }
    return new Tree(this.depth, top);
  }

  /**
   * The tree with whole pages or blocks replaced. Their bytes are kept: they must not change
   * afterwards.
   */
  withPages(pages: readonly PageChange[]): Tree {
    if (this.depth < PAGE_LEVEL) throw new Crash(`a tree of depth ${this.depth} has no pages`);
    let next = 0;
    for (const { index, bytes } of pages) {
      const isBlock = bytes.length === BLOCK_BYTES;
      this.#check(isBlock ? BLOCK_LEVEL : PAGE_LEVEL, isBlock ? index / BLOCK_PAGES : index);
      if (index < next) throw new Crash("pages are replaced in ascending order");
      next = index + (isBlock ? BLOCK_PAGES : 1);
    }
    return pages.length === 0
      ? this
      : new Tree(this.depth, replacePages(this.#top, this.depth, { pages, from: 0, to: pages.length, first: 0 }));
  }

  /** The bytes of `count` leaves from `first` on. */
  readBytes(first: number, count: number): Uint8Array {
    const bytes = new Uint8Array(count * LEAF_BYTES);
    if (count === 0) return bytes;
    this.#check(0, first);
    this.#check(0, first + count - 1);
    copyLeaves(this.#top, this.depth, -first, bytes);
    return bytes;
  }

  /**
   * Index after the last run of 128 leaves (or the whole of a smaller tree) that is not all zero.
   */
  end(): number {
    let [node, level, first] = [this.#top, this.depth, 0];
    for (; level > PAGE_LEVEL && node !== undefined; level--) {
      const right = rightOf(node);
      if (right !== undefined) first += 2 ** (level - 1);
      node = right ?? leftOf(node);
    }
    return node === undefined ? 0 : first + 2 ** level;
  }

  /**
   * Runs of 128 leaves (of the whole tree, if it is smaller) that are not all zero, as [first leaf,
   * bytes], in order.
   */
  *pages(): Generator<readonly [first: number, bytes: Uint8Array]> {
    yield* pagesOf(this.#top, this.depth, 0, Math.min(PAGE_LEVEL, this.depth));
  }

  /**
   * Runs of 128 leaves in which a tree of the same depth may hold something else, as this tree has
   * them; in order.
   */
  *pagesUnlike(other: Tree): Generator<readonly [first: number, bytes: Uint8Array]> {
    yield* pagesUnlike(this.#top, other.#top, {
      level: this.depth,
      first: 0,
      pageLevel: Math.min(PAGE_LEVEL, this.depth),
    });
  }

  /**
   * How many runs of 128 leaves (of the whole of smaller trees) that are not all zero this tree has
   * to itself beside another one of the same depth; of a block all of them. Counting ends at
   * `most`, or somewhat after it.
   */
  pagesNotShared(other: Tree, most = Infinity): number {
    return countUnlike(this.#top, other.#top, Math.max(0, this.depth - PAGE_LEVEL), most);
  }

  /** Every leaf that is not zero, as [index, value], in order. */
  *leaves(): Generator<readonly [index: number, value: bigint]> {
    for (const [first, bytes] of this.pages()) {
      for (let i = 0; i * LEAF_BYTES < bytes.length; i++) {
        const value = readLeaf(bytes, i * LEAF_BYTES);
        if (value !== 0n) yield [first + i, value];
      }
    }
  }

  #check(level: number, index: number): void {
    if (level <= this.depth && Number.isInteger(index) && index >= 0 && index < 2 ** (this.depth - level)) return;
    throw new Crash(`node ${index} of level ${level} lies outside a tree of depth ${this.depth}`);
  }
}

/** A node's place: `index` counts the nodes of its level from the left. */
interface Place {
  readonly level: number;
  readonly index: number;
}

/**
 * Finds a node below one of level `depth`, telling the siblings on the way, the uppermost first.
 */
function descend(top: Node, depth: number, place: Place, visit?: (sibling: Node, level: number) => void): Node {
  let node = top;
  for (let level = depth - 1; level >= place.level; level--) {
    const right = isRight(place, level);
    visit?.(right ? leftOf(node) : rightOf(node), level);
    node = right ? rightOf(node) : leftOf(node);
  }
  return node;
}

/** Whether the way to a place goes right into a node of the given level. */
function isRight(place: Place, level: number): boolean {
  return Math.floor(place.index / 2 ** (level - place.level)) % 2 === 1;
}

function replace(whole: Node, level: number, place: Place, replacement: Node): Node {
  if (level === place.level) return replacement;
  const node = opened(whole);
  const left = leftOf(node);
  const right = rightOf(node);
  return isRight(place, level - 1)
    ? branch(left, replace(right, level - 1, place, replacement))
    : branch(replace(left, level - 1, place, replacement), right);
}

/** A node below which something is replaced: not a block, whose bytes are one. */
function opened(node: Node): Node {
  return node instanceof Block ? unfold(node, true) : node;
}

function replacePage(top: Node, depth: number, place: Place, bytes: Uint8Array): Node {
  return replace(top, depth, place, page(bytes, descend(top, depth, place)));
}

/** Pages below a node: those from `from` to before `to`; `first` is the node's first page. */
interface PageRun {
  readonly pages: readonly PageChange[];
  readonly from: number;
  readonly to: number;
  readonly first: number;
}

function replacePages(whole: Node, level: number, { pages, from, to, first }: PageRun): Node {
  if (from === to) return whole;
  const { bytes } = pages[from]!;
  if (level === BLOCK_LEVEL && bytes.length === BLOCK_BYTES) return block(bytes, whole);
  if (level === PAGE_LEVEL) return page(bytes, whole);
  const node = opened(whole);
  const second = first + 2 ** (level - 1 - PAGE_LEVEL);
  let middle = from;
  while (middle < to && pages[middle]!.index < second) middle++;
  return branch(
    replacePages(leftOf(node), level - 1, { pages, from, to: middle, first }),
    replacePages(rightOf(node), level - 1, { pages, from: middle, to, first: second }),
  );
}

function cut(whole: Node, level: number, index: number, value: bigint): Node {
  if (level === 0) return leaf(value);
  const node = opened(whole);
  const half = 2 ** (level - 1);
  return index < half
    ? branch(cut(leftOf(node), level - 1, index, value), undefined)
    : branch(leftOf(node), cut(rightOf(node), level - 1, index - half, value));
}

/**
 * Writes the leaves below a node whose first leaf belongs at leaf `at` of the target; what lies
 * outside is left out.
 */
function copyLeaves(node: Node, level: number, at: number, target: Uint8Array): void {
  const size = 2 ** level;
  const room = target.length / LEAF_BYTES;
  if (node === undefined || at + size <= 0 || at >= room) return;
  if (node instanceof Leaf) {
    writeLeaf(node.value, target, at * LEAF_BYTES);
  } else if (node instanceof Page || node instanceof Block) {
    const from = Math.max(-at, 0);
    const piece = node.bytes.subarray(from * LEAF_BYTES, (room - at) * LEAF_BYTES);
    target.set(piece, (at + from) * LEAF_BYTES);
  } else {
    copyLeaves(node.left, level - 1, at, target);
    copyLeaves(node.right, level - 1, at + size / 2, target);
  }
}

/** The leaves below a node as bytes, which may be the node's own. */
function bytesOf(node: Node, level: number): Uint8Array {
  if (node instanceof Page || node instanceof Block) return node.bytes;
  const bytes = new Uint8Array(2 ** level * LEAF_BYTES);
  copyLeaves(node, level, 0, bytes);
  return bytes;
}

function* pagesOf(
  node: Node,
  level: number,
  first: number,
  pageLevel: number,
): Generator<readonly [number, Uint8Array]> {
  if (node === undefined) return;
  if (node instanceof Block) {
    for (const [i, bytes] of partsOf(node)) {
      if (page(bytes) !== undefined) yield [first + i * 2 ** PAGE_LEVEL, bytes];
    }
  } else if (level > pageLevel) {
    yield* pagesOf(leftOf(node), level - 1, first, pageLevel);
    yield* pagesOf(rightOf(node), level - 1, first + 2 ** (level - 1), pageLevel);
  } else yield [first, bytesOf(node, level)];
}

/** The pages of a block, or of a node that takes its place. */
function* partsOf(node: Node): Generator<readonly [index: number, bytes: Uint8Array]> {
  const whole = bytesOf(node, BLOCK_LEVEL);
  for (let i = 0; i < BLOCK_PAGES; i++) yield [i, pageOf(whole, i)];
}

interface Run {
  readonly level: number;
  readonly first: number;
  readonly pageLevel: number;
}

function countUnlike(node: Node, other: Node, levels: number, most: number): number {
  if (node === other || node === undefined) return 0;
  if (levels === 0) return 1;
  if (node instanceof Block) return BLOCK_PAGES;
  const left = countUnlike(leftOf(node), leftOf(other), levels - 1, most);
  return left >= most ? left : left + countUnlike(rightOf(node), rightOf(other), levels - 1, most - left);
}

/**
 * Goes where nodes are not the same object: trees that come from one another share what they have
 * in common.
 */
function* pagesUnlike(
  node: Node,
  other: Node,
  { level, first, pageLevel }: Run,
): Generator<readonly [number, Uint8Array]> {
  if (node === other) return;
  if (node instanceof Block || other instanceof Block) {
    for (const [i, bytes] of partsOf(node)) yield [first + i * 2 ** PAGE_LEVEL, bytes];
  } else if (level > pageLevel) {
    const [below, half] = [level - 1, 2 ** (level - 1)];
    yield* pagesUnlike(leftOf(node), leftOf(other), { level: below, first, pageLevel });
    yield* pagesUnlike(rightOf(node), rightOf(other), { level: below, first: first + half, pageLevel });
  } else yield [first, bytesOf(node, level)];
}
