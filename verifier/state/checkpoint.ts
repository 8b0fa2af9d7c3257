/** What a transaction goes back to when it fails. The word `saved` of the record is its hash. */
import type { CheckpointWords } from "../machine/access.ts";
import { HASH_BYTES, keccak256 } from "../merkle/keccak.ts";
import { writeLeaf } from "../merkle/leaf.ts";
import type { Tree } from "../merkle/tree.ts";

/** Bytes of a checkpoint's preimage: five words. */
export const PREIMAGE_BYTES = 5 * HASH_BYTES;

/** The trees that a checkpoint keeps. */
export interface CheckpointTrees {
  readonly stack: Tree;
  readonly memory: Tree;
  readonly cells: Tree;
}

/** An immutable checkpoint; it shares its trees with the states it was made from. */
export class Checkpoint implements CheckpointTrees, CheckpointWords {
  readonly stack: Tree;
  readonly memory: Tree;
  readonly cells: Tree;
  readonly sizes: bigint;
  readonly context: bigint;
  #hash: Uint8Array | undefined;

  constructor(trees: CheckpointTrees, words: CheckpointWords) {
    this.stack = trees.stack;
    this.memory = trees.memory;
    this.cells = trees.cells;
    this.sizes = words.sizes;
    this.context = words.context;
  }

  /** The preimage of `saved`: stack root, memory root, cells root, sizes, context. */
  preimage(): Uint8Array {
    const bytes = new Uint8Array(PREIMAGE_BYTES);
    bytes.set(this.stack.root(), 0);
    bytes.set(this.memory.root(), 32);
    bytes.set(this.cells.root(), 64);
    writeLeaf(this.sizes, bytes, 96);
    writeLeaf(this.context, bytes, 128);
    return bytes;
  }

  /** The word `saved`, computed once. The array is shared: it must not be changed. */
  hash(): Uint8Array {
    this.#hash ??= keccak256(this.preimage());
    return this.#hash;
  }
}
