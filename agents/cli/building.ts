/** The options that say how a program is built from a module. */
import type { Command } from "commander";
import type { BuildOptions } from "../../verifier/program/build.ts";
import { MAX_MEMORY_HELP, parseMemorySize } from "./memory-limit.ts";

/** How a program is built, but for its convention. */
export type Building = Pick<BuildOptions, "allowMissingImports" | "limits">;

/** Options as commander gives them. */
export interface BuildingOptions {
  readonly allowMissingImports?: boolean;
  readonly maxMemory?: string;
}

/** Adds the options. */
export function withBuilding(command: Command): Command {
  return command
    .option("--allow-missing-imports", "let functions that nothing provides trap when they are called")
    .option("--max-memory <size>", MAX_MEMORY_HELP);
}

/** What they mean. */
export function buildingOf({ allowMissingImports, maxMemory }: BuildingOptions): Building {
  return {
    allowMissingImports: allowMissingImports === true,
    ...(maxMemory === undefined ? {} : { limits: { memoryPages: parseMemorySize(maxMemory) } }),
  };
}
