/** Asks for a password on the terminal, without showing it. */
import { spawnSync } from "node:child_process";
import { readPrivateFile } from "../chain/accounts/private-file.ts";
import { stderr } from "./channels.ts";
import { UserError } from "./failure.ts";
import { text } from "./printable.ts";
import { hasTerminal, readLine } from "./terminal-question.ts";

/**
 * Asks, and waits for a line.
 *
 * @throws UserError if there is no terminal
 */
export function askPassword(what: string): string {
  if (!hasTerminal())
    throw new UserError(`there is no terminal to ask for the ${what}`, { hint: "give --password-file" });
  stderr.line(text`${what}:`);
  const echo = (state: "echo" | "-echo"): void => void spawnSync("stty", [state], { stdio: "inherit" });
  echo("-echo");
  try {
    return readLine();
  } finally {
    echo("echo");
  }
}

/** The first line of a file that nobody else may read. Throws a `Problem` if somebody may. */
export function passwordIn(path: string): string {
  const [line = ""] = readPrivateFile(path, "password file").split(/\r?\n/);
  return line;
}
