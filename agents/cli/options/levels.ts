/** `--heights` and `--store`: how a history is committed to, and where it is kept. */
import type { Command } from "commander";
import { MAX_HEIGHT, MAX_LEVELS, MOVE_LEVELS } from "../../../verifier/history/game-levels.ts";
import { localHeights } from "../../stage/local-parameters.ts";

/** Options as commander gives them. */
export interface LevelOptions {
  readonly heights?: string;
  readonly store?: string;
}

/** Adds the options. */
export function withLevels(command: Command): Command {
  return command
    .option(
      "--heights <list>",
      `heights of the levels' trees, the upper one first: one to ${MAX_LEVELS} multiples of ${MOVE_LEVELS}, ${MAX_HEIGHT} together at most (default: ${localHeights().join(",")})`,
    )
    .option("--store <directory>", "keep states and commitments there, and use those that are there");
}
