/**
 * Sizes of memories, and the loads and stores that the inner loop does not do itself: where the
 * window does not show what they touch, or the offset is huge.
 */
import { MASK_32, MASK_64 } from "../machine/machine.ts";
import { LOADS, STORES } from "../instructions/table.ts";
import { Trap } from "../machine/codes.ts";
import type { Word } from "../machine/word.ts";
import { type Core, PAGE_BYTES } from "./core.ts";
import { exactCell, low, memoryPages, operand, setOperandLong } from "./operands.ts";
import { ESCAPE, type Result, trap } from "./result.ts";
import { writeCell } from "./table.ts";
import type { Window } from "./window.ts";

/** Where an access goes: a window that shows it, or how the instruction ends instead. */
function locate(m: Core, { a, b, imm }: Word, index: number, bytes: number): { window: Window; at: number } | Result {
  const pages = memoryPages(m, b);
  if (pages === undefined) return ESCAPE;
  const offset = imm >> 64n;
  if (offset > MASK_32) return ESCAPE;
  const at = index + Number(offset);
  if (at + bytes > pages * PAGE_BYTES || at + bytes > m.regions.leaves * 32) return trap(Trap.memoryBounds);
  const window = m.regions.get(a);
  if (window === undefined) return trap(Trap.memoryBounds);
  return window.ensure(at + bytes) ? { window, at } : ESCAPE;
}

/** Executes a load. */
export function load(m: Core, word: Word): Result {
  const shape = LOADS.get(word.op);
  if (shape === undefined) return ESCAPE;
  const place = locate(m, word, low(m, word.top - 1), shape.bytes);
  if (typeof place === "number") return place;
  let raw = 0n;
  for (let i = shape.bytes - 1; i >= 0; i--) raw = (raw << 8n) | BigInt(place.window.bytes[place.at + i]!);
  const value = shape.signed ? BigInt.asUintN(shape.bits, BigInt.asIntN(8 * shape.bytes, raw)) : raw;
  setOperandLong(m, word.top - 1, value);
  m.pc += 1;
  return 1;
}

/** Executes a store. */
export function store(m: Core, word: Word): Result {
  const shape = STORES.get(word.op);
  if (shape === undefined) return ESCAPE;
  const place = locate(m, word, low(m, word.top - 2), shape.bytes);
  if (typeof place === "number") return place;
  writeLong(place.window, place.at, operand(m, word.top - 1), shape.bytes);
  m.pc += 1;
  return 1;
}

/**
 * Writes the lower `bytes` bytes of an integer, least significant first, where the window shows
 * them.
 */
export function writeLong(window: Window, at: number, value: bigint, bytes: number): void {
  window.touch(at, bytes);
  for (let i = 0; i < bytes; i++) window.bytes[at + i] = Number(((value & MASK_64) >> BigInt(8 * i)) & 0xffn);
}

/** memory.size. */
export function memorySize(m: Core, { top, b }: Word): Result {
  const pages = exactPages(m, b);
  if (pages === undefined) return ESCAPE;
  setOperandLong(m, top, pages & MASK_32);
  m.pc += 1;
  return 1;
}

/** memory.grow. */
export function growMemory(m: Core, { top, a, b, imm }: Word): Result {
  const pages = exactPages(m, b);
  if (pages === undefined) return ESCAPE;
  const grown = pages + BigInt(low(m, top - 1));
  const fits = grown <= imm >> 64n;
  if (fits && !setPages(m, b, grown)) return ESCAPE;
  if (!fits) m.refusedGrowth.add(a);
  setOperandLong(m, top - 1, fits ? pages & MASK_32 : MASK_32);
  m.pc += 1;
  return 1;
}

/** Pages of a memory, any u64; `undefined` if the size index lies outside the cells. */
function exactPages(m: Core, sizeIndex: number): bigint | undefined {
  return sizeIndex < 4 ? BigInt(m.pages[sizeIndex]!) : exactCell(m, sizeIndex);
}

/**
 * Only memory 0 is shown as a whole; false if it cannot be, or if a number cannot hold the size:
 * then nothing is changed.
 */
function setPages(m: Core, sizeIndex: number, pages: bigint): boolean {
  const count = Number(pages);
  if (sizeIndex >= 4) {
    writeCell(m, sizeIndex, Number(pages & MASK_32), Number(pages >> 32n));
    return true;
  }
  if (count > Number.MAX_SAFE_INTEGER) return false;
  if (sizeIndex === 0 && !m.memory.ensure(Math.min(count * PAGE_BYTES, m.memory.limit))) return false;
  m.pages[sizeIndex] = count;
  return true;
}
