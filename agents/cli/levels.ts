/** What `--heights` and `--store` mean: how a history is committed to, and where it is kept. */
import { DiskStore } from "../../verifier/node/disk-store.ts";
import { HeightsError, lengthOf, MAX_LEVELS, MOVE_LEVELS, requireHeights } from "../../verifier/history/game-levels.ts";
import type { State } from "../../verifier/state/state.ts";
import { localHeights } from "../stage/local-parameters.ts";
import { OVERHEAD } from "../../verifier/program/fragment.ts";
import { stderr } from "./channels.ts";
import { UserError } from "./failure.ts";
import type { LevelOptions } from "./options/levels.ts";
import { text } from "./printable.ts";
import type { Invocation } from "./prepare.ts";

/**
 * Reads `--heights`.
 * @throws UserError if they are none that a tournament can have
 */
export function heightsOf({ heights }: LevelOptions): readonly number[] {
  if (heights === undefined) return localHeights();
  const list = heights.split(",").map(Number);
  try {
    requireHeights(list);
  } catch (error) {
    if (!(error instanceof HeightsError)) throw error;
    const hint = `give one to ${MAX_LEVELS} multiples of ${MOVE_LEVELS}, as 27,21`;
    throw new UserError(`--heights ${heights}: ${error.message}`, { hint, cause: error });
  }
  return list;
}

/**
 * Checks that a run's steps fit into commitments of some heights.
 * @throws UserError naming `--fuel`
 */
export function requireRoom({ fuel }: Invocation, heights: readonly number[]): void {
  if (fuel + OVERHEAD < lengthOf(heights)) return;
  throw new UserError(`--fuel ${fuel} is too much for 2^(${heights.join(" + ")}) steps: lower it, or raise --heights`);
}

/**
 * The store that `--store` asks for, by the state that a history begins with. Its troubles are
 * lines on stderr.
 */
export function storeOf({ store: root }: LevelOptions): ((initial: State) => DiskStore) | undefined {
  if (root === undefined) return undefined;
  return (initial) => new DiskStore({ root, initial, report: (line) => stderr.line(text`${line}`) });
}
