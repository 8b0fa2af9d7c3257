/**
 * The levels of a dispute: how many there can be, how tall their trees, and how far a move descends
 * in one. Level 0 covers all of a history, each other one a stride of the level above, and the last
 * one has stride 1.
 *
 * `npm run generate` writes contracts/tournament/Levels.sol from here.
 */
import { Crash, Problem } from "../errors.ts";

/** Levels of a tree that a move descends. */
export const MOVE_LEVELS = 3;

/** Nodes that many levels below a node: what a move chooses from. */
export const FAN_OUT = 2 ** MOVE_LEVELS;

/** Most levels of a dispute: a root tournament, and tournaments inside of matches inside of it. */
export const MAX_LEVELS = 4;

/**
 * Most that the heights of the levels' trees come to together, so that every position and every
 * step fits 64 bits.
 */
export const MAX_HEIGHT = 60;

/** Heights that no dispute can have. */
export class HeightsError extends Problem {
  override readonly name = "HeightsError";
}

/**
 * Checks the heights of the levels' trees, as the Tournament contract does when it is made.
 * @throws HeightsError telling what is given and what is allowed
 */
export function requireHeights(heights: readonly number[]): void {
  if (heights.length === 0 || heights.length > MAX_LEVELS) {
    throw new HeightsError(`there are 1 to ${MAX_LEVELS} levels, not ${heights.length}`);
  }
  for (const [level, height] of heights.entries()) {
    if (height > 0 && height % MOVE_LEVELS === 0) continue;
    throw new HeightsError(`the height of level ${level} is a positive multiple of ${MOVE_LEVELS}, not ${height}`);
  }
  const together = heightBelow(heights, -1);
  if (together > MAX_HEIGHT) throw new HeightsError(`the heights are ${MAX_HEIGHT} together at most, not ${together}`);
}

/** Heights of all levels below one, together. */
function heightBelow(heights: readonly number[], level: number): number {
  return heights.slice(level + 1).reduce((sum, height) => sum + height, 0);
}

/** Steps between two leaves of a level's tree. */
export function strideOf(heights: readonly number[], level: number): bigint {
  return 1n << BigInt(heightBelow(heights, level));
}

/** Steps of a history that the levels' trees cover together. */
export function lengthOf(heights: readonly number[]): bigint {
  return strideOf(heights, -1);
}

/**
 * The step at which the stride before a leaf begins. `path` names the leaf by its positions in the
 * levels' trees, from the top.
 */
export function stepOf(heights: readonly number[], path: readonly bigint[]): bigint {
  return path.reduce((step, position, level) => step + position * strideOf(heights, level), 0n);
}

/** The height of a level's tree, of a level that there is. */
export function heightOf(heights: readonly number[], level: number): number {
  const height = heights[level];
  if (height === undefined) throw new Crash(`there is no level ${level}, only ${heights.length}`);
  return height;
}
