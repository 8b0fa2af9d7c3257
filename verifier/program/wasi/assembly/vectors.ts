/** Lists of buffers in the guest's memory (`iovec`), and results that are written there. */
import { E_FAULT, E_INVAL, SUCCESS } from "./errno";
import { guestHolds, readGuest, writeGuest } from "./host";

const VECTOR: u32 = 8;
const MAX_VECTORS: u32 = 1024;

/** Room for what is on its way to or from the guest's memory. */
export const SCRATCH: usize = memory.data(256, 8);

/** Sum of the lengths that `measure` found; and the buffer that `vectorAt` read. */
export let total: u32 = 0;
export let pointer: u32 = 0;
export let length: u32 = 0;

/** Reads one element of a list. */
export function vectorAt(vectors: u32, index: u32): bool {
  if (!readGuest(SCRATCH, vectors + index * VECTOR, VECTOR)) return false;
  pointer = load<u32>(SCRATCH);
  length = load<u32>(SCRATCH + 4);
  return true;
}

/** Checks a list of buffers, and adds up their lengths. */
export function measure(vectors: u32, count: u32): u32 {
  if (count > MAX_VECTORS) return E_INVAL;
  if (!guestHolds(vectors, <u64>count * VECTOR)) return E_FAULT;
  let sum: u64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    if (!vectorAt(vectors, i) || !guestHolds(pointer, length)) return E_FAULT;
    sum += length;
  }
  // An even greater sum could not be told, as results are u32.
  if (sum > 0xffff_ffff) return E_INVAL;
  total = <u32>sum;
  return SUCCESS;
}

/** Writes a u32 result. */
export function give32(to: u32, value: u32): u32 {
  store<u32>(SCRATCH, value);
  return writeGuest(to, SCRATCH, 4) ? SUCCESS : E_FAULT;
}

/** Writes a u64 result. */
export function give64(to: u32, value: u64): u32 {
  store<u64>(SCRATCH, value);
  return writeGuest(to, SCRATCH, 8) ? SUCCESS : E_FAULT;
}
