/**
 * Bulk instructions. A check tests bounds before anything is written and packs its operands into one cursor slot; a
 * restartable move then stays at its pc, touches one source and one destination leaf a step, and pops the cursor at zero.
 *
 * Cursor: n at bit 128, s at 64, d at 0, u64 each. Copies run forward if d ≤ s, else from the end.
 */
import { MASK_32, MASK_64, type Machine } from "./machine.ts";
import { leafIndex, memoryPages, ones, PAGE_BYTES } from "./memory.ts";
import { Op, Trap } from "./opcodes.ts";
import { imm32 } from "./word.ts";

/** The operands of a move in progress. */
interface Cursor {
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

/** Executes the checks, the moves and the drops of segments. */
export function executeBulk(m: Machine): void {
  const { op, a } = m.word;
  switch (op) {
    case Op.memoryCopy:
    case Op.memoryInit:
    case Op.memoryFill:
      checkBytes(m);
      return m.next();
    case Op.tableCopy:
    case Op.tableInit:
      checkCells(m);
      return m.next();
    case Op.dataDrop:
    case Op.elemDrop:
      m.take("cells", a);
      m.put("cells", 0n);
      return m.next();
    case Op.copyBytes:
      return copyBytes(m);
    case Op.fillBytes:
      return fillBytes(m);
    case Op.copyCells:
      return copyCells(m);
    default:
      return m.fault(Trap.invalidInstruction);
  }
}

/** Pops n and s, replaces d by the cursor; `s` is moved by `origin`, the start of a segment. */
export function packOperands(m: Machine, origin: bigint): Cursor {
  const n = m.pop(0) & MASK_32;
  const s = m.pop(1) & MASK_32;
  const d = m.operand(2) & MASK_32;
  m.put("stack", packCursor({ d, s: s + origin, n }));
  return { d, s, n };
}

/** imm: size index of the destination; copy: size index of the source; init: size cell, and the segment's start (u64). */
function checkBytes(m: Machine): void {
  const { op, imm } = m.word;
  const origin = op === Op.memoryInit ? imm & MASK_64 : 0n;
  const { d, s, n } = packOperands(m, origin);
  const target = memoryPages(m, imm32(imm, 0)) * PAGE_BYTES;
  let source = MASK_64;
  if (op === Op.memoryCopy) source = memoryPages(m, imm32(imm, 1)) * PAGE_BYTES;
  else if (op === Op.memoryInit) source = m.take("cells", imm32(imm, 1)) & MASK_64;
  if (d + n > target || s + n > source) m.fault(Trap.memoryBounds);
}

/** imm: size cell of the destination, size cell of the source. */
function checkCells(m: Machine): void {
  const { imm } = m.word;
  const { d, s, n } = packOperands(m, 0n);
  const target = m.take("cells", imm32(imm, 0)) & MASK_32;
  const source = m.take("cells", imm32(imm, 1)) & MASK_32;
  if (d + n > target || s + n > source) m.fault(Trap.tableBounds);
}

/** Writes the cursor back; at zero pops it and goes on. */
function advance(m: Machine, cursor: Cursor): void {
  m.put("stack", cursor.n === 0n ? 0n : packCursor(cursor));
  if (cursor.n === 0n) m.next();
}

const least = (x: bigint, y: bigint): bigint => (x < y ? x : y);

/** Moves up to the nearest leaf boundary of either side from region `b` to region `a`. */
function copyBytes(m: Machine): void {
  const { d, s, n } = unpackCursor(m.operand(0));
  if (n === 0n) return advance(m, { d, s, n });
  const forward = d <= s;
  const room = forward
    ? least(32n - (d & 31n), 32n - (s & 31n))
    : least(((d + n - 1n) & 31n) + 1n, ((s + n - 1n) & 31n) + 1n);
  const k = least(n, room);
  const from = forward ? s : s + n - k;
  const to = forward ? d : d + n - k;
  const bytes = Number(k);
  const source = m.take("memory", leafIndex(m, m.word.b, from));
  const piece = (source >> (8n * (32n - (from & 31n) - k))) & ones(bytes);
  place(m, to, bytes, piece);
  advance(m, forward ? { d: d + k, s: s + k, n: n - k } : { d, s, n: n - k });
}

/** Replaces `bytes` bytes inside one leaf of region `a`. */
function place(m: Machine, address: bigint, bytes: number, piece: bigint): void {
  const leaf = m.take("memory", leafIndex(m, m.word.a, address));
  const shift = 8n * (32n - (address & 31n) - BigInt(bytes));
  m.put("memory", (leaf & ~(ones(bytes) << shift)) | (piece << shift));
}

/** The cursor's `s` is the byte to fill with; `a` is the region. */
function fillBytes(m: Machine): void {
  const { d, s, n } = unpackCursor(m.operand(0));
  if (n === 0n) return advance(m, { d, s, n });
  const k = least(n, 32n - (d & 31n));
  const bytes = Number(k);
  place(m, d, bytes, (s & 0xffn) * (ones(bytes) / 0xffn));
  advance(m, { d: d + k, s, n: n - k });
}

/** Moves one cell from `b` + s to `a` + d. */
function copyCells(m: Machine): void {
  const { a, b } = m.word;
  const { d, s, n } = unpackCursor(m.operand(0));
  if (n === 0n) return advance(m, { d, s, n });
  const forward = d <= s;
  const last = forward ? 0n : n - 1n;
  const value = m.take("cells", Number(BigInt(b) + s + last));
  m.take("cells", Number(BigInt(a) + d + last));
  m.put("cells", value);
  advance(m, forward ? { d: d + 1n, s: s + 1n, n: n - 1n } : { d, s, n: n - 1n });
}
