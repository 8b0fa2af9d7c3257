/**
 * Integer arithmetic (WebAssembly core specification, section 4.3.2), pure;
 * `contracts/machine/Integers.sol` is the twin.
 */
import { NUMERIC } from "../instructions/table.ts";
import { Trap } from "./codes.ts";

/** A result, or a trap code that is not zero. */
export interface AluResult {
  readonly value: bigint;
  readonly trap: number;
}

const ok = (value: bigint): AluResult => ({ value, trap: 0 });
const fail = (trap: number): AluResult => ({ value: 0n, trap });

/**
 * Computes `x op y` (or `op x`) for an integer opcode; any other opcode is a trap. Operands may be
 * any u256.
 */
export function alu(op: number, x: bigint, y: bigint): AluResult {
  const shape = NUMERIC.get(op);
  if (shape?.family !== "integer") return fail(Trap.invalidInstruction);
  const { bits } = shape;
  const mask = (1n << BigInt(bits)) - 1n;
  const a = x & mask;
  const b = y & mask;
  if (op === 0x45 || op === 0x50) return ok(a === 0n ? 1n : 0n);
  if (op >= 0x46 && op <= 0x4f) return ok(compare(op - 0x46, a, b, bits));
  if (op >= 0x51 && op <= 0x5a) return ok(compare(op - 0x51, a, b, bits));
  if (op >= 0x67 && op <= 0x69) return ok(count(op - 0x67, a, bits));
  if (op >= 0x79 && op <= 0x7b) return ok(count(op - 0x79, a, bits));
  if (op >= 0x6a && op <= 0x78) return arithmetic(op - 0x6a, a, b, bits);
  if (op >= 0x7c && op <= 0x8a) return arithmetic(op - 0x7c, a, b, bits);
  return ok(convert(op, a));
}

const signed = (v: bigint, bits: number): bigint => BigInt.asIntN(bits, v);
const unsigned = (v: bigint, bits: number): bigint => BigInt.asUintN(bits, v);

/** eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u. */
function compare(kind: number, a: bigint, b: bigint, bits: number): bigint {
  const isSigned = kind >= 2 && kind % 2 === 0;
  const l = isSigned ? signed(a, bits) : a;
  const r = isSigned ? signed(b, bits) : b;
  const holds = [l === r, l !== r, l < r, l < r, l > r, l > r, l <= r, l <= r, l >= r, l >= r][kind] ?? false;
  return holds ? 1n : 0n;
}

/** clz ctz popcnt. */
function count(kind: number, a: bigint, bits: number): bigint {
  const digits = a.toString(2).padStart(bits, "0");
  if (kind === 2) return BigInt(digits.replaceAll("0", "").length);
  const one = kind === 0 ? digits.indexOf("1") : digits.lastIndexOf("1");
  if (one === -1) return BigInt(bits);
  return BigInt(kind === 0 ? one : bits - 1 - one);
}

/** add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr. */
function arithmetic(kind: number, a: bigint, b: bigint, bits: number): AluResult {
  const width = BigInt(bits);
  const shift = b % width;
  const sa = signed(a, bits);
  const sb = signed(b, bits);
  if (kind >= 3 && kind <= 6 && b === 0n) return fail(Trap.divideByZero);
  if (kind === 3 && sa === -(1n << (width - 1n)) && sb === -1n) return fail(Trap.integerOverflow);
  const results = [
    () => a + b,
    () => a - b,
    () => a * b,
    () => sa / sb,
    () => a / b,
    () => sa % sb,
    () => a % b,
    () => a & b,
    () => a | b,
    () => a ^ b,
    () => a << shift,
    () => sa >> shift,
    () => a >> shift,
    () => (a << shift) | (a >> (width - shift)),
    () => (a >> shift) | (a << (width - shift)),
  ];
  return ok(unsigned(results[kind]?.() ?? 0n, bits));
}

/** wrap and the sign extensions. */
function convert(op: number, a: bigint): bigint {
  switch (op) {
    case 0xa7:
      return unsigned(a, 32);
    case 0xac:
      return unsigned(signed(a, 32), 64);
    case 0xad:
      return a;
    case 0xc0:
      return unsigned(signed(a, 8), 32);
    case 0xc1:
      return unsigned(signed(a, 16), 32);
    case 0xc2:
      return unsigned(signed(a, 8), 64);
    case 0xc3:
      return unsigned(signed(a, 16), 64);
    default:
      return unsigned(signed(a, 32), 64);
  }
}
