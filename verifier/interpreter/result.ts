/** How an instruction outside the inner loop ended. */

/** Steps taken, if positive; else {@link RETRY}, {@link ESCAPE}, or a trap code, negated. */
export type Result = number;

/** Nothing was executed, but what was in the way is gone: the inner loop can go on. */
export const RETRY = 0;

/** Nothing was executed: the reference has to do it. */
export const ESCAPE = -65_536;

/** The instruction traps; nothing was changed. */
export function trap(code: number): Result {
  return -code;
}
