/** What SQLite and the disk refuse, as a person is told it. */
import { Problem } from "../../verifier/errors.ts";

/** What to do about a file that can't be read. */
export const MOVE_AWAY =
  "move it away and start again: what is under way is found on the chain, and what was announced is announced again";

const NOTHING_SENT = "nothing is sent that can't be written";

/** By SQLite's primary result code: https://www.sqlite.org/rescode.html. */
const REFUSALS: ReadonlyMap<number, readonly [problem: string, hint: string]> = new Map([
  [5, ["another process has it open", "stop that process, or name another file"]],
  [8, ["it can't be written", "let this user write the file and its folder"]],
  [10, ["the disk fails", `check the disk: ${NOTHING_SENT}`]],
  [11, ["it is broken", MOVE_AWAY]],
  [13, ["the disk is full", `make room: ${NOTHING_SENT}`]],
  [14, ["it can't be opened", "check its path, and that this user may write there"]],
  [26, ["it is no database, or broken", MOVE_AWAY]],
]);

/** By Node's code, for what is done to the file itself. */
const SYSTEM_ERRORS: ReadonlyMap<string, number> = new Map([
  ["EACCES", 14],
  ["EISDIR", 14],
  ["ENOTDIR", 14],
  ["EEXIST", 14],
  ["EROFS", 8],
  ["ENOSPC", 13],
  ["EDQUOT", 13],
  ["EIO", 10],
]);

/** A failure of a store as one line that names its file; what is not the store's is left as it is. */
export function storeProblem(path: string, error: unknown): unknown {
  const place = `store ${path}`;
  if (error instanceof Problem) {
    if (error.place !== undefined) return error;
    return told(place, error.problem, error.hint, error);
  }
  const [problem, hint] = REFUSALS.get(codeOf(error)) ?? [];
  return problem === undefined ? error : told(place, problem, hint, error);
}

function told(place: string, problem: string, hint: string | undefined, cause: unknown): Problem {
  return new Problem(problem, { place, message: `${place}: ${problem}`, hint, cause });
}

/** SQLite's primary code: the low byte of an extended one. */
function codeOf(error: unknown): number {
  if (!(error instanceof Error)) return -1;
  if ("errcode" in error && typeof error.errcode === "number") return error.errcode & 0xff;
  return ("code" in error ? SYSTEM_ERRORS.get(String(error.code)) : undefined) ?? -1;
}
