/**
 * The history of a cluster's blocks, and the app hash that binds it (docs/cluster.md, History):
 * `contracts/cluster/History.sol` checks the same on chain.
 *
 * It is a binary keccak tree of depth 40 that only grows: a leaf is set once, from the left, and
 * leaves that are not set are zero. In a proof those siblings are left out of which every leaf has
 * yet to be set, for they are known; who checks it knows the number of leaves.
 */
import { concat } from "./protobuf.ts";
import { equalHashes, HASH_BYTES, hashPair, keccak256 } from "../merkle/keccak.ts";
import { zeroHash } from "../merkle/zero.ts";
import { ConsensusError } from "./errors.ts";

/** Levels above the leaves. */
export const HISTORY_DEPTH = 40;

/** The most blocks that a history can have. */
export const HISTORY_CAPACITY = 2 ** HISTORY_DEPTH;

/** What a block did. */
export interface BlockLeaf {
  /** Root of the input's tree, 32 bytes. */
  readonly inputRoot: Uint8Array;
  /** In bytes. */
  readonly inputLength: bigint;
  /** Steps of this block and all before it. */
  readonly steps: bigint;
  /** Of the state after it, 32 bytes. */
  readonly stateRoot: Uint8Array;
}

/** Where a cluster stands. */
export interface Standing {
  /** Of the state after the last block, 32 bytes. */
  readonly stateRoot: Uint8Array;
  /** Root of the history, with the last block's leaf. */
  readonly historyRoot: Uint8Array;
  /** Blocks in it. */
  readonly count: bigint;
  /** Steps of all of them. */
  readonly steps: bigint;
}

/** The leaf of a block. */
export function blockLeaf({ inputRoot, inputLength, steps, stateRoot }: BlockLeaf): Uint8Array {
  return keccak256(concat(hash(inputRoot), word64(inputLength), word64(steps), hash(stateRoot)));
}

/** The app hash of a cluster that stands there. */
export function appHash({ stateRoot, historyRoot, count, steps }: Standing): Uint8Array {
  return keccak256(concat(hash(stateRoot), hash(historyRoot), word64(count), word64(steps)));
}

/** A history with all its leaves, for those who prove them. */
export class BlockHistory {
  /** Nodes by level, those above leaves that are set. */
  readonly #levels: Uint8Array[][] = Array.from({ length: HISTORY_DEPTH + 1 }, () => []);

  /** Leaves that are set. */
  get count(): number {
    return this.#levels[0]!.length;
  }

  get root(): Uint8Array {
    return this.#nodeAt(HISTORY_DEPTH, 0);
  }

  /** Sets the next leaf. */
  append(leaf: Uint8Array): void {
    let index = this.count;
    this.#levels[0]!.push(hash(leaf));
    for (let level = 0; level < HISTORY_DEPTH; level++) {
      const left = index - (index % 2);
      index = left / 2;
      this.#levels[level + 1]![index] = hashPair(this.#nodeAt(level, left), this.#nodeAt(level, left + 1));
    }
  }

  /**
   * The siblings that prove a leaf among those that are set.
   * @throws ConsensusError if it is not
   */
  prove(index: number): Uint8Array[] {
    checkIndex(index, this.count);
    return this.#siblings(index, this.count);
  }

  /** The siblings with which the next leaf can be appended by who knows the root only. */
  proveEnd(): Uint8Array[] {
    return this.#siblings(this.count, this.count);
  }

  #siblings(index: number, count: number): Uint8Array[] {
    return shownLevels(index, count).map((level) => {
      const at = Math.floor(index / 2 ** level);
      return this.#nodeAt(level, at % 2 === 0 ? at + 1 : at - 1);
    });
  }

  #nodeAt(level: number, index: number): Uint8Array {
    return this.#levels[level]![index] ?? zeroHash(level);
  }
}

/**
 * The root of the history of `count` blocks that has a leaf at an index.
 * @throws ConsensusError if it has no such leaf, or a proof of it has another length
 */
export function historyRootOf(
  leaf: Uint8Array,
  index: number,
  count: number,
  siblings: readonly Uint8Array[],
): Uint8Array {
  checkIndex(index, count);
  return climb(leaf, index, count, siblings);
}

/**
 * The root after one more leaf.
 * @param root - of the history of `count` blocks
 * @param siblings - of the first leaf that is not set: all of them are on its left
 * @throws ConsensusError if the history is full, or the siblings are not its
 */
export function appendedRoot(
  root: Uint8Array,
  count: number,
  leaf: Uint8Array,
  siblings: readonly Uint8Array[],
): Uint8Array {
  checkIndex(count, HISTORY_CAPACITY);
  if (!equalHashes(climb(zeroHash(0), count, count, siblings), hash(root)))
    throw new ConsensusError(`the siblings are not those of leaf ${count} of the history`);
  return climb(leaf, count, count, siblings);
}

/**
 * The root of the history of the blocks before a leaf, by the proof of that leaf.
 * @throws ConsensusError as {@link historyRootOf}
 */
export function historyBefore(index: number, count: number, siblings: readonly Uint8Array[]): Uint8Array {
  checkIndex(index, count);
  const shown = shownLevels(index, count);
  checkLength(index, count, shown, siblings);
  const left = siblings.filter((_, i) => isRight(index, shown[i]!));
  return climb(zeroHash(0), index, index, left);
}

/** Levels whose sibling on the way up from a leaf has a leaf that is set. */
function shownLevels(index: number, count: number): number[] {
  return Array.from({ length: HISTORY_DEPTH }, (_, level) => level).filter((level) => {
    const at = Math.floor(index / 2 ** level);
    return at % 2 === 1 || (at + 1) * 2 ** level < count;
  });
}

function climb(leaf: Uint8Array, index: number, count: number, siblings: readonly Uint8Array[]): Uint8Array {
  const shown = shownLevels(index, count);
  checkLength(index, count, shown, siblings);
  let used = 0;
  let node = hash(leaf);
  for (let level = 0; level < HISTORY_DEPTH; level++) {
    const sibling = shown[used] === level ? hash(siblings[used++]!) : zeroHash(level);
    node = isRight(index, level) ? hashPair(sibling, node) : hashPair(node, sibling);
  }
  return node;
}

function checkLength(index: number, count: number, shown: readonly number[], siblings: readonly Uint8Array[]): void {
  if (siblings.length !== shown.length)
    throw new ConsensusError(`a proof of leaf ${index} of ${count} has ${shown.length} hashes, not ${siblings.length}`);
}

/** Whether the node above a leaf at a level is a right child. */
function isRight(index: number, level: number): boolean {
  return Math.floor(index / 2 ** level) % 2 === 1;
}

function checkIndex(index: number, count: number): void {
  if (!Number.isSafeInteger(index) || index < 0 || !(index < count) || !(count <= HISTORY_CAPACITY))
    throw new ConsensusError(`a history of ${count} blocks has no leaf ${index}`);
}

function hash(bytes: Uint8Array): Uint8Array {
  if (bytes.length !== HASH_BYTES) throw new ConsensusError(`a hash has ${HASH_BYTES} bytes, not ${bytes.length}`);
  return bytes;
}

function word64(value: bigint): Uint8Array {
  if (value < 0n || value >= 1n << 64n) throw new ConsensusError(`${value} is no number of 64 bits`);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}
