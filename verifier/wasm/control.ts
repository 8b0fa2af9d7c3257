/** What the walk over a body knows at each instruction: operands, blocks, locals. */
import type { FunctionEntry, FunctionType, OperandType, ValueType } from "./types.ts";

export type BlockKind = "function" | "block" | "loop" | "if" | "else";

/**
 * A block that is open ("control frame" in the specification's appendix on the validation
 * algorithm).
 */
export interface Block {
  /** The branch taken to the end of an `if` is the kind `else` after its `else`. */
  readonly kind: BlockKind;
  readonly type: FunctionType;
  /** Operands below the block's parameters. */
  readonly height: number;
  /** Byte offset of the instruction that opened it. */
  readonly offset: number;
  /** It was opened where the code is never reached, so nothing in it is. */
  readonly isDead: boolean;
  /** The code from here to the block's next `else` or `end` is never reached. */
  readonly isUnreachable: boolean;
}

/** The state before an instruction takes effect. */
export interface View {
  readonly function: FunctionEntry;
  /** Whether the instruction can be reached at all; what cannot needs no code. */
  readonly isLive: boolean;
  /**
   * Operands on the stack, parameters of open blocks included, locals not. In dead code there may
   * be fewer than are taken.
   */
  readonly height: number;
  /** Parameters and locals of the function. */
  readonly localCount: number;
  /** Open blocks, the function's own included. */
  readonly depth: number;
  /**
   * Type of the operand `distance` below the top, which is 0; `unknown` for what dead code makes
   * up.
   *
   * @throws Crash if the stack is not that high.
   */
  operand(distance: number): OperandType;
  /**
   * The block that a label refers to: 0 is the innermost.
   *
   * @throws ValidationError if there is no such label.
   */
  block(label: number): Block;
  /**
   * Type of a parameter or local.
   *
   * @throws ValidationError if there is no such local.
   */
  local(index: number): ValueType;
}

/**
 * The values that a branch to the block carries: to the start of a loop its parameters, to the end
 * of any other its results.
 */
export function branchTypes({ kind, type }: Block): readonly ValueType[] {
  return kind === "loop" ? type.params : type.results;
}
