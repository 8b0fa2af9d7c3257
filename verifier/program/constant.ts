/**
 * Constant expressions (section 4.4.11 of the WebAssembly specification). All are known when
 * modules are linked.
 */
import { Crash } from "../errors.ts";
import { UnsupportedError } from "../wasm/errors.ts";
import { Op, operationOf } from "../instructions/table.ts";
import type { ConstantExpression, Instruction } from "../wasm/types.ts";
import type { Definition } from "./linkage.ts";

/** The bits of a number or of a null reference, or the function that a reference is to. */
export type ConstantValue = bigint | Definition;

/** The bits of null, of functions and of what the host gives alike (verifier/machine/word.ts). */
export const NULL_REFERENCE = 0n;

/** What a module's indices stand for. */
export interface ConstantContext {
  /** The value of an immutable global. */
  global(index: number): ConstantValue;
  function(index: number): Definition;
}

type Binary = (x: bigint, y: bigint) => bigint;

const ADD: Binary = (x, y) => x + y;
const SUB: Binary = (x, y) => x - y;
const MUL: Binary = (x, y) => x * y;

const BINARY: ReadonlyMap<number, { readonly bits: number; readonly compute: Binary }> = new Map([
  [Op.i32Add, { bits: 32, compute: ADD }],
  [Op.i32Sub, { bits: 32, compute: SUB }],
  [Op.i32Mul, { bits: 32, compute: MUL }],
  [Op.i64Add, { bits: 64, compute: ADD }],
  [Op.i64Sub, { bits: 64, compute: SUB }],
  [Op.i64Mul, { bits: 64, compute: MUL }],
]);

/**
 * Evaluates an expression of a validated module.
 * @throws UnsupportedError for a vector
 */
export function evaluate(expression: ConstantExpression, context: ConstantContext): ConstantValue {
  const stack: ConstantValue[] = [];
  for (const instruction of expression.instructions) {
    const binary = BINARY.get(instruction.op);
    if (binary === undefined) {
      stack.push(constant(instruction, context));
      continue;
    }
    const y = numberOf(stack.pop());
    const x = numberOf(stack.pop());
    stack.push(BigInt.asUintN(binary.bits, binary.compute(x, y)));
  }
  const value = stack.pop();
  if (value === undefined) throw new Crash("an expression of a validated module has a value");
  return value;
}

/** A value that validation has found to be a number. */
export function numberOf(value: ConstantValue | undefined): bigint {
  if (typeof value !== "bigint") throw new Crash("an expression of a validated module has the type it should have");
  return value;
}

function constant({ op, offset, immediate }: Instruction, context: ConstantContext): ConstantValue {
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
      return context.global(immediate.global);
    case "function":
      return context.function(immediate.function);
    case "reference":
      return NULL_REFERENCE;
    default: {
      const { mnemonic, proposal } = operationOf(op);
      throw new UnsupportedError(`${mnemonic} in a constant expression`, proposal, offset, { instruction: mnemonic });
    }
  }
}
