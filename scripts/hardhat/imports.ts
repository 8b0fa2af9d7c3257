/** What a file of the project runs when it is loaded: the files and packages that it imports, and what these import. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** An import, of a package or a file, that is not one of types alone; also `import("…")` and the file of a thread. */
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s+(?!type\b)(?:[^"';]*?\sfrom\s+)?"([^"]+)"|\b(?:import|new URL)\(\s*"([^"]+)"/g;

/** Whether a file imports something, itself or through files of the project. */
export function reaches(file: string, wanted: (specifier: string) => boolean, seen = new Set<string>()): boolean {
  const path = resolve(file);
  if (seen.has(path) || !existsSync(path)) return false;
  seen.add(path);
  const specifiers = [...readFileSync(path, "utf8").matchAll(IMPORT)].map(([, one, other]) => one ?? other ?? "");
  return specifiers.some((specifier) => {
    if (wanted(specifier)) return true;
    return /^\.\.?\/.*\.(ts|mjs)$/.test(specifier) && reaches(resolve(dirname(path), specifier), wanted, seen);
  });
}
