/**
 * Nodes of a persistent sparse Merkle tree. A subtree of zero leaves is no node at all
 * (`undefined`), and every operation keeps it so: a node is there if and only if some leaf below it
 * is not zero. Nodes never change, but for their cached hash.
 */
import { Crash } from "../errors.ts";
import { Block, BLOCK_PAGES, hashBlocks, pageHashOf, pageOf } from "./block.ts";
import { HASH_BYTES } from "./keccak.ts";
import { BATCH, hashes, hashNodes, NODE_BYTES, nodes } from "./keccak-lanes.ts";
import { LEAF_BYTES, leafBytes, readLeaf } from "./leaf.ts";
import { type HashedPage, hashPages } from "./page-hash.ts";
import { zeroHash } from "./zero.ts";

/**
 * A node, or `undefined` for a subtree of zeros. The level is not stored: whoever descends knows
 * it.
 */
export type Node = Leaf | Page | Block | Branch | undefined;

/** Level 0: one word, not zero. */
export class Leaf {
  readonly value: bigint;
  hash: Uint8Array | undefined;

  constructor(value: bigint) {
    this.value = value;
  }
}

/**
 * Level n: 2^n leaves in one run of 32 * 2^n bytes, not all zero. It unfolds into branches where a
 * leaf changes.
 */
export class Page implements HashedPage {
  readonly bytes: Uint8Array;
  hash: Uint8Array | undefined;
  previous: HashedPage | undefined;
  inner: Int32Array | undefined;

  constructor(bytes: Uint8Array, previous?: Page) {
    this.bytes = bytes;
    // One without hashes of its own tells nothing, but the one before it may.
    this.previous = previous?.hash === undefined ? previous?.previous : previous;
  }
}

/** Level n > 0: two nodes of level n - 1, not both zero. */
export class Branch {
  readonly left: Node;
  readonly right: Node;
  hash: Uint8Array | undefined;

  constructor(left: Node, right: Node) {
    this.left = left;
    this.right = right;
  }
}

/** The leaf node of a word. */
export function leaf(value: bigint): Node {
  return value === 0n ? undefined : new Leaf(value);
}

/**
 * The node over 32 * 2^level bytes, which it keeps: they must not change afterwards.
 * @param previous - what it replaces: their hashes are the same where their bytes are
 */
export function page(bytes: Uint8Array, previous?: Node): Node {
  if (isZero(bytes)) return undefined;
  if (bytes.length === LEAF_BYTES) return new Leaf(readLeaf(bytes, 0));
  const isAlike = previous instanceof Page && previous.bytes.length === bytes.length;
  return new Page(bytes, isAlike ? previous : undefined);
}

/** The node over the bytes of a block, which it keeps; see {@link page}. */
export function block(bytes: Uint8Array, previous?: Node): Node {
  return isZero(bytes) ? undefined : new Block(bytes, previous instanceof Block ? previous : undefined);
}

/**
 * A block as branches over pages.
 * @param isKept - whether they will be part of a tree: then their bytes are copies, so that none
 *   of them keeps all of the block
 */
export function unfold(whole: Block, isKept: boolean): Branch {
  const own = (bytes: Uint8Array): Uint8Array => (isKept ? bytes.slice() : bytes);
  let level: Node[] = Array.from({ length: BLOCK_PAGES }, (_, i) => {
    const node = page(own(pageOf(whole.bytes, i)));
    const hash = pageHashOf(whole, i);
    if (node instanceof Page && hash !== undefined) node.hash = own(hash);
    return node;
  });
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, i) => branch(level[2 * i], level[2 * i + 1]));
  }
  const [top] = level;
  if (!(top instanceof Branch)) throw new Crash("a block is not all zero");
  top.hash = whole.hash && own(whole.hash);
  return top;
}

/** The node over two nodes of the level below. */
export function branch(left: Node, right: Node): Node {
  return left === undefined && right === undefined ? undefined : new Branch(left, right);
}

/** The left child of a node above level 0. */
export function leftOf(node: Node): Node {
  if (node instanceof Branch) return node.left;
  if (node instanceof Block) return unfold(node, false).left;
  return node instanceof Page ? page(node.bytes.subarray(0, node.bytes.length / 2)) : undefined;
}

/** The right child of a node above level 0. */
export function rightOf(node: Node): Node {
  if (node instanceof Branch) return node.right;
  if (node instanceof Block) return unfold(node, false).right;
  return node instanceof Page ? page(node.bytes.subarray(node.bytes.length / 2)) : undefined;
}

/**
 * The hash of a node at its level: of a leaf its own 32 bytes. Cached in the node; must not be
 * changed.
 */
export function hashOf(node: Node, level: number): Uint8Array {
  if (node === undefined) return zeroHash(level);
  if (node.hash === undefined) hashBelow(node, level);
  return node.hash as Uint8Array;
}

/**
 * All that is missing below a node, level by level: nodes of one level do not wait for each other.
 */
function hashBelow(top: Leaf | Page | Block | Branch, level: number): void {
  const branches: Branch[][] = [];
  const pages: Page[] = [];
  const blocks: Block[] = [];
  collect(top, level, { branches, pages, blocks });
  // Each takes twice its size while it is hashed.
  for (let first = 0; first < pages.length; first += BATCH) hashPages(pages.slice(first, first + BATCH));
  hashBlocks(blocks);
  branches.forEach((missing, at) => {
    for (let first = 0; first < missing.length; first += BATCH) {
      const batch = missing.slice(first, first + BATCH);
      batch.forEach(({ left, right }, i) => {
        nodes.set(hashOf(left, at - 1), NODE_BYTES * i);
        nodes.set(hashOf(right, at - 1), NODE_BYTES * i + HASH_BYTES);
      });
      hashNodes(batch.length);
      batch.forEach((branch, i) => {
        branch.hash = hashes.slice(HASH_BYTES * i, HASH_BYTES * (i + 1));
      });
    }
  });
}

/** Nodes without a hash; branches by level. */
interface Missing {
  readonly branches: Branch[][];
  readonly pages: Page[];
  readonly blocks: Block[];
}

/** Sorts the nodes without a hash. */
function collect(node: Node, level: number, missing: Missing): void {
  if (node === undefined || node.hash !== undefined) return;
  if (node instanceof Leaf) node.hash = leafBytes(node.value);
  else if (node instanceof Page) missing.pages.push(node);
  else if (node instanceof Block) missing.blocks.push(node);
  else {
    (missing.branches[level] ??= []).push(node);
    collect(node.left, level - 1, missing);
    collect(node.right, level - 1, missing);
  }
}

function isZero(bytes: Uint8Array): boolean {
  if (bytes.byteOffset % 4 === 0 && bytes.length % 4 === 0) {
    return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4).every((word) => word === 0);
  }
  return bytes.every((byte) => byte === 0);
}
