/**
 * Nodes of a persistent sparse Merkle tree. A subtree of zero leaves is no node at all (`undefined`), and every operation
 * keeps it so: a node is there if and only if some leaf below it is not zero. Nodes never change, but for their cached hash.
 */
import { HASH_BYTES, hashPair, keccak256 } from "./keccak.ts";
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
  if (node instanceof Branch) node.hash = hashPair(hashOf(node.left, level - 1), hashOf(node.right, level - 1));
  else node.hash = node instanceof Leaf ? leafBytes(node.value) : hashPage(node.bytes);
  return node.hash;
}

/** Level by level in one scratch buffer; runs of zeros, frequent in memory, cost no hashing. */
function hashPage(bytes: Uint8Array): Uint8Array {
  let hashes = bytes;
  let zeros: boolean[] | undefined;
  for (let level = 0; hashes.length > HASH_BYTES; level++) {
    const above = new Uint8Array(hashes.length / 2);
    const zerosAbove: boolean[] = [];
    for (let i = 0; 32 * i < above.length; i++) {
      const at = 64 * i;
      const zero = zeros ? (zeros[2 * i] ?? false) && (zeros[2 * i + 1] ?? false) : isZero(hashes, at, at + 64);
      above.set(zero ? zeroHash(level + 1) : keccak256(hashes.subarray(at, at + 64)), 32 * i);
      zerosAbove.push(zero);
    }
    hashes = above;
    zeros = zerosAbove;
  }
  return hashes;
}

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return false;
  return true;
}
