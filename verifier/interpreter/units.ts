/**
 * What interpreter and engine count the shared stack and cells in: 32-bit words, the least
 * significant first.
 */
import { LEAF_BYTES } from "../merkle/leaf.ts";

/**
 * Words of a slot of the stack. The inner loop and its arithmetic write it out: `sp - 2` is the top
 * slot.
 */
export const SLOT_WORDS = 2;

/** Words of a leaf, and so of a cell. */
export const LEAF_WORDS = LEAF_BYTES / 4;
