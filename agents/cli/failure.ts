/** How a command ends badly: one clear line on stderr and a non-zero exit code, never a stack trace. */

/** Something that the user can put right: a wrong argument, a missing file, a malformed module. */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** Exit codes of every command. */
export const Exit = {
  success: 0,
  /** The command could not do what was asked. */
  failure: 1,
  /** A dispute ran and did not end with the liar's defeat. */
  wrongVerdict: 2,
} as const;

/** The one line that tells what went wrong; `ARBITER_DEBUG=1` adds the stack. */
export function failureLine(error: unknown): string {
  if (!(error instanceof Error)) return `error: ${String(error)}`;
  if (process.env["ARBITER_DEBUG"] === "1" && error.stack !== undefined) return error.stack;
  const [first = "unknown failure"] = error.message.split("\n");
  return `error: ${first}`;
}

/** Runs a command's body and sets the exit code; prints the line of whatever it throws. */
export async function guarded(body: () => Promise<number> | number): Promise<void> {
  try {
    process.exitCode = await body();
  } catch (error) {
    process.stderr.write(`${failureLine(error)}\n`);
    process.exitCode = Exit.failure;
  }
}
