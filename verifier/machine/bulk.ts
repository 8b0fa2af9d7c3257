/**
 * Bulk instructions on bytes (WebAssembly core specification, section 4.4.7). A check tests bounds
 * before anything is written and packs its operands into a cursor; a restartable move then stays at
 * its pc, touches one source and one destination leaf a step, and pops the cursor at zero.
 */
import { advance, packOperands, unpackCursor } from "./cursor.ts";
import { MASK_64, type Machine } from "./machine.ts";
import { leafIndex, memoryPages, ones, PAGE_BYTES } from "./memory.ts";
import { Op } from "../instructions/table.ts";
import { Trap } from "./codes.ts";
import { imm32 } from "./word.ts";

/** Executes the checks, the moves and data.drop. */
export function executeBulk(m: Machine): void {
  const { op, a } = m.word;
  switch (op) {
    case Op.memoryCopy:
    case Op.memoryInit:
    case Op.memoryFill:
      checkBytes(m);
      return m.next();
    case Op.dataDrop:
      m.take("cells", a);
      m.put("cells", 0n);
      return m.next();
    case Op.copyBytes:
      return copyBytes(m);
    case Op.fillBytes:
      return fillBytes(m);
    default:
      return m.fault(Trap.invalidInstruction);
  }
}

/**
 * imm: size index of the destination; copy: size index of the source; init: size cell, and the
 * segment's start (u64).
 */
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
