/** Calls. */
import { Op } from "../instructions/table.ts";
import { Crash } from "../errors.ts";
import type { Step } from "./body.ts";
import type { FunctionContext } from "./function-context.ts";
import { instrumented } from "./index-space.ts";
import { SLOT } from "./layout.ts";

/**
 * Writes a direct or indirect call: the counter and the room left above the arguments go along, the
 * counter comes back.
 */
export function emitCall(context: FunctionContext, step: Step): void {
  const code = context.code;
  const isIndirect = step.treatment === "indirect";
  const { callType, resultStack } = step;
  if (callType === undefined) throw new Crash("the step is no call");
  const index = isIndirect ? context.temporary("index", "i32") : 0;
  if (isIndirect) code.set(index);
  code.get(context.counter);
  code.get(context.room);
  code.i64(BigInt(SLOT * (context.floor + resultStack.length - callType.results.length)));
  code.put(Op.i64Sub);
  if (isIndirect) {
    code.get(index);
    code.put(Op.callIndirect);
    code.u32(context.space.type(instrumented(callType)));
    code.u32(context.space.table(context.parts.tableOf(context.plan.body.fn, step)));
  } else {
    code.put(Op.call);
    code.u32(context.space.function(context.parts.calleeOf(context.plan.body, step)));
  }
  code.set(context.counter);
}
