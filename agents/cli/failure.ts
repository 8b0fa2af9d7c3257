/**
 * How a command ends badly: a clear line on stderr, a hint where there is one, and a non-zero exit
 * code; never a stack trace.
 */
import { causesOf, Crash, Problem } from "../../verifier/errors.ts";
import { stderr, stdout } from "./channels.ts";
import { type Printable, text } from "./printable.ts";

/** Something that the user can put right: a wrong argument, a missing file, a malformed module. */
export class UserError extends Problem {
  override readonly name = "UserError";
}

/** Exit codes of every command. */
export const ExitCode = {
  success: 0,
  /** The command could not do what was asked. */
  failure: 1,
  /** A dispute ran and did not end with the liar's defeat. */
  wrongVerdict: 2,
} as const;

/** What a user is asked to do about a fault of ours. */
const REPORT =
  "this is a fault of Arbiter's: please report it (SECURITY.md tells how) with the command and its files; ARBITER_DEBUG=1 tells more";

/** What went wrong, as parts: what a user reads, and what `--json` prints. */
export interface Failure {
  /** `problem`: the user can put it right; `crash`: a fault of ours, or of the host. */
  readonly kind: "problem" | "crash";
  readonly problem: string;
  readonly place?: string;
  readonly hint?: string;
}

/**
 * The parts of an error. The hint is the outermost that the error and its causes have; likewise the
 * place.
 */
export function failureOf(error: unknown): Failure {
  const causes = [...causesOf(error)];
  const problems = causes.filter((cause) => cause instanceof Problem);
  const isProblem =
    (error instanceof Problem || isSystemError(error)) && !causes.some((cause) => cause instanceof Crash);
  const place = problems.find((problem) => problem.place !== undefined)?.place;
  const hint = isProblem ? problems.find((problem) => problem.hint !== undefined)?.hint : REPORT;
  return {
    kind: isProblem ? "problem" : "crash",
    problem: problemOf(error),
    ...(place === undefined ? {} : { place }),
    ...(hint === undefined ? {} : { hint }),
  };
}

/**
 * A problem's message is one line, and a line feed in it comes from outside; other errors have
 * details in further lines.
 */
function problemOf(error: unknown): string {
  if (error instanceof Problem) return error.message;
  const [first = ""] = (error instanceof Error ? error.message : "").split("\n");
  return first === "" ? String(error) : first;
}

/** What the operating system refuses: no room on the disk, no right to write. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && "code" in error;
}

/**
 * The lines that tell what went wrong: `error: …`, then `hint: …` if there is one;
 * `ARBITER_DEBUG=1` adds the stacks of all causes.
 */
export function failureLines(error: unknown): Printable[] {
  const { problem, hint } = failureOf(error);
  const lines = [text`error: ${problem}`, ...(hint === undefined ? [] : [text`hint: ${hint}`])];
  if (process.env["ARBITER_DEBUG"] !== "1") return lines;
  const stacks = [...causesOf(error)].map(
    (cause) => (cause instanceof Error ? cause.stack : undefined) ?? String(cause),
  );
  const all = stacks.flatMap((stack, i) => `${i === 0 ? "" : "caused by "}${stack}`.split("\n"));
  return [...lines, ...all.map((line) => text`${line}`)];
}

/**
 * Runs a command's body and sets the exit code; prints the lines of whatever it throws.
 * @param isJson - whether the error is told on stdout too, as JSON: `{"error": …}` with a
 *   {@link Failure}
 */
export async function guarded(body: () => Promise<number> | number, isJson = false): Promise<void> {
  try {
    process.exitCode = await body();
  } catch (error) {
    if (isJson) stdout.json({ error: failureOf(error) });
    for (const line of failureLines(error)) stderr.line(line);
    process.exitCode = ExitCode.failure;
  }
}
