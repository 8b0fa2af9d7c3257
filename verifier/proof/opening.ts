/**
 * Openings as bytes (`docs/machine.md`, Witness of a step): bitmap u64 | node, if bit 63 | for each
 * level: sibling, if its bit. What is left out is the zero hash of its level; a leaf is its own
 * hash.
 */
import { equalHashes, HASH_BYTES, hashPair } from "../merkle/keccak.ts";
import type { TreeOpening } from "../merkle/tree.ts";
import { zeroHash } from "../merkle/zero.ts";
import type { WitnessReader } from "./witness-reader.ts";

const NODE_BIT = 63n;
const BITMAP_BYTES = 8;

/** A node with every sibling up to its tree's root, zero hashes filled in. */
export interface Opening {
  /** Level of the node: 0 for a leaf. */
  readonly level: number;
  /** The node's number in its level, from the left. */
  readonly index: number;
  readonly node: Uint8Array;
  /** One sibling a level, the node's own level first. */
  readonly siblings: readonly Uint8Array[];
}

/**
 * Writes an opening of a node at `level`; sibling n of the opening belongs to level `level` + n.
 */
export function encodeOpening({ node, siblings }: TreeOpening, level = 0): Uint8Array {
  const hashes = siblings.filter((sibling) => sibling !== undefined);
  if (node !== undefined) hashes.unshift(node);
  const bytes = new Uint8Array(BITMAP_BYTES + hashes.length * HASH_BYTES);
  let bitmap = node === undefined ? 0n : 1n << NODE_BIT;
  siblings.forEach((sibling, i) => {
    if (sibling !== undefined) bitmap |= 1n << BigInt(level + i);
  });
  new DataView(bytes.buffer).setBigUint64(0, bitmap);
  hashes.forEach((hash, i) => bytes.set(hash, BITMAP_BYTES + i * HASH_BYTES));
  return bytes;
}

/** Where an opening points. */
export interface OpeningPlace {
  /** What is opened, for error messages. */
  readonly what: string;
  readonly depth: number;
  readonly level: number;
  readonly index: number;
}

/**
 * Reads an opening and checks it against the root of its tree; throws a WitnessError if it does not
 * belong to it.
 */
export function readOpening(reader: WitnessReader, root: Uint8Array, place: OpeningPlace): Opening {
  const { what, depth, level, index } = place;
  const where = `opening of ${what} ${index}`;
  const start = reader.offset;
  const bitmap = reader.u64(`bitmap of the ${where}`);
  const node = bitmap >> NODE_BIT ? reader.bytes(HASH_BYTES, `node of the ${where}`) : zeroHash(level);
  const siblings: Uint8Array[] = [];
  let allowed = 1n << NODE_BIT;
  for (let l = level; l < depth; l++) {
    const bit = 1n << BigInt(l);
    allowed |= bit;
    siblings.push(bitmap & bit ? reader.bytes(HASH_BYTES, `sibling at level ${l} of the ${where}`) : zeroHash(l));
  }
  if (bitmap & ~allowed)
    reader.fail(start, `the bitmap of the ${where} has bits outside levels ${level} to ${depth - 1}`);
  const opening = { level, index, node, siblings };
  if (!equalHashes(rootOf(opening), root)) reader.fail(start, `the ${where} does not lead to the root`);
  return opening;
}

/**
 * The root that a node and its siblings lead to; `node` stands for what the node is replaced by.
 */
export function rootOf({ index, siblings, node }: Opening): Uint8Array {
  let hash = node;
  siblings.forEach((sibling, i) => {
    hash = isRight(index, i) ? hashPair(sibling, hash) : hashPair(hash, sibling);
  });
  return hash;
}

/** The opening with every leaf to the right of the node cleared. */
export function cutRight(opening: Opening): Opening {
  const { level, index } = opening;
  const siblings = opening.siblings.map((sibling, i) => (isRight(index, i) ? sibling : zeroHash(level + i)));
  return { ...opening, siblings };
}

/** Whether the `i`-th node on the way up is a right child. */
function isRight(index: number, i: number): boolean {
  return Math.floor(index / 2 ** i) % 2 === 1;
}
