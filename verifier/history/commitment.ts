/**
 * A player's commitment to a history: a binary keccak-256 tree of state roots. Leaf i is the root of the state i + 1 strides
 * after the state that the commitment starts from. A program halts long before the last leaf; from then on every leaf is the
 * same, and that part of the tree is one node a level, however large it is.
 */
import { HASH_BYTES, hashPair } from "../merkle/keccak.ts";
import { hashAll, NODE_BYTES } from "../merkle/keccak-lanes.ts";
import { MAX_LEVEL } from "../merkle/zero.ts";

/** Binary levels that one move of the game descends. */
export const MOVE_LEVELS = 3;

/** An immutable commitment of 2^height leaves. Hashes it gives are shared: they must not be changed. */
export class Commitment {
  /** Levels of the tree above its leaves, at most 60. */
  readonly height: number;
  /** Leaves up to the one that repeats itself to the end, including it. */
  readonly distinct: number;
  /** By level, the nodes over distinct leaves, 32 bytes each; all further ones equal `#padding` of the level. */
  readonly #levels: readonly Uint8Array[];
  readonly #padding: readonly Uint8Array[];

  /** `leaves` are the first state roots, 32 bytes each, at least one and at most 2^height; the last one repeats itself. */
  constructor(height: number, leaves: readonly Uint8Array[]) {
    const distinct = leaves.length;
    if (!Number.isInteger(height) || height < 0 || height > MAX_LEVEL) {
      throw new RangeError(`a commitment's height goes from 0 to ${MAX_LEVEL}, not ${height}`);
    }
    if (distinct < 1 || distinct > 2 ** height) {
      throw new RangeError(`a commitment of height ${height} has 1 to ${2 ** height} leaves, not ${distinct}`);
    }
    this.height = height;
    this.distinct = distinct;
    const joined = new Uint8Array(distinct * HASH_BYTES);
    leaves.forEach((leaf, i) => joined.set(leaf, i * HASH_BYTES));
    const levels: Uint8Array[] = [joined];
    const padding: Uint8Array[] = [joined.subarray(joined.length - HASH_BYTES)];
    for (let level = 0; level < height; level++) {
      const pad = padding[level] as Uint8Array;
      levels.push(levelAbove(levels[level] as Uint8Array, pad));
      padding.push(hashPair(pad, pad));
    }
    this.#levels = levels;
    this.#padding = padding;
  }

  /** The hash that the tournament knows the commitment by. */
  get root(): Uint8Array {
    return this.node(this.height, 0n);
  }

  /** The node at (level, index), leaves being level 0. */
  node(level: number, index: bigint): Uint8Array {
    if (index < 0n || level < 0 || index >= 1n << BigInt(Math.max(this.height - level, 0)) || level > this.height) {
      throw new RangeError(`node ${index} of level ${level} lies outside a commitment of height ${this.height}`);
    }
    const nodes = this.#levels[level] as Uint8Array;
    // A node whose last leaves are padding is stored; one whose leaves all are is not.
    if (index >= BigInt(nodes.length / HASH_BYTES)) return this.#padding[level] as Uint8Array;
    const at = Number(index) * HASH_BYTES;
    return nodes.subarray(at, at + HASH_BYTES);
  }

  /** The state root at a leaf. */
  leaf(index: bigint): Uint8Array {
    return this.node(0, index);
  }

  /** The last leaf: where the history ends. */
  get final(): Uint8Array {
    return this.#padding[0] as Uint8Array;
  }

  /** The eight great-grandchildren of the node at (level, index), `level` at least 3: what a move shows. */
  children8(level: number, index: bigint): Uint8Array[] {
    return Array.from({ length: 2 ** MOVE_LEVELS }, (_, child) =>
      this.node(level - MOVE_LEVELS, (index << BigInt(MOVE_LEVELS)) + BigInt(child)),
    );
  }

  /** Siblings on the way from a leaf up, the leaf's own first: `levels` of them, all the way to the root by default. */
  proof(index: bigint, levels = this.height): Uint8Array[] {
    return Array.from({ length: levels }, (_, level) => this.node(level, (index >> BigInt(level)) ^ 1n));
  }
}

/** The nodes over `nodes`, of which the last is completed by padding if it has no sibling. */
function levelAbove(nodes: Uint8Array, padding: Uint8Array): Uint8Array {
  if (nodes.length % NODE_BYTES === 0) return hashAll(nodes);
  const completed = new Uint8Array(nodes.length + HASH_BYTES);
  completed.set(nodes);
  completed.set(padding, nodes.length);
  return hashAll(completed);
}

/** The root that a leaf and its proof lead to. */
export function rootFromProof(leaf: Uint8Array, index: bigint, proof: readonly Uint8Array[]): Uint8Array {
  return proof.reduce(
    (hash, sibling, level) => ((index >> BigInt(level)) & 1n ? hashPair(sibling, hash) : hashPair(hash, sibling)),
    leaf,
  );
}
