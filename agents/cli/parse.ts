/** Parsing the arguments of the process; commander has printed what is wrong with them when it throws. */
import { type Command, CommanderError } from "commander";
import { Exit } from "./failure.ts";

/** Ends the process without a word when nobody reads its output any more, as in `… --help | head -1`. */
export function exitOnBrokenPipe(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}

/** Runs a command, which must have `exitOverride`, on the arguments of the process. */
export async function parse(command: Command): Promise<void> {
  exitOnBrokenPipe();
  try {
    await command.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? Exit.success : Exit.failure;
  }
}
