/**
 * What a file of the project runs when it is loaded: the files and packages that it imports, and
 * what these import.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";

/** An import, of a package or a file, that is not one of types alone. */
const STATIC = /(?:^|\n)\s*(?:import|export)\s+(?!type\b)(?:[^"';]*?\sfrom\s+)?"([^"]+)"/g;

/** `import("…")`, and the file of a thread. */
const DYNAMIC = /\b(?:import|new URL)\(\s*"([^"]+)"/g;

/** Which imports count: all that a file can make, or those that are made when it is loaded. */
export type Imports = "any" | "at once";

/** Whether a file imports something, itself or through files of the project. */
export function reaches(
  file: string,
  wanted: (specifier: string) => boolean,
  which: Imports = "any",
  seen = new Set<string>(),
): boolean {
  const path = resolve(file);
  if (seen.has(path) || !existsSync(path)) return false;
  seen.add(path);
  const source = readFileSync(path, "utf8");
  const specifiers = [STATIC, ...(which === "any" ? [DYNAMIC] : [])].flatMap((pattern) =>
    [...source.matchAll(pattern)].map(([, specifier = ""]) => specifier),
  );
  return specifiers.some((specifier) => {
    if (wanted(specifier)) return true;
    const isFile = /^\.\.?\/.*\.(ts|mjs)$/.test(specifier);
    return isFile && reaches(resolve(dirname(path), specifier), wanted, which, seen);
  });
}
