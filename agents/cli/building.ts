/** The options that say how a program is built from a module. */
import type { Command } from "commander";
import type { BuildOptions, ModuleSource } from "../../verifier/program/build.ts";
import { UserError } from "./failure.ts";
import { MAX_MEMORY_HELP, parseMemorySize } from "./memory-limit.ts";
import { readUserFile } from "./user-file.ts";

/** How a program is built, but for its convention. */
export interface Building extends Pick<BuildOptions, "allowMissingImports" | "limits"> {
  /** Further modules, in the order in which they are instantiated. */
  readonly links?: readonly LinkedFile[];
}

/** A further module, and the file that it comes from. */
export interface LinkedFile extends ModuleSource {
  readonly path: string;
}

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

/** What they mean. */
export function buildingOf({ link, allowMissingImports, maxMemory }: BuildingOptions): Building {
  return {
    links: link.map(linkedFile),
    allowMissingImports: allowMissingImports === true,
    ...(maxMemory === undefined ? {} : { limits: { memoryPages: parseMemorySize(maxMemory) } }),
  };
}

function linkedFile(text: string): LinkedFile {
  const split = text.indexOf("=");
  if (split < 1) throw new UserError(`--link takes NAME=MODULE, not "${text}"`);
  const path = text.slice(split + 1);
  return { name: text.slice(0, split), path, bytes: readUserFile(path, "module") };
}
