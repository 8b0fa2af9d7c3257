/**
 * How the checks of bulk instructions hand their cursor to the moves that follow them
 * (`verifier/machine/cursor.ts`).
 */
import type { Core, Cursor } from "./core.ts";
import type { Result } from "./result.ts";

/** Leaves a cursor to the move that follows: the one step of a check. */
export function begin(m: Core, cursor: Cursor): Result {
  m.cursor = cursor;
  m.pc += 1;
  return 1;
}

/** A part of a move: units (bytes or cells) that so many steps moved. */
export interface Part {
  readonly units: number;
  readonly steps: number;
}

/** Counts what was copied: forward if d ≤ s, else from the end. */
export function advanceCopy(m: Core, { d, s, n }: Cursor, { units, steps }: Part): Result {
  const left = n - units;
  return proceed(m, d <= s ? { d: d + units, s: s + BigInt(units), n: left } : { d, s, n: left }, steps);
}

/** Counts what was filled: `s` is the value and stays. */
export function advanceFill(m: Core, { d, s, n }: Cursor, { units, steps }: Part): Result {
  return proceed(m, { d: d + units, s, n: n - units }, steps);
}

function proceed(m: Core, cursor: Cursor, steps: number): Result {
  m.cursor = cursor.n === 0 ? undefined : cursor;
  if (cursor.n === 0) m.pc += 1;
  return steps;
}
