/** How a program is built from a module, as the options say. */
import type { BuildOptions, ModuleSource } from "../../verifier/program/build.ts";
import { UserError } from "./failure.ts";
import { parseMemorySize } from "./memory-limit.ts";
import type { BuildingOptions } from "./options/building.ts";
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

/** What the options mean. */
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
