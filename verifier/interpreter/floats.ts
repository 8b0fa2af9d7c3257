/**
 * Floating-point instructions on slots of two 32-bit words, as far as they do not stand in the
 * inner loop. The semantics are those of `verifier/machine/floats.ts`: bits of NaNs that have to
 * stay are moved as integers, and arithmetic gives the canonical NaN.
 */
import { Trap } from "../machine/codes.ts";
import type { Stack } from "./stack.ts";

/** The upper word of a canonical f64 NaN, whose lower one is zero, and a canonical f32 NaN. */
export const NAN_64 = 0x7ff8_0000;
export const NAN_32 = 0x7fc0_0000;

const SIGN = -(2 ** 31);

/** Executes an instruction of two operands; `sp` is the first word of the second one's slot. */
export function floatBinary(op: number, { words, floats, doubles }: Stack, sp: number): void {
  const isLong = (op >= 0x61 && op <= 0x66) || op >= 0xa0;
  const x = isLong ? doubles[sp / 2 - 1]! : floats[sp - 2]!;
  const y = isLong ? doubles[sp / 2]! : floats[sp]!;
  switch (op) {
    case 0x5b: // eq
    case 0x61:
      return setTruth(words, sp, x === y);
    case 0x5c: // ne
    case 0x62:
      return setTruth(words, sp, x !== y);
    case 0x5d: // lt
    case 0x63:
      return setTruth(words, sp, x < y);
    case 0x5e: // gt
    case 0x64:
      return setTruth(words, sp, x > y);
    case 0x5f: // le
    case 0x65:
      return setTruth(words, sp, x <= y);
    case 0x60: // ge
    case 0x66:
      return setTruth(words, sp, x >= y);
    case 0x98: // f32.copysign
      words[sp - 2] = (words[sp - 2]! & ~SIGN) | (words[sp]! & SIGN);
      words[sp - 1] = 0;
      return;
    case 0xa6: // f64.copysign
      words[sp - 1] = (words[sp - 1]! & ~SIGN) | (words[sp + 1]! & SIGN);
      return;
    default:
  }
  const result = arithmetic(isLong ? op - 0xa0 : op - 0x92, x, y);
  if (isLong) setDouble(words, doubles, sp, result);
  else setFloat(words, floats, sp, result);
}

/** add sub mul div min max. */
function arithmetic(kind: number, x: number, y: number): number {
  switch (kind) {
    case 0:
      return x + y;
    case 1:
      return x - y;
    case 2:
      return x * y;
    case 3:
      return x / y;
    case 4:
      return Math.min(x, y);
    default:
      return Math.max(x, y);
  }
}

/**
 * Executes an instruction of one operand, whose slot lies below word `sp`. Returns a trap code, and
 * has then changed nothing, or zero.
 */
export function floatUnary(op: number, stack: Stack, sp: number): number {
  const { words, floats, doubles } = stack;
  if (op >= 0xfc00) return saturate(op, stack, sp);
  if (op >= 0xa8 && op <= 0xb1) return truncate(op, stack, sp);
  if (op >= 0xb2) return convert(op, stack, sp);
  if (op === 0x8b || op === 0x8c) {
    // f32.abs, f32.neg
    words[sp - 2] = op === 0x8b ? words[sp - 2]! & ~SIGN : words[sp - 2]! ^ SIGN;
    words[sp - 1] = 0;
  } else if (op === 0x99 || op === 0x9a) {
    // f64.abs, f64.neg
    words[sp - 1] = op === 0x99 ? words[sp - 1]! & ~SIGN : words[sp - 1]! ^ SIGN;
  } else if (op <= 0x91) {
    setFloat(words, floats, sp, round(op - 0x8d, floats[sp - 2]!));
  } else {
    setDouble(words, doubles, sp, round(op - 0x9b, doubles[sp / 2 - 1]!));
  }
  return 0;
}

/** ceil floor trunc nearest sqrt. */
function round(kind: number, value: number): number {
  switch (kind) {
    case 0:
      return Math.ceil(value);
    case 1:
      return Math.floor(value);
    case 2:
      return Math.trunc(value);
    case 3:
      return nearest(value);
    default:
      return Math.sqrt(value);
  }
}

/**
 * The nearest integer, ties to even, with the operand's sign. From 2^52 on every double is an
 * integer.
 */
function nearest(value: number): number {
  if (!(Math.abs(value) < 2 ** 52) || value === 0) return value;
  return value < 0 ? -(2 ** 52 - value - 2 ** 52) : value + 2 ** 52 - 2 ** 52;
}

/**
 * Whether a truncation reads an f64, and whether it gives an i64; its opcodes alternate between
 * signed and unsigned.
 */
const fromDouble = (op: number): boolean => op === 0xaa || op === 0xab || op >= 0xb0;
const SAT_DOUBLE = 2;
const SAT_LONG = 4;

function truncate(op: number, { words, floats, doubles, signed, unsigned }: Stack, sp: number): number {
  const value = fromDouble(op) ? doubles[sp / 2 - 1]! : floats[sp - 2]!;
  if (Number.isNaN(value)) return Trap.invalidConversion;
  const integer = Math.trunc(value);
  const isSigned = op % 2 === 0;
  const bits = op >= 0xae ? 64 : 32;
  const limit = isSigned ? 2 ** (bits - 1) : 2 ** bits;
  if (integer >= limit || integer < (isSigned ? -limit : 0)) return Trap.integerOverflow;
  if (bits === 32) setInteger(words, sp, integer);
  else if (isSigned) signed[sp / 2 - 1] = BigInt(integer);
  else unsigned[sp / 2 - 1] = BigInt(integer);
  return 0;
}

function saturate(op: number, { words, floats, doubles, signed, unsigned }: Stack, sp: number): number {
  const value = (op & SAT_DOUBLE) !== 0 ? doubles[sp / 2 - 1]! : floats[sp - 2]!;
  const isSigned = op % 2 === 0;
  const bits = (op & SAT_LONG) !== 0 ? 64 : 32;
  const limit = isSigned ? 2 ** (bits - 1) : 2 ** bits;
  const least = isSigned ? -limit : 0;
  if (bits === 32) setInteger(words, sp, Math.min(Math.max(Math.trunc(value), least), limit - 1));
  else if (value >= limit) unsigned[sp / 2 - 1] = isSigned ? 2n ** 63n - 1n : 2n ** 64n - 1n;
  else signed[sp / 2 - 1] = Number.isNaN(value) ? 0n : BigInt(Math.max(Math.trunc(value), least));
  return 0;
}

function convert(op: number, { words, floats, doubles, signed, unsigned }: Stack, sp: number): number {
  const slot = sp / 2 - 1;
  switch (op) {
    case 0xb2: // f32.convert_i32_s
      setFloat(words, floats, sp, words[sp - 2]!);
      break;
    case 0xb3: // f32.convert_i32_u
      setFloat(words, floats, sp, words[sp - 2]! >>> 0);
      break;
    case 0xb4: // f32.convert_i64_s
      setFloat(words, floats, sp, Number(odd(signed[slot]!)));
      break;
    case 0xb5: // f32.convert_i64_u
      setFloat(words, floats, sp, Number(odd(unsigned[slot]!)));
      break;
    case 0xb6: // f32.demote_f64
      setFloat(words, floats, sp, doubles[slot]!);
      break;
    case 0xb7: // f64.convert_i32_s
      doubles[slot] = words[sp - 2]!;
      break;
    case 0xb8: // f64.convert_i32_u
      doubles[slot] = words[sp - 2]! >>> 0;
      break;
    case 0xb9: // f64.convert_i64_s
      doubles[slot] = Number(signed[slot]!);
      break;
    case 0xba: // f64.convert_i64_u
      doubles[slot] = Number(unsigned[slot]!);
      break;
    case 0xbb: // f64.promote_f32
      setDouble(words, doubles, sp, floats[sp - 2]!);
      break;
    case 0xbc: // i32.reinterpret_f32
    case 0xbe: // f32.reinterpret_i32
      words[sp - 1] = 0;
      break;
    default: // reinterpretations of 64 bits
  }
  return 0;
}

/**
 * An integer of 64 bits that is exact as a double and rounds to f32 as the given one does: beyond
 * 53 bits, the lowest 16 become one that says whether any of them was set. Where an f32 rounds,
 * that far from zero, are multiples of 2^29.
 */
function odd(value: bigint): bigint {
  if (value > -(2n ** 53n) && value < 2n ** 53n) return value;
  const rest = value & 0xffffn;
  return rest === 0n ? value : (value - rest) | 0x8000n;
}

function setTruth(words: Int32Array, sp: number, holds: boolean): void {
  words[sp - 2] = holds ? 1 : 0;
  words[sp - 1] = 0;
}

/** Writes an integer modulo 2^32; NaN gives zero. */
function setInteger(words: Int32Array, sp: number, value: number): void {
  words[sp - 2] = value;
  words[sp - 1] = 0;
}

function setFloat(words: Int32Array, floats: Float32Array, sp: number, value: number): void {
  if (Number.isNaN(value)) words[sp - 2] = NAN_32;
  else floats[sp - 2] = value;
  words[sp - 1] = 0;
}

function setDouble(words: Int32Array, doubles: Float64Array, sp: number, value: number): void {
  if (Number.isNaN(value)) {
    words[sp - 2] = 0;
    words[sp - 1] = NAN_64;
  } else doubles[sp / 2 - 1] = value;
}
