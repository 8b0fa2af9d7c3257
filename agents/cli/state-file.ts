/** Files with a state: what `run --save` writes and `--from` reads. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { State } from "../../verifier/state/state.ts";
import { decodeState, encodeState, StateBytesError } from "../../verifier/state/state-bytes.ts";
import { UserError } from "./failure.ts";
import { readUserFile, userPath } from "./user-file.ts";

/**
 * Writes a state, in the format of `verifier/state/state-bytes.ts`.
 *
 * @throws UserError if the file cannot be written
 */
export function saveState(path: string, state: State): void {
  try {
    const file = openSync(userPath(path), "w");
    try {
      for (const piece of encodeState(state)) for (let at = 0; at < piece.length;) at += writeSync(file, piece, at);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code;
    if (why === undefined) throw cause;
    throw new UserError(`cannot write the state ${path}: ${why}`, { cause });
  }
}

/**
 * Reads a state, whose root is checked.
 *
 * @throws UserError if the file is not there, or holds none
 */
export function stateIn(path: string): State {
  const bytes = readUserFile(path, "state");
  try {
    return decodeState([bytes]);
  } catch (error) {
    if (!(error instanceof StateBytesError)) throw error;
    throw new UserError(`${path}: ${error.message}`, { cause: error });
  }
}
