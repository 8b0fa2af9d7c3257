/** Parsing the arguments of the process; commander has printed what is wrong with them when it throws. */
import { type Command, CommanderError } from "commander";
import { Exit } from "./failure.ts";

/** Runs a command, which must have `exitOverride`, on the arguments of the process. */
export async function parse(command: Command): Promise<void> {
  try {
    await command.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? Exit.success : Exit.failure;
  }
}
