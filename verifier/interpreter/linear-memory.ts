/** Loads and stores that the inner loop does not do itself: of memories other than the first, or with a huge offset. */
import { MASK_32, MASK_64 } from "../machine/machine.ts";
import { LOADS, STORES, Trap } from "../machine/opcodes.ts";
import type { Word } from "../machine/word.ts";
import { type Core, PAGE_BYTES } from "./core.ts";
import { low, memoryPages, operand, setOperandLong } from "./operands.ts";
import { ESCAPE, type Result, trap } from "./result.ts";
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

/** Writes the lower `bytes` bytes of an integer, least significant first, where the window shows them. */
export function writeLong(window: Window, at: number, value: bigint, bytes: number): void {
  window.touch(at, bytes);
  for (let i = 0; i < bytes; i++) window.bytes[at + i] = Number(((value & MASK_64) >> BigInt(8 * i)) & 0xffn);
}
