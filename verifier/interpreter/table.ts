/**
 * Table instructions, as `verifier/machine/table.ts` says: elements that the window does not show
 * yet, checks, and moves of which any number of steps is done in one go, a cell a step. Cells hold
 * at most 64 bits: a state with others is not loaded.
 */
import { Trap } from "../machine/codes.ts";
import { imm32, type Word } from "../machine/word.ts";
import type { Core } from "./core.ts";
import { advanceCopy, advanceFill, begin } from "./cursor.ts";
import { low, operand, setOperand } from "./operands.ts";
import { ESCAPE, type Result, RETRY, trap } from "./result.ts";
import { LEAF_WORDS } from "./units.ts";

const CELL = 32;

/** The size of a table or segment: the lower 32 bits of its cell; `undefined` outside the cells. */
function sizeIn(m: Core, sizeCell: number): number | undefined {
  return m.cells.ensure(CELL * (sizeCell + 1)) ? m.cells.words[LEAF_WORDS * sizeCell]! >>> 0 : undefined;
}

/**
 * The first word of the element that table.get or table.set wants; -1 if the window does not show
 * it. `pc` counts fields.
 */
export function elementAt(m: Core, pc: number, index: number): number {
  const { fields } = m.code;
  const { words, limit } = m.cells;
  if (index >>> 0 >= words[fields[pc + 2]!]! >>> 0) return -1;
  const at = LEAF_WORDS * (fields[pc + 1]! + (index >>> 0));
  return at < words.length && at < limit / 4 ? at : -1;
}

/**
 * table.get and table.set where the inner loop has not found the element: the window is enlarged,
 * or there is none.
 */
export function showElement(m: Core, { a, imm }: Word, index: number): Result {
  const size = sizeIn(m, imm32(imm, 2));
  if (size === undefined) return ESCAPE;
  if (index >= size) return trap(Trap.tableBounds);
  return m.cells.ensure(CELL * (a + index + 1)) ? RETRY : ESCAPE;
}

/** table.copy, table.init. */
export function checkCells(m: Core, { top, imm }: Word): Result {
  const [d, s, n] = [low(m, top - 3), low(m, top - 2), low(m, top - 1)];
  const target = sizeIn(m, imm32(imm, 0));
  const source = sizeIn(m, imm32(imm, 1));
  if (target === undefined || source === undefined) return ESCAPE;
  if (d + n > target || s + n > source) return trap(Trap.tableBounds);
  return begin(m, { d, s: BigInt(s), n });
}

/** table.fill. */
export function checkFill(m: Core, { top, imm }: Word): Result {
  const [d, n] = [low(m, top - 3), low(m, top - 1)];
  const size = sizeIn(m, imm32(imm, 0));
  if (size === undefined) return ESCAPE;
  if (d + n > size) return trap(Trap.tableBounds);
  return begin(m, { d, s: operand(m, top - 2), n });
}

/** table.grow. */
export function growTable(m: Core, { top, imm }: Word): Result {
  const count = low(m, top - 1);
  const sizeCell = imm32(imm, 0);
  const size = sizeIn(m, sizeCell);
  if (size === undefined) return ESCAPE;
  const value = operand(m, top - 2);
  if (size + count > imm32(imm, 1)) {
    setOperand(m, top - 2, -1, 0);
    return begin(m, { d: size, s: value, n: 0 });
  }
  writeCell(m, sizeCell, size + count, 0);
  setOperand(m, top - 2, size, 0);
  return begin(m, { d: size, s: value, n: count });
}

/** data.drop, elem.drop. */
export function dropSegment(m: Core, { a }: Word): Result {
  if (!m.cells.ensure(CELL * (a + 1))) return ESCAPE;
  writeCell(m, a, 0, 0);
  m.pc += 1;
  return 1;
}

/** Writes a cell that the window shows, by its halves. */
export function writeCell(m: Core, index: number, lower: number, upper: number): void {
  m.cells.touch(CELL * index, CELL);
  m.cells.words[LEAF_WORDS * index] = lower;
  m.cells.words[LEAF_WORDS * index + 1] = upper;
}

/** Copies cells, for at most `budget` steps. */
export function copyCells(m: Core, { a, b }: Word, budget: number): Result {
  const { cursor } = m;
  if (cursor === undefined) return ESCAPE;
  const { d, n } = cursor;
  if (n === 0) return advanceCopy(m, cursor, { units: 0, steps: 1 });
  const s = Number(cursor.s);
  if (!m.cells.ensure(CELL * (a + d + n)) || !m.cells.ensure(CELL * (b + s + n))) return ESCAPE;
  const { words } = m.cells;
  const steps = Math.min(n, budget);
  for (let i = 0; i < steps; i++) {
    const at = d <= s ? i : n - 1 - i;
    const from = LEAF_WORDS * (b + s + at);
    writeCell(m, a + d + at, words[from]!, words[from + 1]!);
  }
  return advanceCopy(m, cursor, { units: steps, steps });
}

/** Fills cells, for at most `budget` steps. */
export function fillCells(m: Core, { a }: Word, budget: number): Result {
  const { cursor } = m;
  if (cursor === undefined) return ESCAPE;
  const { d, s, n } = cursor;
  if (n === 0) return advanceFill(m, cursor, { units: 0, steps: 1 });
  if (!m.cells.ensure(CELL * (a + d + n))) return ESCAPE;
  const steps = Math.min(n, budget);
  const [lower, upper] = [Number(s & 0xffff_ffffn) | 0, Number(s >> 32n) | 0];
  for (let i = 0; i < steps; i++) writeCell(m, a + d + i, lower, upper);
  return advanceFill(m, cursor, { units: steps, steps });
}
