/** The options that say how a program is built from a module. */
import type { Command } from "commander";

/** Help for `--max-memory`. */
const MAX_MEMORY_HELP =
  "the most that a memory may grow to, as in 256MiB or 4GiB; part of the program " +
  "(default: what the module declares, or 64MiB)";

/** Options as commander gives them. */
export interface BuildingOptions {
  readonly link: readonly string[];
  readonly allowMissingImports?: boolean;
  readonly maxMemory?: string;
}

/** Adds the options. */
export function withBuilding(command: Command): Command {
  return command
    .option(
      "--link <name=module>",
      "a further module, from which the others import under this name (any number of them, instantiated in this order)",
      (value: string, list: readonly string[]) => [...list, value],
      [],
    )
    .option(
      "--allow-missing-imports",
      "let functions that nothing provides, or not with this type, trap when they are called",
    )
    .option("--max-memory <size>", MAX_MEMORY_HELP);
}
