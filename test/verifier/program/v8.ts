/** How V8 ends what a module does, in the machine's terms. */
import { Trap } from "../../../verifier/machine/codes.ts";

/**
 * V8's messages, and the traps of the machine that they stand for. The first that matches counts.
 */
const V8_TRAPS: readonly (readonly [RegExp, readonly number[]])[] = [
  [/unreachable/, [Trap.unreachable]],
  [/^(divide|remainder) by zero$/, [Trap.divideByZero]],
  [/^divide result unrepresentable$/, [Trap.integerOverflow]],
  [/^float unrepresentable in integer range$/, [Trap.invalidConversion, Trap.integerOverflow]],
  [/memory access out of bounds|data segment.* out of bounds/, [Trap.memoryBounds]],
  [/table index is out of bounds/, [Trap.tableBounds, Trap.undefinedElement]],
  [/(table|element segment|table initializer).* out of bounds/, [Trap.tableBounds]],
  [/null function or function signature/, [Trap.uninitializedElement, Trap.indirectCallType]],
];

/** What V8 returned, or the codes of the traps that its error may stand for. */
export type V8Ending<T> = { readonly values: readonly T[] } | { readonly traps: readonly number[] };

/** Runs something in V8. Throws what is no trap, and traps that nothing stands for. */
export function attempt<T>(run: () => readonly T[]): V8Ending<T> {
  try {
    return { values: run() };
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    const { message } = error;
    const traps = V8_TRAPS.find(([pattern]) => pattern.test(message))?.[1];
    if (traps === undefined) throw new Error(`no trap stands for V8's "${message}"`, { cause: error });
    return { traps };
  }
}
