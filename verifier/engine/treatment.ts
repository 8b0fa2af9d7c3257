/** What becomes of an instruction natively. */
import type { CodeFunction } from "../program/linkage.ts";
import { Op } from "../instructions/table.ts";
import type { Immediate } from "../wasm/types.ts";

/**
 * - plain: it stays as it is, with other indices
 * - control: blocks and branches
 * - call, indirect: with a counter and the callee's place on the stack
 * - bulk: charged by its length
 * - constant: a reference, which the lowered word holds as a number
 * - escape: the native run pauses before it, and the interpreter executes it
 */
export type Treatment = "plain" | "control" | "call" | "indirect" | "bulk" | "constant" | "escape";

/** Blocks and branches. */
export const CONTROL: ReadonlySet<number> = new Set<number>([
  Op.unreachable,
  Op.block,
  Op.loop,
  Op.if,
  Op.else,
  Op.end,
  Op.br,
  Op.brIf,
  Op.brTable,
  Op.return,
]);

/** Decides by the instruction alone. */
export function treatmentOf(fn: CodeFunction, op: number, immediate: Immediate): Treatment {
  if (CONTROL.has(op)) return "control";
  switch (immediate.kind) {
    case "function":
      if (op === Op.refFunc) return "constant";
      return op === Op.call && fn.instance.functions[immediate.function]?.kind === "code" ? "call" : "escape";
    case "indirect":
      return op === Op.callIndirect ? "indirect" : "escape";
    case "reference":
      return "constant";
    case "memory":
      return op === Op.memoryFill ? "bulk" : "plain";
    case "memories":
      return "bulk";
    case "none":
    case "local":
    case "global":
    case "access":
    case "i32":
    case "i64":
    case "f32":
    case "f64":
    case "types":
      return "plain";
    default:
      return "escape";
  }
}
