/**
 * Charges: what the counter loses for a run of instructions, and for moves on the way to a branch's
 * target.
 */
import { Op } from "../instructions/table.ts";
import { EMPTY } from "../wasm/module-writer.ts";
import type { FunctionContext } from "./function-context.ts";

/** Takes steps from the counter. */
export function charge(context: FunctionContext, steps: number): void {
  if (steps === 0) return;
  context.code.get(context.counter);
  context.code.i64(BigInt(steps));
  context.code.put(Op.i64Sub);
  context.code.set(context.counter);
}

/** Takes steps from the counter if the condition on the stack, which stays, is not zero. */
export function chargeIfTaken(context: FunctionContext, edge: number): void {
  const { code } = context;
  const condition = context.temporary("condition", "i32");
  code.tee(condition);
  code.put(Op.if, EMPTY);
  charge(context, edge);
  code.put(Op.end);
  code.get(condition);
}

/** Takes from the counter what the target of a `br_table` costs, whose index on the stack stays. */
export function chargeEdges(context: FunctionContext, edges: readonly number[]): void {
  const { code } = context;
  const [first = 0] = edges;
  if (edges.every((edge) => edge === first)) charge(context, first);
  else {
    const index = context.temporary("condition", "i32");
    code.set(index);
    edges.forEach((edge, i) => {
      if (edge === 0) return;
      code.get(context.counter);
      code.get(index);
      code.i32(i);
      code.put(i === edges.length - 1 ? Op.i32GeU : Op.i32Eq, Op.i64ExtendI32U);
      code.i64(BigInt(edge));
      code.put(Op.i64Mul, Op.i64Sub);
      code.set(context.counter);
    });
    code.get(index);
  }
}
