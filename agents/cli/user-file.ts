/** Files that the user names. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "./failure.ts";

/** Reads a file whose absence is the user's mistake. Relative paths begin where the user typed the command. */
export function readUserFile(path: string, what: string): Uint8Array {
  try {
    // npm runs its scripts in the project's folder, and tells where it was called.
    return new Uint8Array(readFileSync(resolve(process.env["INIT_CWD"] ?? process.cwd(), path)));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === "ENOENT" ? "there is no such file" : code === "EISDIR" ? "it is a folder" : String(code);
    throw new UserError(`cannot read the ${what} ${path}: ${reason}`);
  }
}
