/**
 * `--max-memory`: how large memories may grow, and the note about one that would have grown
 * further.
 */
import { MAX_PAGES, PAGE_BYTES } from "../../verifier/program/layout.ts";
import type { LimitedMemory } from "../../verifier/program/memory-limits.ts";
import { stderr } from "./channels.ts";
import { UserError } from "./failure.ts";
import { type Printable, text } from "./printable.ts";

const UNITS: ReadonlyMap<string, number> = new Map([
  ["KiB", 2 ** 10],
  ["MiB", 2 ** 20],
  ["GiB", 2 ** 30],
]);

/** Reads a size as a number of pages. */
export function parseMemorySize(size: string): number {
  const [, digits = "", unit = ""] = /^(\d{1,10}) ?([KMG]iB)$/.exec(size) ?? [];
  const pages = (Number(digits) * (UNITS.get(unit) ?? NaN)) / PAGE_BYTES;
  if (Number.isInteger(pages) && pages > 0 && pages <= MAX_PAGES) return pages;
  throw new UserError(`--max-memory takes a multiple of 64KiB up to 4GiB, as in 256MiB, not "${size}"`);
}

/** A number of pages as a size, for example 64 MiB. */
export function memorySize(pages: number): string {
  const bytes = pages * PAGE_BYTES;
  const [unit, least] = [...UNITS].findLast(([, one]) => bytes % one === 0 && bytes >= one) ?? ["KiB", 2 ** 10];
  return `${bytes / least} ${unit}`;
}

/** The notes about memories that a limit has kept from growing, a line each. */
export function memoryNotes(refused: readonly LimitedMemory[]): Printable[] {
  return refused.map(({ module, pages }) => {
    const where = pages === 0 ? "a limit of no memory" : `the limit of ${memorySize(pages)}`;
    return text`note: memory.grow failed at ${where} (module ${module}); --max-memory raises it`;
  });
}

/** Writes the notes on stderr. */
export function tellRefusedGrowth(refused: readonly LimitedMemory[]): void {
  for (const line of memoryNotes(refused)) stderr.line(line);
}
