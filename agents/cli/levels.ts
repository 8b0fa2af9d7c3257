/** What `--heights` and `--store` mean: how a history is committed to, and where it is kept. */
import { DiskStore } from "../../verifier/node/disk-store.ts";
import { HeightsError, lengthOf, MAX_LEVELS, MOVE_LEVELS, requireHeights } from "../../verifier/history/game-levels.ts";
import type { State } from "../../verifier/state/state.ts";
import { localHeights } from "../stage/local-parameters.ts";
import { stderr } from "./channels.ts";
import { UserError } from "./failure.ts";
import type { LevelOptions } from "./options/levels.ts";
import { text } from "./printable.ts";

/**
 * Reads `--heights`.
 * @param others - what they are if the option is not given; by default those of a local chain
 * @throws UserError if they are none that a tournament can have
 */
export function heightsOf({ heights }: LevelOptions, others?: readonly number[]): readonly number[] {
  if (heights === undefined) return others ?? localHeights();
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
 * @throws UserError naming the options
 */
export function requireRoom(budget: bigint, heights: readonly number[]): void {
  if (budget < lengthOf(heights)) return;
  throw new UserError(
    `a budget of ${budget} is too much for 2^(${heights.join(" + ")}) steps: lower --fuel or --budget, or raise --heights`,
  );
}

/**
 * The store that `--store` asks for, by the state that a history begins with. Its troubles are
 * lines on stderr.
 */
export function storeOf({ store: root }: LevelOptions): ((initial: State) => DiskStore) | undefined {
  if (root === undefined) return undefined;
  return (initial) => new DiskStore({ root, initial, report: (line) => stderr.line(text`${line}`) });
}
