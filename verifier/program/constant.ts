/** Constant expressions (section 4.4.11 of the WebAssembly specification). All are known when a program is linked. */
import { UnsupportedError } from "../wasm/errors.ts";
import { OP, operationOf } from "../wasm/opcodes.ts";
import type { ConstantExpression, Instruction } from "../wasm/types.ts";

type Binary = (x: bigint, y: bigint) => bigint;

const ADD: Binary = (x, y) => x + y;
const SUB: Binary = (x, y) => x - y;
const MUL: Binary = (x, y) => x * y;

const BINARY: ReadonlyMap<number, { readonly bits: number; readonly compute: Binary }> = new Map([
  [OP.i32Add, { bits: 32, compute: ADD }],
  [OP.i32Sub, { bits: 32, compute: SUB }],
  [OP.i32Mul, { bits: 32, compute: MUL }],
  [OP.i64Add, { bits: 64, compute: ADD }],
  [OP.i64Sub, { bits: 64, compute: SUB }],
  [OP.i64Mul, { bits: 64, compute: MUL }],
]);

/**
 * Evaluates an expression of a validated module to the bits of a number.
 * @param globalValue - the value of an immutable global of the module
 * @throws UnsupportedError for a value that is no number
 */
export function evaluate(expression: ConstantExpression, globalValue: (index: number) => bigint): bigint {
  const stack: bigint[] = [];
  for (const instruction of expression.instructions) {
    const binary = BINARY.get(instruction.op);
    if (binary === undefined) {
      stack.push(constant(instruction, globalValue));
      continue;
    }
    const y = stack.pop() ?? 0n;
    const x = stack.pop() ?? 0n;
    stack.push(BigInt.asUintN(binary.bits, binary.compute(x, y)));
  }
  return stack.pop() ?? 0n;
}

function constant({ op, offset, immediate }: Instruction, globalValue: (index: number) => bigint): bigint {
  switch (immediate.kind) {
    case "i32":
      return BigInt.asUintN(32, BigInt(immediate.value));
    case "i64":
      return BigInt.asUintN(64, immediate.value);
    case "f32":
      return BigInt(immediate.bits);
    case "f64":
      return immediate.bits;
    case "global":
      return globalValue(immediate.global);
    default: {
      const { mnemonic, proposal } = operationOf(op);
      throw new UnsupportedError(`${mnemonic} in a constant expression`, proposal, offset, { instruction: mnemonic });
    }
  }
}
