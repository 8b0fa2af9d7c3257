/**
 * Makes commitments of leaves that come one after the other, in bounded memory if they can be
 * computed again.
 */
import { Crash } from "../errors.ts";
import { HASH_BYTES } from "../merkle/keccak.ts";
import { MAX_LEVEL } from "../merkle/zero.ts";
import { Commitment, type LeafSource } from "./commitment.ts";
import { levelsOver, nodeAt, paddingOver } from "./tree-levels.ts";

/**
 * Levels of a subtree of which a tall commitment keeps the root only: 4096 leaves, some 20 ms to
 * compute again.
 */
const SUBTREE_LEVELS = 12;

const SUBTREE_BYTES = HASH_BYTES * 2 ** SUBTREE_LEVELS;

/** Leaves up to which a commitment keeps them all, and the nodes above: 2 MiB. */
const KEPT_LEAVES = 2 ** 15;

/** Takes leaves in order, then gives the commitment. */
export class CommitmentBuilder {
  readonly #height: number;
  readonly #source: LeafSource | undefined;
  /** All leaves; or, where only subtrees are kept, those of the subtree that is not complete. */
  readonly #leaves = new Bytes();
  /** Roots of complete subtrees, once leaves are not kept. */
  #subtrees: Bytes | undefined;
  #last = new Uint8Array();
  #count = 0;

  /**
   * @param height Levels above the leaves, at most 60
   * @param source Gives leaves again. Without it all of them are kept, however many there are
   */
  constructor(height: number, source?: LeafSource) {
    if (!Number.isInteger(height) || height < 0 || height > MAX_LEVEL) {
      throw new Crash(`a commitment's height goes from 0 to ${MAX_LEVEL}, not ${height}`);
    }
    this.#height = height;
    this.#source = source;
  }

  /** Adds leaves behind the last one, 32 bytes each. They are copied. */
  append(leaves: Uint8Array): void {
    if (leaves.length === 0) return;
    this.#count += leaves.length / HASH_BYTES;
    this.#requireCount();
    this.#last = leaves.slice(-HASH_BYTES);
    this.#leaves.append(leaves);
    if (this.#source !== undefined && this.#count > KEPT_LEAVES) this.#reduce();
  }

  /**
   * The commitment to the leaves so far, at least one; the last one repeats itself. The builder
   * must not be used again.
   */
  finish(): Commitment {
    this.#requireCount();
    const parts = { height: this.#height, distinct: this.#count, last: this.#last };
    const subtrees = this.#subtrees;
    if (subtrees === undefined) return new Commitment({ ...parts, lowest: 0, nodes: this.#leaves.content().slice() });
    const rest = this.#leaves.content();
    if (rest.length > 0) subtrees.append(rootOver(rest, this.#last));
    const nodes = subtrees.content().slice();
    return new Commitment({ ...parts, lowest: SUBTREE_LEVELS, nodes, source: this.#source });
  }

  #requireCount(): void {
    if (Number.isInteger(this.#count) && this.#count >= 1 && this.#count <= 2 ** this.#height) return;
    throw new Crash(`a commitment of height ${this.#height} has 1 to ${2 ** this.#height} leaves, not ${this.#count}`);
  }

  /** Replaces leaves by the roots of the subtrees that they complete. */
  #reduce(): void {
    this.#subtrees ??= new Bytes();
    const leaves = this.#leaves.content();
    const end = leaves.length - (leaves.length % SUBTREE_BYTES);
    for (let at = 0; at < end; at += SUBTREE_BYTES) {
      this.#subtrees.append(rootOver(leaves.subarray(at, at + SUBTREE_BYTES), this.#last));
    }
    this.#leaves.drop(end);
  }
}

/** The root of a subtree whose missing leaves are `last`. */
function rootOver(leaves: Uint8Array, last: Uint8Array): Uint8Array {
  return nodeAt(levelsOver(leaves, paddingOver(last, SUBTREE_LEVELS)).at(-1), 0);
}

/**
 * The commitment to leaves of 32 bytes each, at least one and at most 2^height; the last one
 * repeats itself. They are copied.
 */
export function commitmentOf(height: number, leaves: Uint8Array): Commitment {
  const builder = new CommitmentBuilder(height);
  builder.append(leaves);
  return builder.finish();
}

/** Bytes that grow at the end. */
class Bytes {
  #bytes = new Uint8Array(1024);
  #length = 0;

  append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
      grown.set(this.content());
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = needed;
  }

  /** The bytes themselves, until the next change. */
  content(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets the first `count` bytes. */
  drop(count: number): void {
    this.#bytes = this.#bytes.slice(count, this.#length);
    this.#length -= count;
  }
}
