/**
 * The cursor of a bulk instruction: one stack slot that its check leaves and its restartable move
 * works on, a leaf of the source and one of the destination a step, until nothing is left.
 *
 * n at bit 128, s at 64, d at 0, u64 each. Copies run forward if d ≤ s, else from the end.
 */
import { MASK_32, MASK_64, type Machine } from "./machine.ts";

/**
 * The operands of a move in progress: destination, source (of a fill: the value), and how much is
 * left.
 */
export interface Cursor {
  readonly d: bigint;
  readonly s: bigint;
  readonly n: bigint;
}

/** Packs a cursor, each field taken modulo 2^64. */
export function packCursor({ d, s, n }: Cursor): bigint {
  return ((n & MASK_64) << 128n) | ((s & MASK_64) << 64n) | (d & MASK_64);
}

/** Reads a cursor from any leaf. */
export function unpackCursor(leaf: bigint): Cursor {
  return { d: leaf & MASK_64, s: (leaf >> 64n) & MASK_64, n: (leaf >> 128n) & MASK_64 };
}

/**
 * Pops n and s, replaces d by the cursor; `s` has the given mask and is moved by `origin`, the
 * start of a segment.
 */
export function packOperands(m: Machine, origin = 0n, mask = MASK_32): Cursor {
  const n = m.pop(0) & MASK_32;
  const s = m.pop(1) & mask;
  const d = m.operand(2) & MASK_32;
  m.put("stack", packCursor({ d, s: s + origin, n }));
  return { d, s, n };
}

/** Writes the cursor back; at zero pops it and goes on. */
export function advance(m: Machine, cursor: Cursor): void {
  m.put("stack", cursor.n === 0n ? 0n : packCursor(cursor));
  if (cursor.n === 0n) m.next();
}
