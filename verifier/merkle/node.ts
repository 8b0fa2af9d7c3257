/**
 * Nodes of a persistent sparse Merkle tree. A subtree of zero leaves is no node at all (`undefined`), and every operation
 * keeps it so: a node is there if and only if some leaf below it is not zero. Nodes never change, but for their cached hash.
 */
import { HASH_BYTES } from "./keccak.ts";
import { BATCH, hashes, hashNodes, NODE_BYTES, nodes } from "./keccak-lanes.ts";
import { LEAF_BYTES, leafBytes, readLeaf } from "./leaf.ts";
import { zeroHash } from "./zero.ts";

/** A node, or `undefined` for a subtree of zeros. The level is not stored: whoever descends knows it. */
export type Node = Leaf | Page | Branch | undefined;

/** Level 0: one word, not zero. */
export class Leaf {
  readonly value: bigint;
  hash: Uint8Array | undefined;

  constructor(value: bigint) {
    this.value = value;
  }
}

/** Level n: 2^n leaves in one run of 32 * 2^n bytes, not all zero. It unfolds into branches where a leaf changes. */
export class Page {
  readonly bytes: Uint8Array;
  hash: Uint8Array | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
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

/** The node over 32 * 2^level bytes, which it keeps: they must not change afterwards. */
export function page(bytes: Uint8Array): Node {
  if (isZero(bytes, 0, bytes.length)) return undefined;
  return bytes.length === LEAF_BYTES ? new Leaf(readLeaf(bytes, 0)) : new Page(bytes);
}

/** The node over two nodes of the level below. */
export function branch(left: Node, right: Node): Node {
  return left === undefined && right === undefined ? undefined : new Branch(left, right);
}

/** The left child of a node above level 0. */
export function leftOf(node: Node): Node {
  if (node instanceof Branch) return node.left;
  return node instanceof Page ? page(node.bytes.subarray(0, node.bytes.length / 2)) : undefined;
}

/** The right child of a node above level 0. */
export function rightOf(node: Node): Node {
  if (node instanceof Branch) return node.right;
  return node instanceof Page ? page(node.bytes.subarray(node.bytes.length / 2)) : undefined;
}

/** The hash of a node at its level: of a leaf its own 32 bytes. Cached in the node; must not be changed. */
export function hashOf(node: Node, level: number): Uint8Array {
  if (node === undefined) return zeroHash(level);
  if (node.hash !== undefined) return node.hash;
  if (node instanceof Branch) return hashBranch(node, level);
  node.hash = node instanceof Leaf ? leafBytes(node.value) : hashPage(node.bytes);
  return node.hash;
}

/** All that is missing below a branch, level by level: nodes of one level do not wait for each other. */
function hashBranch(top: Branch, level: number): Uint8Array {
  const missing: Branch[][] = [];
  collect(top, level, missing);
  missing.forEach((branches, at) => {
    for (let first = 0; first < branches.length; first += BATCH) {
      const batch = branches.slice(first, first + BATCH);
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
  return hashOf(top, level);
}

/** Sorts the branches without a hash by level, and hashes what lies below them. */
function collect(node: Node, level: number, missing: Branch[][]): void {
  if (!(node instanceof Branch)) hashOf(node, level);
  else if (node.hash === undefined) {
    (missing[level] ??= []).push(node);
    collect(node.left, level - 1, missing);
    collect(node.right, level - 1, missing);
  }
}

/** Level by level; runs of zeros, frequent in memory, cost no hashing. */
function hashPage(bytes: Uint8Array): Uint8Array {
  let below = bytes;
  // At level 0 it is the bytes that tell, above it the memory of which nodes were not zero.
  let present: readonly number[] = Array.from({ length: bytes.length / HASH_BYTES }, (_, i) => i).filter(
    (i) => !isZero(bytes, HASH_BYTES * i, HASH_BYTES * (i + 1)),
  );
  for (let level = 0; below.length > HASH_BYTES; level++) {
    const above = new Uint8Array(below.length / 2);
    for (let at = 0; at < above.length; at += HASH_BYTES) above.set(zeroHash(level + 1), at);
    const parents = [...new Set(present.map((i) => i >> 1))];
    parents.forEach((parent, k) => {
      nodes.set(below.subarray(NODE_BYTES * parent, NODE_BYTES * (parent + 1)), NODE_BYTES * k);
    });
    hashNodes(parents.length);
    parents.forEach((parent, k) => {
      above.set(hashes.subarray(HASH_BYTES * k, HASH_BYTES * (k + 1)), HASH_BYTES * parent);
    });
    below = above;
    present = parents;
  }
  return below;
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return false;
  return true;
}
