/** Writes frames out to the stack image, on the way out of a function that pauses. */
import { Op } from "../instructions/table.ts";
import { EMPTY } from "../wasm/module-writer.ts";
import type { FunctionContext } from "./function-context.ts";
import { IMAGE, localSlot, SLOT, UNWINDING } from "./layout.ts";
import type { Site } from "./plan.ts";

/**
 * Writes a site's operands to the image; where a call paused, its return address instead of results
 * that there are not.
 */
export function writeOperands(context: FunctionContext, site: Site): void {
  const { call } = site;
  const count = call?.below ?? site.stack.length;
  writeRange(context, site, 0, count);
  if (call !== undefined) {
    const code = context.code;
    code.get(context.counter);
    code.i64(0n);
    code.put(Op.i64LtS, Op.if, EMPTY);
    writeReturnAddress(context, site.pc, count + call.parameters);
    code.put(Op.else);
    writeRange(context, site, count, site.stack.length);
    code.put(Op.end);
  }
  context.code.i32(site.id);
  context.code.set(context.temporary("site", "i32"));
}

function writeRange(context: FunctionContext, { stack }: Site, first: number, end: number): void {
  for (let height = first; height < end; height++) {
    const type = stack[height]!;
    context.code.get(context.frame);
    context.code.get(context.operand(height, type));
    context.code.storeSlot(type, context.floor + height);
  }
}

/** The callee's return address: where it returns to, and this frame's base. */
function writeReturnAddress(context: FunctionContext, pc: number, height: number): void {
  const code = context.code;
  code.get(context.frame);
  code.get(context.frame);
  code.i32(IMAGE);
  code.put(Op.i32Sub);
  code.i32(Math.log2(SLOT));
  code.put(Op.i32ShrU, Op.i64ExtendI32U);
  code.i64(BigInt(pc) << 32n);
  code.put(Op.i64Or);
  code.storeSlot("i64", context.floor + height);
}

/** Writes the locals, and if this is the innermost frame where it paused; returns. */
export function writeFrame(context: FunctionContext): void {
  const code = context.code;
  const { body } = context.plan;
  code.get(context.counter);
  code.i64(0n);
  code.put(Op.i64GeS, Op.if, EMPTY);
  code.notePause(() => code.get(context.temporary("site", "i32")), context.frame, context.counter);
  code.put(Op.end);
  body.locals.forEach((type, i) => {
    code.get(context.frame);
    code.get(context.places[i]!);
    if (context.nans.loose.has(i)) context.settleLocal(i);
    code.storeSlot(type, localSlot(body.signature.params.length, i));
  });
  if (context.from === undefined) for (const type of body.signature.results) code.zero(type);
  code.i64(UNWINDING);
  code.put(Op.return);
}
