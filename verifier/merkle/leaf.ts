/** Leaves of the trees: 256-bit words, as bigint and as 32 bytes, most significant first. */

/** Bytes of a leaf. */
export const LEAF_BYTES = 32;

const U64 = 0xffff_ffff_ffff_ffffn;
const scratch = new DataView(new ArrayBuffer(LEAF_BYTES));
const scratchBytes = new Uint8Array(scratch.buffer);

/** The 32 bytes of a word, which must be below 2^256. */
export function leafBytes(word: bigint): Uint8Array {
  const bytes = new Uint8Array(LEAF_BYTES);
  writeLeaf(word, bytes, 0);
  return bytes;
}

/** Writes a word, which must be below 2^256, as 32 bytes at an offset. */
export function writeLeaf(word: bigint, target: Uint8Array, offset: number): void {
  // Most words are integers of at most 64 bits: one conversion instead of four.
  const long = word > U64;
  scratch.setBigUint64(0, long ? word >> 192n : 0n);
  scratch.setBigUint64(8, long ? (word >> 128n) & U64 : 0n);
  scratch.setBigUint64(16, long ? (word >> 64n) & U64 : 0n);
  scratch.setBigUint64(24, long ? word & U64 : word);
  target.set(scratchBytes, offset);
}

/** The word that 32 bytes at an offset hold. */
export function readLeaf(bytes: Uint8Array, offset: number): bigint {
  scratchBytes.set(bytes.subarray(offset, offset + LEAF_BYTES));
  const high = (scratch.getBigUint64(0) << 64n) | scratch.getBigUint64(8);
  const low = (scratch.getBigUint64(16) << 64n) | scratch.getBigUint64(24);
  return high === 0n ? low : (high << 128n) | low;
}
