/**
 * Bulk instructions, as `verifier/machine/bulk.ts` says: checks, and moves of which any number of steps is done in one go.
 *
 * A step of a move ends at the nearest leaf boundary of either side, whichever way it runs. So a whole move takes as many
 * steps as its range is cut into by those boundaries, and moving a part of it means moving that part's bytes at once.
 */
import { MASK_64 } from "../machine/machine.ts";
import { Op, Trap } from "../machine/opcodes.ts";
import { imm32, type Word } from "../machine/word.ts";
import { type Core, type Cursor, PAGE_BYTES } from "./core.ts";
import { cell, low, memoryPages, wide } from "./operands.ts";
import { ESCAPE, type Result, trap } from "./result.ts";

const LEAF = 32;

/** Leaves a cursor to the move that follows. */
function begin(m: Core, cursor: Cursor): Result {
  if (cursor.s > Number.MAX_SAFE_INTEGER) return ESCAPE;
  m.cursor = cursor;
  m.pc += 1;
  return 1;
}

/** memory.copy, memory.init, memory.fill. */
export function checkBytes(m: Core, { op, top, imm }: Word): Result {
  const [d, s, n] = [low(m, top - 3), low(m, top - 2), low(m, top - 1)];
  const target = memoryPages(m, imm32(imm, 0));
  if (target === undefined) return ESCAPE;
  let source = Infinity;
  if (op === Op.memoryCopy) {
    const pages = memoryPages(m, imm32(imm, 1));
    if (pages === undefined) return ESCAPE;
    source = pages * PAGE_BYTES;
  } else if (op === Op.memoryInit) {
    const size = cell(m, imm32(imm, 1));
    if (size === undefined) return ESCAPE;
    source = size;
  }
  if (d + n > target * PAGE_BYTES || s + n > source) return trap(Trap.memoryBounds);
  const origin = op === Op.memoryInit ? Number(imm & MASK_64) : 0;
  return begin(m, { d, s: s + origin, n });
}

/** table.copy, table.init. */
export function checkCells(m: Core, { top, imm }: Word): Result {
  const [d, s, n] = [low(m, top - 3), low(m, top - 2), low(m, top - 1)];
  const [target, source] = [imm32(imm, 0), imm32(imm, 1)];
  if (!m.cells.ensure(LEAF * (Math.max(target, source) + 1))) return ESCAPE;
  // Sizes of tables and of their segments are read as 32 bits.
  const size = (index: number): number => m.cells.words[8 * index]! >>> 0;
  if (d + n > size(target) || s + n > size(source)) return trap(Trap.tableBounds);
  return begin(m, { d, s, n });
}

/** The check of input_read. */
export function inputRead(m: Core, { top, imm }: Word): Result {
  const [d, s, n] = [low(m, top - 3), wide(m, top - 2), low(m, top - 1)];
  const target = memoryPages(m, imm32(imm, 0));
  if (target === undefined) return ESCAPE;
  if (d + n > target * PAGE_BYTES || s + n > m.inputLength) return trap(Trap.memoryBounds);
  return begin(m, { d, s, n });
}

/** The check of output_write: the output grows by the bytes that are going to be written. */
export function outputWrite(m: Core, { top, imm }: Word): Result {
  const [s, n] = [low(m, top - 2), low(m, top - 1)];
  const pages = memoryPages(m, imm32(imm, 0));
  if (pages === undefined) return ESCAPE;
  const d = m.outputLength;
  if (d + n > (m.regions.leaves / 2) * LEAF) return trap(Trap.outputFull);
  if (s + n > pages * PAGE_BYTES) return trap(Trap.memoryBounds);
  m.outputLength = d + n;
  return begin(m, { d, s, n });
}

/** data.drop, elem.drop. */
export function dropSegment(m: Core, { a }: Word): Result {
  if (!m.cells.ensure(LEAF * (a + 1))) return ESCAPE;
  m.cells.touch(LEAF * a, LEAF);
  m.cells.words.fill(0, 8 * a, 8 * a + 8);
  m.pc += 1;
  return 1;
}

/** Executes up to `budget` steps of the move at pc. */
export function runMove(m: Core, word: Word, budget: number): Result {
  const { cursor } = m;
  if (cursor === undefined) return ESCAPE;
  if (cursor.n === 0) return advance(m, { cursor, units: 0, steps: 1 });
  switch (word.op) {
    case Op.copyBytes:
      return copyBytes(m, word, { cursor, budget });
    case Op.fillBytes:
      return fillBytes(m, word, { cursor, budget });
    default:
      return copyCells(m, word, { cursor, budget });
  }
}

interface Move {
  readonly cursor: Cursor;
  readonly budget: number;
}

/** Counts what was moved; a fill's `s` is the byte and stays. */
function advance(m: Core, done: { cursor: Cursor; units: number; steps: number; keepSource?: boolean }): Result {
  const { d, s, n } = done.cursor;
  const { units, steps } = done;
  const left = n - units;
  if (left === 0) {
    m.cursor = undefined;
    m.pc += 1;
  } else if (done.keepSource === true) {
    m.cursor = { d: d + units, s, n: left };
  } else {
    m.cursor = d <= s ? { d: d + units, s: s + units, n: left } : { d, s, n: left };
  }
  return steps;
}

function copyBytes(m: Core, { a, b }: Word, { cursor, budget }: Move): Result {
  const { d, s, n } = cursor;
  const target = m.regions.get(a);
  const source = m.regions.get(b);
  if (target === undefined || source === undefined || !target.ensure(d + n) || !source.ensure(s + n)) return ESCAPE;
  const { units, steps } = part(cursor, budget);
  const skipped = d <= s ? 0 : n - units;
  const [from, to] = [s + skipped, d + skipped];
  target.touch(to, units);
  // One region's bytes may overlap; `set` behaves as if it copied them aside first, and so does a move in its direction.
  target.bytes.set(source.bytes.subarray(from, from + units), to);
  return advance(m, { cursor, units, steps });
}

/** How many bytes the next steps move, at most `budget` of them. */
function part({ d, s, n }: Cursor, budget: number): { units: number; steps: number } {
  const all = pieces(d, s, n);
  if (all <= budget) return { units: n, steps: all };
  let left = n;
  for (let step = 0; step < budget; step++) {
    const moved = n - left;
    left -= d <= s ? nextForward(d + moved, s + moved, left) : nextBackward(d + left, s + left, left);
  }
  return { units: n - left, steps: budget };
}

const nextForward = (d: number, s: number, n: number): number => Math.min(n, LEAF - (d % LEAF), LEAF - (s % LEAF));

/** From the ends of both ranges. */
const nextBackward = (d: number, s: number, n: number): number =>
  Math.min(n, ((d - 1) % LEAF) + 1, ((s - 1) % LEAF) + 1);

/** Steps of a whole copy of n > 0 bytes: one more than there are leaf boundaries inside either range. */
function pieces(d: number, s: number, n: number): number {
  const inTarget = boundaries(d, n);
  return (d - s) % LEAF === 0 ? 1 + inTarget : 1 + inTarget + boundaries(s, n);
}

const boundaries = (start: number, n: number): number => Math.floor((start + n - 1) / LEAF) - Math.floor(start / LEAF);

function fillBytes(m: Core, { a }: Word, { cursor, budget }: Move): Result {
  const { d, s, n } = cursor;
  const target = m.regions.get(a);
  if (target === undefined || !target.ensure(d + n)) return ESCAPE;
  const steps = Math.min(budget, 1 + boundaries(d, n));
  const units = Math.min(n, LEAF - (d % LEAF) + LEAF * (steps - 1));
  target.touch(d, units);
  target.bytes.fill(s % 256, d, d + units);
  return advance(m, { cursor, units, steps, keepSource: true });
}

/** A cell a step. Globals hold 64 bits, so no reference may be copied over one. */
function copyCells(m: Core, { a, b }: Word, { cursor, budget }: Move): Result {
  const { d, s, n } = cursor;
  if (!m.cells.ensure(LEAF * (a + d + n)) || !m.cells.ensure(LEAF * (b + s + n))) return ESCAPE;
  for (let i = 0; i < n; i++) if (m.code.globals.has(a + d + i)) return ESCAPE;
  const units = Math.min(n, budget);
  const { words } = m.cells;
  for (let i = 0; i < units; i++) {
    const at = d <= s ? i : n - 1 - i;
    const from = 8 * (b + s + at);
    m.cells.touch(LEAF * (a + d + at), LEAF);
    words.copyWithin(8 * (a + d + at), from, from + 8);
  }
  return advance(m, { cursor, units, steps: units });
}
