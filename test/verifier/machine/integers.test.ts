/** The arithmetic of the machine against the host's own WebAssembly. */
import { expect } from "chai";
import fc from "fast-check";
import { alu } from "../../../verifier/machine/integers.ts";
import { NUMERIC, type NumericShape } from "../../../verifier/instructions/table.ts";
import { Trap } from "../../../verifier/machine/codes.ts";
import { External, ModuleWriter } from "../../../verifier/wasm/module-writer.ts";
import type { ValueType } from "../../../verifier/wasm/types.ts";
import { SEED } from "../seed.ts";

type HostFunction = (...args: readonly (number | bigint)[]) => number | bigint;

/** What these tests use of the host's WebAssembly, whose types come with those of browsers only. */
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    Module: new (bytes: Uint8Array) => object;
    Instance: new (module: object) => { exports: { f: HostFunction } };
  };
};

/** A module of one exported function "f" that applies an opcode to its parameters. */
function moduleOf(op: number, { name, operands, bits }: NumericShape): Uint8Array {
  const operand = bits === 32 ? "i32" : "i64";
  const isTest = /eq|ne$|lt|gt|le_|ge_/.test(name);
  const result = isTest || !name.startsWith("i64") ? "i32" : "i64";
  const parameters = Array<ValueType>(operands).fill(operand);
  const locals = operands === 2 ? [0x20, 0, 0x20, 1] : [0x20, 0];
  const body = [...locals, op];
  const writer = new ModuleWriter();
  const index = writer.function({ type: { params: parameters, results: [result] }, body });
  writer.export("f", External.function, index);
  return writer.bytes();
}

/** The host's result as an unsigned integer, or the kind of its trap. */
function hostResult(f: HostFunction, { bits, operands }: NumericShape, x: bigint, y: bigint): bigint | number {
  const args = [x, y]
    .slice(0, operands)
    .map((v) => (bits === 32 ? Number(BigInt.asIntN(32, v)) : BigInt.asIntN(64, v)));
  try {
    const result = f(...args);
    return typeof result === "bigint" ? BigInt.asUintN(64, result) : BigInt.asUintN(32, BigInt(result));
  } catch (error) {
    return /zero/.test(String(error)) ? Trap.divideByZero : Trap.integerOverflow;
  }
}

const interesting = fc.constantFrom(
  ...[0n, 1n, 2n, 7n, 8n, 15n, 16n, 31n, 32n, 33n, 63n, 64n, 127n, 128n, 255n, 0x7fffn, 0x8000n],
  ...[0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 1n << 63n, (1n << 63n) - 1n, (1n << 64n) - 1n],
);
const operand = fc.oneof(interesting, fc.bigInt(0n, (1n << 64n) - 1n), fc.bigInt(0n, (1n << 256n) - 1n));

describe("integer arithmetic", () => {
  for (const [op, shape] of NUMERIC) {
    if (shape.family !== "integer") continue;
    it(`${shape.name} agrees with the host's WebAssembly on operands of any width`, () => {
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleOf(op, shape)));
      fc.assert(
        fc.property(operand, operand, (x, y) => {
          const { value, trap } = alu(op, x, y);
          expect(trap === 0 ? value : trap).to.equal(hostResult(exports.f, shape, x, y));
        }),
        { seed: SEED, numRuns: 300 },
      );
    });
  }

  it("divides the least integer by minus one with the specification's results", () => {
    const least = 1n << 31n;
    const minusOne = 0xffff_ffffn;
    expect(alu(0x6d, least, minusOne)).to.deep.equal({ value: 0n, trap: Trap.integerOverflow });
    expect(alu(0x6f, least, minusOne)).to.deep.equal({ value: 0n, trap: 0 });
  });

  it("traps for an opcode that is none of integers", () => {
    expect(alu(0x92, 1n, 2n).trap).to.equal(Trap.invalidInstruction);
    expect(alu(0x01, 1n, 2n).trap).to.equal(Trap.invalidInstruction);
    expect(alu(0xffff, 1n, 2n).trap).to.equal(Trap.invalidInstruction);
  });
});
