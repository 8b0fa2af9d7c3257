/** Slots of the current frame and cells, for the instructions outside the inner loop. */
import { type FunctionReference, unpackReference } from "../machine/word.ts";
import type { Core } from "./core.ts";
import { unsignedValue } from "./halves.ts";
import { LEAF_WORDS, SLOT_WORDS } from "./units.ts";

/** The lower half of the slot at a frame offset, unsigned. */
export function low(m: Core, offset: number): number {
  return m.stack.words[SLOT_WORDS * (m.base + offset)]! >>> 0;
}

/** The slot at a frame offset as an unsigned number; exact below 2^53. */
export function wide(m: Core, offset: number): number {
  const at = SLOT_WORDS * (m.base + offset);
  return unsignedValue(m.stack.words[at]!, m.stack.words[at + 1]!);
}

/** The slot at a frame offset, unsigned. */
export function operand(m: Core, offset: number): bigint {
  return m.stack.unsigned[m.base + offset]!;
}

/** Writes the slot at a frame offset by its halves. */
export function setOperand(m: Core, offset: number, lower: number, upper: number): void {
  const at = SLOT_WORDS * (m.base + offset);
  m.stack.words[at] = lower;
  m.stack.words[at + 1] = upper;
}

/** Writes the slot at a frame offset. */
export function setOperandLong(m: Core, offset: number, value: bigint): void {
  m.stack.unsigned[m.base + offset] = value;
}

/**
 * Pages of the memory with a size index; `undefined` if the index lies outside the cells. Exact
 * below 2^53.
 */
export function memoryPages(m: Core, sizeIndex: number): number | undefined {
  return sizeIndex < 4 ? m.pages[sizeIndex] : cell(m, sizeIndex);
}

/** The lower 64 bits of a cell; `undefined` outside the cells. Exact below 2^53. */
export function cell(m: Core, index: number): number | undefined {
  if (!m.cells.ensure(32 * (index + 1))) return undefined;
  return unsignedValue(m.cells.words[LEAF_WORDS * index]!, m.cells.words[LEAF_WORDS * index + 1]!);
}

/** The lower 64 bits of a cell; `undefined` outside the cells. */
export function exactCell(m: Core, index: number): bigint | undefined {
  if (!m.cells.ensure(32 * (index + 1))) return undefined;
  const [lower = 0, upper = 0] = m.cells.words.subarray(LEAF_WORDS * index, LEAF_WORDS * index + 2);
  return (BigInt(upper >>> 0) << 32n) | BigInt(lower >>> 0);
}

/** The reference in a cell; `undefined` for null. */
export function reference(m: Core, index: number): (FunctionReference & { readonly tag: number }) | undefined {
  const leaf = exactCell(m, index) ?? 0n;
  return leaf === 0n ? undefined : unpackReference(leaf);
}
