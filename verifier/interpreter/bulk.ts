/**
 * Bulk instructions on bytes, as `verifier/machine/bulk.ts` says: checks, and moves of which any
 * number of steps is done in one go.
 *
 * A step of a move ends at the nearest leaf boundary of either side, whichever way it runs. So a
 * whole move takes as many steps as its range is cut into by those boundaries, and moving a part of
 * it means moving that part's bytes at once.
 */
import { MASK_64 } from "../machine/machine.ts";
import { Op } from "../instructions/table.ts";
import { Trap } from "../machine/codes.ts";
import { imm32, type Word } from "../machine/word.ts";
import { type Core, PAGE_BYTES } from "./core.ts";
import { advanceCopy, advanceFill, begin, type Part } from "./cursor.ts";
import { cell, low, memoryPages, operand, wide } from "./operands.ts";
import { ESCAPE, type Result, trap } from "./result.ts";

const LEAF = 32;

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
  const origin = op === Op.memoryInit ? imm & MASK_64 : 0n;
  return begin(m, { d, s: (BigInt(s) + origin) & MASK_64, n });
}

/** The check of input_read. */
export function inputRead(m: Core, { top, imm }: Word): Result {
  const [d, s, n] = [low(m, top - 3), wide(m, top - 2), low(m, top - 1)];
  const target = memoryPages(m, imm32(imm, 0));
  if (target === undefined) return ESCAPE;
  if (d + n > target * PAGE_BYTES || s + n > m.inputLength) return trap(Trap.memoryBounds);
  return begin(m, { d, s: operand(m, top - 2), n });
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
  return begin(m, { d, s: BigInt(s), n });
}

/** Copies bytes between regions, or inside one, for at most `budget` steps. */
export function copyBytes(m: Core, { a, b }: Word, budget: number): Result {
  const { cursor } = m;
  if (cursor === undefined) return ESCAPE;
  const { d, n } = cursor;
  if (n === 0) return advanceCopy(m, cursor, { units: 0, steps: 1 });
  const s = Number(cursor.s);
  const target = m.regions.get(a);
  const source = m.regions.get(b);
  if (target === undefined || source === undefined || !target.ensure(d + n) || !source.ensure(s + n)) return ESCAPE;
  const part = partOfCopy({ d, s, n }, budget);
  const skipped = d <= s ? 0 : n - part.units;
  const [from, to] = [s + skipped, d + skipped];
  target.touch(to, part.units);
  // One region's bytes may overlap; `set` behaves as if it copied them aside first, and so does a
  // move in its direction.
  target.bytes.set(source.bytes.subarray(from, from + part.units), to);
  return advanceCopy(m, cursor, part);
}

interface Range {
  readonly d: number;
  readonly s: number;
  readonly n: number;
}

/** How many bytes the next steps move, at most `budget` of them. */
function partOfCopy({ d, s, n }: Range, budget: number): Part {
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

/**
 * Steps of a whole copy of n > 0 bytes: one more than there are leaf boundaries inside either
 * range.
 */
function pieces(d: number, s: number, n: number): number {
  const inTarget = boundaries(d, n);
  return (d - s) % LEAF === 0 ? 1 + inTarget : 1 + inTarget + boundaries(s, n);
}

const boundaries = (start: number, n: number): number => Math.floor((start + n - 1) / LEAF) - Math.floor(start / LEAF);

/** Fills bytes of a region for at most `budget` steps. */
export function fillBytes(m: Core, { a }: Word, budget: number): Result {
  const { cursor } = m;
  if (cursor === undefined) return ESCAPE;
  const { d, s, n } = cursor;
  if (n === 0) return advanceFill(m, cursor, { units: 0, steps: 1 });
  const target = m.regions.get(a);
  if (target === undefined || !target.ensure(d + n)) return ESCAPE;
  const steps = Math.min(budget, 1 + boundaries(d, n));
  const units = Math.min(n, LEAF - (d % LEAF) + LEAF * (steps - 1));
  target.touch(d, units);
  target.bytes.fill(Number(s & 0xffn), d, d + units);
  return advanceFill(m, cursor, { units, steps });
}
