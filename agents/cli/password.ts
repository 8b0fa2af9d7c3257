/** Asks for a password on the terminal, without showing it. */
import { spawnSync } from "node:child_process";
import { readSync } from "node:fs";
import { isatty } from "node:tty";
import { readPrivateFile } from "../chain/accounts/private-file.ts";
import { stderr } from "./channels.ts";
import { UserError } from "./failure.ts";
import { text } from "./printable.ts";

const STDIN = 0;

/**
 * Asks, and waits for a line.
 *
 * @throws UserError if there is no terminal
 */
export function askPassword(what: string): string {
  if (!isatty(STDIN))
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

function readLine(): string {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  while (readSync(STDIN, one) === 1 && one[0] !== 10) bytes.push(one[0] ?? 0);
  return new TextDecoder().decode(Uint8Array.from(bytes)).replace(/\r$/, "");
}
