/**
 * Parsing the arguments of the process; commander has printed what is wrong with them when it
 * throws.
 */
import { type Command, CommanderError } from "commander";
import { stderr, stdout } from "./channels.ts";
import { ExitCode } from "./failure.ts";
import { text } from "./printable.ts";

/**
 * Ends the process without a word when nobody reads its output any more, as in
 * `… --help | head -1`.
 */
export function exitOnBrokenPipe(): void {
  stdout.onBroken((error) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
}

/** Commander's complaint is one line with the user's words in it, and what it asks to be added. */
function outputError(complaint: string): void {
  const [, line = "", advice] = /^(.*?)(\n\(Did you mean .*\))?\n?$/s.exec(complaint) ?? [];
  if (process.argv.includes("--json"))
    stdout.json({ error: { kind: "problem", problem: line.replace(/^error: /, "") } });
  stderr.line(text`${line}`);
  if (advice !== undefined) stderr.line(text`${advice.trim()}`);
}

/** Runs a command, which must have `exitOverride`, on the arguments of the process. */
export async function parse(command: Command): Promise<void> {
  exitOnBrokenPipe();
  for (const one of withAllBelow(command)) one.configureOutput({ outputError });
  try {
    await command.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? ExitCode.success : ExitCode.failure;
  }
}

function* withAllBelow(command: Command): Generator<Command, void> {
  yield command;
  for (const one of command.commands) yield* withAllBelow(one);
}
