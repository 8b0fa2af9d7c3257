/** Floating point as the host's own WebAssembly computes it, bits in and bits out. */
import { NUMERIC, type NumericShape } from "../../../verifier/instructions/table.ts";
import { Trap } from "../../../verifier/machine/codes.ts";
import { External, ModuleWriter } from "../../../verifier/wasm/module-writer.ts";
import { isNaNBits } from "../../verifier/machine/float-operands.ts";

/** The float instructions by opcode. */
export const FLOATS: readonly (readonly [op: number, shape: NumericShape])[] = [...NUMERIC].filter(
  ([, { family }]) => family === "float",
);

/** What an instruction gives: bits, or a trap code that is not zero. */
export interface FloatResult {
  readonly value: bigint;
  readonly trap: number;
}

/** Computes one instruction; operands are bits, of which it reads the lowest. */
export type FloatHost = (op: number, x: bigint, y: bigint) => FloatResult;

const WRAP = 0xa7;
const EXTEND_U = 0xad;
const CANONICAL: Readonly<Record<string, bigint>> = { f32: 0x7fc0_0000n, f64: 0x7ff8_0000_0000_0000n };

const isComparison = ({ name }: NumericShape): boolean => /\.(eq|ne|lt|gt|le|ge)$/.test(name);
/**
 * Whether the specification leaves the bits of a NaN open, and the machine gives the canonical one.
 */
const isArithmetic = (shape: NumericShape): boolean =>
  /^f\d/.test(shape.name) && !isComparison(shape) && !/abs|neg|copysign|reinterpret/.test(shape.name);
const resultOf = (shape: NumericShape): string => (isComparison(shape) ? "i32" : shape.name.slice(0, 3));

/**
 * The body of a function of i64 bits that gives i64 bits: floats pass as integers, so that no NaN
 * is changed.
 */
function bodyOf(op: number, shape: NumericShape): number[] {
  const integer = /convert|reinterpret_i/.test(shape.name);
  const enter = shape.bits === 32 ? [WRAP, ...(integer ? [] : [0xbe])] : integer ? [] : [0xbf];
  const leave = { i32: [EXTEND_U], i64: [], f32: [0xbc, EXTEND_U], f64: [0xbd] }[resultOf(shape)] ?? [];
  const operands = Array.from({ length: shape.operands }, (_, i) => [0x20, i, ...enter]).flat();
  return [...operands, ...(op > 0xff ? [op >> 8, op & 0xff] : [op]), ...leave];
}

/**
 * One module with a function for each instruction, exported by the hexadecimal number of its
 * opcode.
 */
function moduleOf(): Uint8Array<ArrayBuffer> {
  const writer = new ModuleWriter();
  for (const [op, shape] of FLOATS) {
    const index = writer.function({ type: { params: ["i64", "i64"], results: ["i64"] }, body: bodyOf(op, shape) });
    writer.export(op.toString(16), External.function, index);
  }
  return writer.bytes();
}

/** Compiles the module. NaNs of arithmetic are made canonical: the host may give any. */
export function floatHost(): FloatHost {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleOf()));
  const shapes = new Map(FLOATS);
  return (op, x, y) => {
    const shape = shapes.get(op);
    if (shape === undefined) throw new Error(`opcode ${op} is no float instruction`);
    const run = exports[op.toString(16)] as (x: bigint, y: bigint) => bigint;
    const canonical = CANONICAL[resultOf(shape)];
    try {
      const value = BigInt.asUintN(64, run(BigInt.asIntN(64, x), BigInt.asIntN(64, y)));
      const replaced = canonical !== undefined && isArithmetic(shape) && isNaNBits(value, canonical >> 32n ? 64 : 32);
      return { value: replaced ? canonical : value, trap: 0 };
    } catch (error) {
      // One message tells of both traps.
      if (!String(error).includes("float unrepresentable in integer range")) throw error;
      const bits = BigInt.asUintN(shape.bits, x);
      return { value: 0n, trap: isNaNBits(bits, shape.bits) ? Trap.invalidConversion : Trap.integerOverflow };
    }
  };
}
