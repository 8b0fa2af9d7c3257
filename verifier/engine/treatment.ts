/** What becomes of an instruction natively. */
import type { CodeFunction } from "../program/linkage.ts";
import { OP } from "../wasm/opcodes.ts";
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

const CONTROL: ReadonlySet<number> = new Set<number>([
  OP.unreachable,
  OP.block,
  OP.loop,
  OP.if,
  OP.else,
  OP.end,
  OP.br,
  OP.brIf,
  OP.brTable,
  OP.return,
]);

/** Decides by the instruction alone. */
export function treatmentOf(fn: CodeFunction, op: number, immediate: Immediate): Treatment {
  if (CONTROL.has(op)) return "control";
  switch (immediate.kind) {
    case "function":
      if (op === OP.refFunc) return "constant";
      return op === OP.call && fn.instance.functions[immediate.function]?.kind === "code" ? "call" : "escape";
    case "indirect":
      return op === OP.callIndirect ? "indirect" : "escape";
    case "reference":
      return "constant";
    case "memory":
      return op === OP.memoryFill ? "bulk" : "plain";
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
