/** Floating-point arithmetic against the host's own WebAssembly, bit by bit. */
import { expect } from "chai";
import { CANONICAL_NAN, floatAlu } from "../../../verifier/machine/floats.ts";
import { NUMERIC, type NumericShape } from "../../../verifier/instructions/table.ts";
import { Trap } from "../../../verifier/machine/codes.ts";
import { External, ModuleWriter } from "../../../verifier/wasm/module-writer.ts";
import type { ValueType } from "../../../verifier/wasm/types.ts";
import { SEED } from "../seed.ts";
import { isNaNBits, RandomBits, SPECIAL } from "./float-operands.ts";

/** Random operands, or pairs of them, for each instruction. */
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 10_000);

const FLOATS = [...NUMERIC].filter(([, { family }]) => family === "float");

type HostFunction = (...args: readonly (number | bigint)[]) => number | bigint;

interface Signature {
  /** Instruction that makes an operand of an integer's bits, if one is needed. */
  readonly enter: number[];
  readonly result: 32 | 64;
  /** Instruction that gives the result's bits as an integer. */
  readonly leave: number[];
}

function signatureOf({ name, bits }: NumericShape): Signature {
  const enter = /convert|reinterpret_i/.test(name) ? [] : bits === 32 ? [0xbe] : [0xbf];
  if (/\.(eq|ne|lt|gt|le|ge)$/.test(name)) return { enter, result: 32, leave: [] };
  const leave = { i32: [], i64: [], f32: [0xbc], f64: [0xbd] }[name.slice(0, 3)] ?? [];
  return { enter, result: name.slice(1, 3) === "64" ? 64 : 32, leave };
}

/**
 * A module of one exported function "f" that applies an opcode to the bits in its parameters and
 * gives those of the result.
 */
function moduleOf(op: number, shape: NumericShape): Uint8Array<ArrayBuffer> {
  const { enter, result, leave } = signatureOf(shape);
  const parameters = Array<ValueType>(shape.operands).fill(shape.bits === 32 ? "i32" : "i64");
  const operands = parameters.flatMap((_, i) => [0x20, i, ...enter]);
  const body = [...operands, ...(op > 0xff ? [op >> 8, op & 0xff] : [op]), ...leave];
  const writer = new ModuleWriter();
  const index = writer.function({ type: { params: parameters, results: [result === 32 ? "i32" : "i64"] }, body });
  writer.export("f", External.function, index);
  return writer.bytes();
}

/** What the host gives, any NaN of arithmetic made canonical; or the trap. */
function host(op: number, shape: NumericShape): (x: bigint, y: bigint) => bigint | { trap: number } {
  const { result } = signatureOf(shape);
  const instance = new WebAssembly.Instance(new WebAssembly.Module(moduleOf(op, shape)));
  const f = instance.exports["f"] as HostFunction;
  const isArithmetic = /^f\d/.test(shape.name) && !/abs|neg|copysign|reinterpret/.test(shape.name);
  const comparison = /\.(eq|ne|lt|gt|le|ge)$/.test(shape.name);
  const argument = (v: bigint): number | bigint => (shape.bits === 32 ? Number(BigInt.asIntN(32, v)) : v);
  return (x, y) => {
    try {
      const given = shape.operands === 2 ? f(argument(x), argument(y)) : f(argument(x));
      const bits = BigInt.asUintN(result, BigInt(given));
      return isArithmetic && !comparison && isNaNBits(bits, result) ? CANONICAL_NAN[result] : bits;
    } catch (error) {
      return { trap: hostTrap(x, shape, error) };
    }
  };
}

/** V8 has one message for both traps of a truncation. */
function hostTrap(x: bigint, { bits }: NumericShape, error: unknown): number {
  expect(String(error)).to.match(/float unrepresentable in integer range/);
  return isNaNBits(x, bits) ? Trap.invalidConversion : Trap.integerOverflow;
}

describe("floating-point arithmetic", () => {
  for (const [op, shape] of FLOATS) {
    it(`${shape.name} agrees with the host's WebAssembly, NaNs canonical`, () => {
      const expected = host(op, shape);
      const check = (x: bigint, y: bigint): void => {
        const { value, trap } = floatAlu(op, x, y);
        const wanted = expected(x, y);
        if (typeof wanted === "bigint" && trap === 0 && value === wanted) return;
        const found = trap === 0 ? value : { trap };
        expect(found, `${shape.name} of 0x${x.toString(16)}, 0x${y.toString(16)}`).to.deep.equal(wanted);
      };
      const special = SPECIAL[shape.bits];
      for (const x of special) for (const y of shape.operands === 2 ? special : [0n]) check(x, y);
      const random = new RandomBits(SEED + op);
      for (let i = 0; i < RUNS; i++) check(random.operand(shape.bits), random.operand(shape.bits));
    });
  }

  it("reads operands at their width", () => {
    for (const [op, { bits, name }] of FLOATS) {
      const [x = 0n, y = 0n] = SPECIAL[bits].slice(14);
      const noise = (1n << 255n) | (1n << BigInt(bits));
      expect(floatAlu(op, x | noise, y | noise), name).to.deep.equal(floatAlu(op, x, y));
    }
  });

  it("rounds 64-bit integers to f32 once", () => {
    // By way of an f64 the tail is lost, and what is left is a tie that goes down to even.
    const value = (1n << 63n) + (1n << 39n) + 1n;
    expect(floatAlu(0xb5, value, 0n).value).to.equal(0x5f00_0001n);
    expect(floatAlu(0xb4, -((1n << 62n) + (1n << 38n) + 1n), 0n).value).to.equal(0xde80_0001n);
  });

  it("traps for an opcode that is none of floating point", () => {
    for (const op of [0x01, 0x6a, 0xa7, 0xac, 0xfc08, 0xffff]) {
      expect(floatAlu(op, 1n, 2n).trap, String(op)).to.equal(Trap.invalidInstruction);
    }
  });
});
