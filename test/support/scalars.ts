/** Types of numbers, and the instructions that generated modules use on each. */
import { asm, type Code } from "../../verifier/wasm/assembler.ts";
import type { ValueType } from "../../verifier/wasm/types.ts";

export type Integer = "i32" | "i64";
export type Scalar = Integer | "f32" | "f64";

const WRAP = 0xa7;
const EXTEND: [number, ...number[]] = [0xac, 0xad];

const range = (first: number, last: number): [number, ...number[]] => {
  const rest = Array.from({ length: last - first }, (_, i) => first + 1 + i);
  return [first, ...rest];
};

type Opcodes = Readonly<Record<Scalar, [number, ...number[]]>>;

/** Instructions from one or two operands of a type to one of the same type. */
export const UNARY: Opcodes = {
  i32: [0x67, 0x68, 0x69, 0xc0, 0xc1],
  i64: [0x79, 0x7a, 0x7b, 0xc2, 0xc3, 0xc4],
  f32: range(0x8b, 0x91),
  f64: range(0x99, 0x9f),
};
export const BINARY: Opcodes = {
  i32: range(0x6a, 0x78),
  i64: range(0x7c, 0x8a),
  f32: range(0x92, 0x98),
  f64: range(0xa0, 0xa6),
};
/** Instructions from two operands of a type to an i32. */
export const COMPARE: Opcodes = {
  i32: range(0x46, 0x4f),
  i64: range(0x51, 0x5a),
  f32: range(0x5b, 0x60),
  f64: range(0x61, 0x66),
};
/** Instructions that move values of a type from and to memory. */
export const LOADS: Opcodes = {
  i32: [0x28, 0x2c, 0x2d, 0x2e, 0x2f],
  i64: [0x29, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35],
  f32: [0x2a],
  f64: [0x2b],
};
export const STORES: Opcodes = {
  i32: [0x36, 0x3a, 0x3b],
  i64: [0x37, 0x3c, 0x3d, 0x3e],
  f32: [0x38],
  f64: [0x39],
};

/** Conversions by source and target that never trap; there are none from a type to itself. */
export const CONVERSIONS: Readonly<Record<string, [number, ...number[]]>> = {
  "i32 i64": EXTEND,
  "i32 f32": [0xb2, 0xb3, 0xbe],
  "i32 f64": [0xb7, 0xb8],
  "i64 i32": [WRAP],
  "i64 f32": [0xb4, 0xb5],
  "i64 f64": [0xb9, 0xba, 0xbf],
  "f32 i32": [0xfc00, 0xfc01, 0xbc],
  "f32 i64": [0xfc04, 0xfc05],
  "f32 f64": [0xbb],
  "f64 i32": [0xfc02, 0xfc03],
  "f64 i64": [0xfc06, 0xfc07, 0xbd],
  "f64 f32": [0xb6],
};

/** Those that trap for many values. */
export const TRUNCATIONS: Readonly<Record<string, [number, ...number[]]>> = {
  "f32 i32": [0xa8, 0xa9],
  "f32 i64": [0xae, 0xaf],
  "f64 i32": [0xaa, 0xab],
  "f64 i64": [0xb0, 0xb1],
};

/** Whether an instruction may give a NaN of the engine's choice: not abs, neg and copysign. */
export const makesNaN = (op: number): boolean =>
  (op >= 0x8d && op <= 0x97) || (op >= 0x9b && op <= 0xa5) || op === 0xb6 || op === 0xbb;

/** An instruction that leaves a value of a type, given by its bits. */
export const constant = (type: Scalar, bits: bigint): Code => {
  if (type === "i32") return asm.i32(Number(bits));
  if (type === "i64") return asm.i64(bits);
  const bytes = Array.from({ length: type === "f32" ? 4 : 8 }, (_, i) => Number((bits >> BigInt(8 * i)) & 0xffn));
  return [type === "f32" ? 0x43 : 0x44, ...bytes];
};

/** The type that stands for another one outside: floats go by their bits. */
export const outside = (type: ValueType): Integer =>
  type === "f32" ? "i32" : type === "f64" ? "i64" : (type as Integer);

/** From bits to a value, and back. */
export const ENTER: Readonly<Record<Scalar, Code>> = { i32: [], i64: [], f32: 0xbe, f64: 0xbf };
export const LEAVE: Readonly<Record<Scalar, Code>> = { i32: [], i64: [], f32: 0xbc, f64: 0xbd };
