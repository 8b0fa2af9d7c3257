/** Instructions that take operands and leave results, and nothing else: they stay as they are. */
import { Crash } from "../errors.ts";
import { LOADS, Op, STORES } from "../instructions/table.ts";
import { EMPTY } from "../wasm/module-writer.ts";
import type { Step } from "./body.ts";
import type { FunctionContext } from "./function-context.ts";
import { REFUSED_GROWTH } from "./layout.ts";
import { carrier } from "./index-space.ts";

/**
 * Writes an instruction that stays as it is, but for its indices.
 * @param isSeen - whether somebody may see which NaN the result is
 */
export function emitPlain(context: FunctionContext, { op, immediate }: Step, isSeen: boolean): void {
  const code = context.code;
  switch (immediate.kind) {
    case "none":
      if (op === Op.refIsNull) return code.put(Op.i64Eqz);
      if (op > 0xff) {
        code.put(op >> 8);
        return code.u32(op & 0xff);
      }
      code.put(op);
      return isSeen ? context.canonical.settleResult(op) : undefined;
    case "types":
      // A select of references is one of integers natively.
      return code.put(Op.select);
    case "local":
      code.put(op);
      code.u32(context.places[immediate.local]!);
      return isSeen ? context.settleLocal(immediate.local) : undefined;
    case "global":
      return emitGlobal(context, op, immediate.global);
    case "access": {
      if (!LOADS.has(op) && !STORES.has(op)) throw new Crash(`opcode ${op} is no access`);
      const memory = context.memory(immediate.memory);
      code.put(op, memory === 0 ? immediate.alignment : immediate.alignment | 0x40);
      if (memory !== 0) code.u32(memory);
      return code.u32(immediate.offset);
    }
    case "memory":
      if (op === Op.memoryGrow) return emitGrow(context, immediate.memory);
      code.put(op);
      return code.u32(context.memory(immediate.memory));
    case "i32":
      return code.i32(immediate.value);
    case "i64":
      return code.i64(immediate.value);
    case "f32":
      code.put(op);
      return code.fixed(BigInt(immediate.bits), 4);
    case "f64":
      code.put(op);
      return code.fixed(immediate.bits, 8);
    default:
      throw new Crash(`an immediate of kind ${immediate.kind} is not plain`);
  }
}

/**
 * Growing fails where the machine says so, and is noted, and nowhere else: if the process has no
 * memory left, it traps.
 */
function emitGrow(context: FunctionContext, index: number): void {
  const code = context.code;
  const memory = context.memory(index);
  const [pages, result] = [context.temporary("pages", "i32"), context.temporary("grown", "i32")];
  code.tee(pages);
  code.put(Op.memoryGrow);
  code.u32(memory);
  code.tee(result);
  code.i32(-1);
  code.put(Op.i32Eq, Op.if, EMPTY);
  code.get(pages);
  code.put(Op.i64ExtendI32U, Op.memorySize);
  code.u32(memory);
  code.put(Op.i64ExtendI32U, Op.i64Add);
  code.i64(BigInt(context.parts.maximumOf(context.plan.body.fn, index)));
  code.put(Op.i64LeU, Op.if, EMPTY, Op.unreachable, Op.end);
  code.i32(REFUSED_GROWTH + context.parts.regionOf(context.plan.body.fn, index));
  code.i32(1);
  code.side(Op.i32Store8, 0);
  code.put(Op.end);
  code.get(result);
}

function emitGlobal(context: FunctionContext, op: number, index: number): void {
  const code = context.code;
  const { cell, type } = context.parts.globalOf(context.plan.body.fn, index);
  const isFloat = type !== carrier(type);
  const isGet = op === Op.globalGet;
  if (isFloat && !isGet) code.put(type === "f32" ? Op.i32ReinterpretF32 : Op.i64ReinterpretF64);
  code.put(isGet ? Op.globalGet : Op.globalSet);
  code.u32(context.space.global(cell, type));
  if (isFloat && isGet) code.put(type === "f32" ? Op.f32ReinterpretI32 : Op.f64ReinterpretI64);
}
