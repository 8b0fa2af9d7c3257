/**
 * What a step may do to the trees of a state. Two implementations stand behind it: live trees,
 * which record the openings that a witness needs (`verifier/proof`), and a witness that is checked
 * against the roots (the twin of the contract).
 */

/** The four trees of a state. */
export type TreeName = "code" | "stack" | "memory" | "cells";

/** The part of a checkpoint's preimage that is not a root. */
export interface CheckpointWords {
  /** Sizes of memories 0 to 3 when the checkpoint was made. */
  readonly sizes: bigint;
  /** pc u32 at bit 208, base u32 at 176, output length u48 at 96, keep in bit 0. */
  readonly context: bigint;
}

/**
 * Openings are sequential: `put` and `cut` change the leaf of the latest `take` from the same tree.
 */
export interface Access {
  /** Whether a checkpoint is open: the word `saved` of the record is not zero. */
  readonly open: boolean;
  /** The leaf at an index, which must be below 2^depth of the tree. */
  take(tree: TreeName, index: number): bigint;
  /** Replaces the leaf that was taken last from this tree. */
  put(tree: TreeName, value: bigint): void;
  /** Replaces the stack leaf that was taken last, and clears every leaf to its right. */
  cut(value: bigint): void;
  /** saved = keccak(stack, memory and cells roots, sizes, context). */
  checkpoint(words: CheckpointWords): void;
  /** saved = 0, the trees stay. */
  commit(): void;
  /** The preimage of `saved`. Only while a checkpoint is open. */
  preimage(): CheckpointWords;
  /**
   * Brings back the stack of the checkpoint, and memory and cells unless they are kept; saved = 0.
   * After `preimage`.
   */
  restore(keep: boolean): void;
  /** Undoes every change of this step to trees and `saved`. */
  discard(): void;
}
