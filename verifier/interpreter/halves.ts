/**
 * Integer arithmetic on slots of two 32-bit words, the low one first: what takes more than one
 * expression, or is too rare to stand in the inner loop. The semantics are those of
 * `verifier/machine/integers.ts`.
 */
import { Trap } from "../machine/codes.ts";
import type { Stack } from "./stack.ts";

const LEAST = -(2n ** 63n);

/** Whether one slot is less than another, both signed. Slots are given by their first word. */
export function less(words: Int32Array, x: number, y: number): boolean {
  const high = words[x + 1]!;
  const other = words[y + 1]!;
  return high < other || (high === other && words[x]! >>> 0 < words[y]! >>> 0);
}

/** Whether one slot is less than another, both unsigned. */
export function lessUnsigned(words: Int32Array, x: number, y: number): boolean {
  const high = words[x + 1]! >>> 0;
  const other = words[y + 1]! >>> 0;
  return high < other || (high === other && words[x]! >>> 0 < words[y]! >>> 0);
}

/** Rotates the slot below word `sp` to the left by `count` modulo 64. */
export function rotate(words: Int32Array, sp: number, count: number): void {
  const isSwapped = (count & 32) !== 0;
  const low = isSwapped ? words[sp - 1]! : words[sp - 2]!;
  const high = isSwapped ? words[sp - 2]! : words[sp - 1]!;
  // Shifting by 32 would shift by 0.
  const isWhole = (count & 31) === 0;
  words[sp - 2] = isWhole ? low : (low << count) | (high >>> -count);
  words[sp - 1] = isWhole ? high : (high << count) | (low >>> -count);
}

/** Shifts the slot below word `sp` to the left by `count` modulo 64. */
export function shiftLeft(words: Int32Array, sp: number, count: number): void {
  const n = count & 63;
  if (n >= 32) {
    words[sp - 1] = words[sp - 2]! << n;
    words[sp - 2] = 0;
  } else if (n !== 0) {
    words[sp - 1] = (words[sp - 1]! << n) | (words[sp - 2]! >>> -n);
    words[sp - 2] = words[sp - 2]! << n;
  }
}

/**
 * Shifts the slot below word `sp` to the right by `count` modulo 64, filling it with copies of
 * `fill`, 0 or -1.
 */
export function shiftRight(words: Int32Array, sp: number, count: number, fill: number): void {
  const n = count & 63;
  const high = words[sp - 1]!;
  // Bits beyond the upper word, as one that stands above it; shifting by 32 would shift by 0.
  const shifted = (n & 31) === 0 ? high : (high >>> n) | (fill << -n);
  if (n >= 32) {
    words[sp - 2] = shifted;
    words[sp - 1] = fill;
  } else if (n !== 0) {
    words[sp - 2] = (words[sp - 2]! >>> n) | (high << -n);
    words[sp - 1] = shifted;
  }
}

/** Zeros words from one to another, and gives the latter: locals that a call finds. */
export function clear(words: Int32Array, start: number, end: number): number {
  for (let i = start; i < end; i++) words[i] = 0;
  return end;
}

/** Executes clz, ctz or popcnt of either width on the slot below word `sp`. */
export function countBits(op: number, words: Int32Array, sp: number): void {
  const low = words[sp - 2]!;
  const high = words[sp - 1]!;
  words[sp - 1] = 0;
  switch (op) {
    case 0x67: // i32.clz
      words[sp - 2] = Math.clz32(low);
      break;
    case 0x68: // i32.ctz
      words[sp - 2] = trailingZeros(low);
      break;
    case 0x69: // i32.popcnt
      words[sp - 2] = ones(low);
      break;
    case 0x79: // i64.clz
      words[sp - 2] = high === 0 ? 32 + Math.clz32(low) : Math.clz32(high);
      break;
    case 0x7a: // i64.ctz
      words[sp - 2] = low === 0 ? 32 + trailingZeros(high) : trailingZeros(low);
      break;
    default: // i64.popcnt
      words[sp - 2] = ones(low) + ones(high);
  }
}

/** Number of zeros below the lowest one; 32 for zero. */
function trailingZeros(x: number): number {
  return x === 0 ? 32 : 31 - Math.clz32(x & -x);
}

function ones(x: number): number {
  const pairs = x - ((x >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * Executes a division or remainder of either width; `sp` is the first word of the divisor's slot.
 * Returns a trap code, and has then changed nothing, or zero.
 */
export function divide(op: number, { words, signed, unsigned }: Stack, sp: number): number {
  const at = sp / 2;
  if (op >= 0x7f) return op === 0x80 || op === 0x82 ? divideLong(op, unsigned, at) : divideLong(op, signed, at);
  const isSigned = op === 0x6d || op === 0x6f;
  const x = isSigned ? words[sp - 2]! : words[sp - 2]! >>> 0;
  const y = isSigned ? words[sp]! : words[sp]! >>> 0;
  if (y === 0) return Trap.divideByZero;
  if (op === 0x6d && y === -1 && x === -(2 ** 31)) return Trap.integerOverflow;
  // Quotients of 32-bit integers are exact as doubles after truncation.
  words[sp - 2] = op <= 0x6e ? Math.trunc(x / y) : x % y;
  words[sp - 1] = 0;
  return 0;
}

function divideLong(op: number, slots: BigInt64Array | BigUint64Array, at: number): number {
  const x = slots[at - 1]!;
  const y = slots[at]!;
  if (y === 0n) return Trap.divideByZero;
  if (op === 0x7f && y === -1n && x === LEAST) return Trap.integerOverflow;
  slots[at - 1] = op <= 0x80 ? x / y : x % y;
  return 0;
}

/** The unsigned integer of two halves, exact below 2^53 and no less than 2^53 otherwise. */
export function unsignedValue(low: number, high: number): number {
  return (high >>> 0) * 2 ** 32 + (low >>> 0);
}
