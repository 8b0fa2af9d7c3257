/** Files that the user names. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "./failure.ts";

/** A path as the user means it. Relative ones begin where the user typed the command. */
export function userPath(path: string): string {
  // npm runs its scripts in the project's folder, and tells where it was called.
  return resolve(process.env["INIT_CWD"] ?? process.cwd(), path);
}

/** Reads a file whose absence is the user's mistake. */
export function readUserFile(path: string, what: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(userPath(path)));
  } catch (error) {
    throw cannotRead(path, what, error);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  ENOTDIR: "it is no folder",
  EACCES: "you may not read it",
};

/** What is told when a path cannot be read. */
export function cannotRead(path: string, what: string, cause: unknown): UserError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
  return new UserError(`cannot read the ${what} ${path}: ${REASONS[code] ?? code}`, { cause });
}
