/**
 * Floating-point arithmetic on bits (WebAssembly core specification, section 4.3.3), pure;
 * `contracts/machine/Floats.sol` is the twin.
 *
 * The specification leaves the bits of some NaNs open; here arithmetic gives the positive canonical
 * one. The instructions that keep NaNs as they are (neg, abs, copysign, reinterpret) work on bits
 * alone: a NaN may change its bits on its way through a JavaScript number.
 */
import type { AluResult } from "./integers.ts";
import { NUMERIC } from "../instructions/table.ts";
import { Trap } from "./codes.ts";

type Width = 32 | 64;

/** The NaN that arithmetic gives: positive, with only the highest bit of the fraction set. */
export const CANONICAL_NAN: Readonly<Record<Width, bigint>> = { 32: 0x7fc0_0000n, 64: 0x7ff8_0000_0000_0000n };

const ok = (value: bigint): AluResult => ({ value, trap: 0 });
const fail = (trap: number): AluResult => ({ value: 0n, trap });
const truth = (holds: boolean): AluResult => ok(holds ? 1n : 0n);

const scratch = new DataView(new ArrayBuffer(8));

/** The number that bits stand for. Which NaN it is gets lost. */
export function toNumber(bits: bigint, width: Width): number {
  scratch.setBigUint64(0, bits);
  return width === 64 ? scratch.getFloat64(0) : scratch.getFloat32(4);
}

/**
 * The bits of a number, rounded to the nearest, ties to even; of any NaN those of the canonical
 * one.
 */
export function toBits(value: number, width: Width): bigint {
  if (Number.isNaN(value)) return CANONICAL_NAN[width];
  if (width === 64) scratch.setFloat64(0, value);
  else scratch.setFloat32(0, value);
  return width === 64 ? scratch.getBigUint64(0) : BigInt(scratch.getUint32(0));
}

/**
 * Computes `x op y` (or `op x`) for a float opcode; any other opcode is a trap. Operands may be any
 * u256.
 */
export function floatAlu(op: number, x: bigint, y: bigint): AluResult {
  const shape = NUMERIC.get(op);
  if (shape?.family !== "float") return fail(Trap.invalidInstruction);
  const { bits } = shape;
  const a = BigInt.asUintN(bits, x);
  const b = BigInt.asUintN(bits, y);
  if (op >= 0x5b && op <= 0x60) return truth(compare(op - 0x5b, toNumber(a, 32), toNumber(b, 32)));
  if (op >= 0x61 && op <= 0x66) return truth(compare(op - 0x61, toNumber(a, 64), toNumber(b, 64)));
  if (op >= 0x8b && op <= 0x91) return ok(unary(op - 0x8b, a, 32));
  if (op >= 0x92 && op <= 0x98) return ok(binary(op - 0x92, a, b, 32));
  if (op >= 0x99 && op <= 0x9f) return ok(unary(op - 0x99, a, 64));
  if (op >= 0xa0 && op <= 0xa6) return ok(binary(op - 0xa0, a, b, 64));
  if (op >= 0xa8 && op <= 0xab) return truncate(toNumber(a, bits), 32, op % 2 === 0);
  if (op >= 0xae && op <= 0xb1) return truncate(toNumber(a, bits), 64, op % 2 === 0);
  if (op >= 0xfc00 && op <= 0xfc03) return ok(saturate(toNumber(a, bits), 32, op % 2 === 0));
  if (op >= 0xfc04) return ok(saturate(toNumber(a, bits), 64, op % 2 === 0));
  return ok(convert(op, a));
}

/** eq ne lt gt le ge. */
function compare(kind: number, a: number, b: number): boolean {
  return [a === b, a !== b, a < b, a > b, a <= b, a >= b][kind] ?? false;
}

const signBit = (width: Width): bigint => 1n << BigInt(width - 1);

/** abs neg ceil floor trunc nearest sqrt. */
function unary(kind: number, a: bigint, width: Width): bigint {
  if (kind === 0) return a & ~signBit(width);
  if (kind === 1) return a ^ signBit(width);
  const round = [Math.ceil, Math.floor, Math.trunc, nearest, Math.sqrt][kind - 2] ?? Math.sqrt;
  return toBits(round(toNumber(a, width)), width);
}

/** The nearest integer, ties to even, with the operand's sign. */
function nearest(value: number): number {
  const magnitude = Math.abs(value);
  // From 2^52 on every double is an integer; below, the sum has no bits for a fraction left and is
  // rounded to even.
  const rounded = magnitude < 2 ** 52 ? magnitude + 2 ** 52 - 2 ** 52 : magnitude;
  return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}

/**
 * add sub mul div min max copysign. Of two f32 the double result is rounded again, to f32, which
 * gives what rounding once would: 53 bits are at least twice 24 and two more (Figueroa, "When is
 * double rounding innocuous?"). So does the root.
 */
function binary(kind: number, a: bigint, b: bigint, width: Width): bigint {
  if (kind === 6) return (a & ~signBit(width)) | (b & signBit(width));
  const [l, r] = [toNumber(a, width), toNumber(b, width)];
  const result = [l + r, l - r, l * r, l / r, Math.min(l, r), Math.max(l, r)][kind] ?? NaN;
  return toBits(result, width);
}

/** The least and the greatest integer of a type. */
function range(width: Width, isSigned: boolean): { least: bigint; greatest: bigint } {
  const size = 1n << BigInt(width);
  return isSigned ? { least: -size / 2n, greatest: size / 2n - 1n } : { least: 0n, greatest: size - 1n };
}

function truncate(value: number, width: Width, isSigned: boolean): AluResult {
  if (Number.isNaN(value)) return fail(Trap.invalidConversion);
  if (!Number.isFinite(value)) return fail(Trap.integerOverflow);
  const integer = BigInt(Math.trunc(value));
  const { least, greatest } = range(width, isSigned);
  if (integer < least || integer > greatest) return fail(Trap.integerOverflow);
  return ok(BigInt.asUintN(width, integer));
}

/** NaN becomes zero; what is out of range, the nearest integer that is not. */
function saturate(value: number, width: Width, isSigned: boolean): bigint {
  if (Number.isNaN(value)) return 0n;
  const { least, greatest } = range(width, isSigned);
  if (value <= Number(least)) return BigInt.asUintN(width, least);
  // The greatest integer of 64 bits is rounded up here, to one that is out of range.
  if (value >= Number(greatest)) return greatest;
  return BigInt.asUintN(width, BigInt(Math.trunc(value)));
}

/** Integers to floats, promote, demote and reinterpret. */
function convert(op: number, a: bigint): bigint {
  switch (op) {
    case 0xb2: // f32.convert_i32_s
      return toBits(Number(BigInt.asIntN(32, a)), 32);
    case 0xb4: // f32.convert_i64_s
      return toBits(roundTo24Bits(BigInt.asIntN(64, a)), 32);
    case 0xb3: // f32.convert_i32_u
    case 0xb5: // f32.convert_i64_u
      return toBits(roundTo24Bits(a), 32);
    case 0xb6: // f32.demote_f64
      return toBits(toNumber(a, 64), 32);
    case 0xb7: // f64.convert_i32_s
      return toBits(Number(BigInt.asIntN(32, a)), 64);
    case 0xb9: // f64.convert_i64_s
      return toBits(Number(BigInt.asIntN(64, a)), 64);
    case 0xb8: // f64.convert_i32_u
    case 0xba: // f64.convert_i64_u
      return toBits(Number(a), 64);
    case 0xbb: // f64.promote_f32
      return toBits(toNumber(a, 32), 64);
    default: // reinterpret
      return a;
  }
}

/**
 * An integer rounded once to the precision of an f32, ties to even: by way of a double it might be
 * rounded twice.
 */
function roundTo24Bits(value: bigint): number {
  const magnitude = value < 0n ? -value : value;
  const excess = BigInt(Math.max(0, magnitude.toString(2).length - 24));
  const kept = magnitude >> excess;
  const rest = magnitude - (kept << excess);
  const half = excess === 0n ? 1n : 1n << (excess - 1n);
  const up = rest > half || (rest === half && kept % 2n === 1n);
  const rounded = Number((up ? kept + 1n : kept) << excess);
  return value < 0n ? -rounded : rounded;
}
