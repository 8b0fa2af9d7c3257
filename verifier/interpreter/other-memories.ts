/**
 * Loads and stores of memories other than the first, for the inner loop: 80 to 100 % of its speed
 * with them (`bench/interpreter.ts`). They work as long as the window shows what they touch;
 * otherwise `linear-memory.ts` enlarges it or traps.
 */
import { LOADS, Op, STORES } from "../instructions/table.ts";
import { type Core, PAGE_BYTES } from "./core.ts";
import { cell } from "./operands.ts";
import { TOUCHED, type Window } from "./window.ts";

/** Bytes that an access touches, by its opcode. */
const BYTES = new Uint8Array(256);
for (const [op, { bytes }] of [...LOADS, ...STORES]) BYTES[op] = bytes;

/** The window, if it shows that many bytes from an address on and the memory has them. */
function windowOf(m: Core, pc: number, end: number): Window | undefined {
  const { fields } = m.code;
  const size = fields[pc + 3]!;
  const pages = size < 4 ? m.pages[size]! : (cell(m, size) ?? 0);
  const window = m.regions.shown[fields[pc + 2]! >>> 8];
  return window !== undefined && end <= pages * PAGE_BYTES && end <= window.bytes.length ? window : undefined;
}

/**
 * Replaces the address below word `sp` by what lies there; false if it cannot, and has changed
 * nothing. `pc` counts fields.
 */
export function loadElsewhere(m: Core, pc: number, sp: number): boolean {
  const { words } = m.stack;
  const op = m.code.fields[pc + 2]! & 0xff;
  const at = (words[sp - 2]! >>> 0) + (m.code.fields[pc + 1]! >>> 0);
  const window = windowOf(m, pc, at + BYTES[op]!);
  if (window === undefined) return false;
  const { view, bytes } = window;
  let lower: number;
  let upper = 0;
  switch (op) {
    case Op.i64Load:
      lower = view.getInt32(at, true);
      upper = view.getInt32(at + 4, true);
      break;
    case Op.i64Load32S:
      lower = view.getInt32(at, true);
      upper = lower >> 31;
      break;
    case Op.i32Load8U:
    case Op.i64Load8U:
      lower = bytes[at]!;
      break;
    case Op.i32Load8S:
    case Op.i64Load8S:
      lower = view.getInt8(at);
      if (op === Op.i64Load8S) upper = lower >> 31;
      break;
    case Op.i32Load16U:
    case Op.i64Load16U:
      lower = view.getUint16(at, true);
      break;
    case Op.i32Load16S:
    case Op.i64Load16S:
      lower = view.getInt16(at, true);
      if (op === Op.i64Load16S) upper = lower >> 31;
      break;
    default:
      lower = view.getInt32(at, true);
  }
  words[sp - 2] = lower;
  words[sp - 1] = upper;
  return true;
}

/**
 * Stores the operand below word `sp` at the address below that; false if it cannot, and has changed
 * nothing.
 */
export function storeElsewhere(m: Core, pc: number, sp: number): boolean {
  const { words } = m.stack;
  const op = m.code.fields[pc + 2]! & 0xff;
  const length = BYTES[op]!;
  const at = (words[sp - 4]! >>> 0) + (m.code.fields[pc + 1]! >>> 0);
  const window = windowOf(m, pc, at + length);
  if (window === undefined) return false;
  const { view, bytes, marks } = window;
  if (marks[at >>> 12] !== TOUCHED || marks[(at + length - 1) >>> 12] !== TOUCHED) window.touch(at, length);
  switch (length) {
    case 8:
      view.setInt32(at, words[sp - 2]!, true);
      view.setInt32(at + 4, words[sp - 1]!, true);
      break;
    case 4:
      view.setInt32(at, words[sp - 2]!, true);
      break;
    case 2:
      view.setInt16(at, words[sp - 2]!, true);
      break;
    default:
      bytes[at] = words[sp - 2]!;
  }
  return true;
}
