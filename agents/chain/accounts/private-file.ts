/** Files that nobody but their owner may read. */
import { closeSync, fchmodSync, fstatSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { Problem } from "../../../verifier/errors.ts";

/** Rights of anybody but the owner. */
const OTHERS = 0o077;

/**
 * Reads a file, unless somebody else may read or write it: then it throws a `Problem`. The mode is
 * that of what is read, not of what has the name a moment later.
 */
export function readPrivateFile(path: string, what: string): string {
  const file = opened(path, what);
  try {
    const { mode } = fstatSync(file);
    // Windows has no such modes.
    if (process.platform !== "win32" && (mode & OTHERS) !== 0) {
      throw new Problem(`others may read the ${what} ${path}: its mode is ${(mode & 0o777).toString(8)}`, {
        hint: `chmod 600 ${path}`,
      });
    }
    return readFileSync(file, "utf8");
  } finally {
    closeSync(file);
  }
}

function opened(path: string, what: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new Problem(`the ${what} ${path} can't be read: ${code}`);
  }
}

/** Writes a new file for its owner alone. Throws a `Problem` if there is one of that name. */
export function writePrivateFile(path: string, what: string, text: string): void {
  try {
    const file = openSync(path, "wx", 0o600);
    try {
      // Whatever the umask took away.
      fchmodSync(file, 0o600);
      writeFileSync(file, text);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new Problem(`the ${what} ${path} can't be written: ${code}`, {
      hint: code === "EEXIST" ? "name another file: a key is never overwritten" : undefined,
    });
  }
}
