/** An end of a fragment that nothing leads to. */
import { HASH_BYTES } from "../../../verifier/merkle/keccak.ts";

/** Where a record has the root of the stack. */
const STACK_ROOT = 2 * HASH_BYTES;

/**
 * The packed record of a state of the same program that nobody has ever reached: its stack's root
 * is the root of nothing.
 */
export function inventedRecord(reached: Uint8Array): Uint8Array {
  return Uint8Array.from(reached).fill(0xbd, STACK_ROOT, STACK_ROOT + HASH_BYTES);
}
