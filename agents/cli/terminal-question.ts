/** Questions to whoever sits at the terminal. */
import { readSync } from "node:fs";
import { isatty } from "node:tty";
import { stderr } from "./channels.ts";
import { UserError } from "./failure.ts";
import { text } from "./printable.ts";

const STDIN = 0;

/** Whether somebody can be asked. */
export function hasTerminal(): boolean {
  return isatty(STDIN);
}

/** Waits for a line. */
export function readLine(): string {
  const bytes: number[] = [];
  const one = new Uint8Array(1);
  while (readSync(STDIN, one) === 1 && one[0] !== 10) bytes.push(one[0] ?? 0);
  return new TextDecoder().decode(Uint8Array.from(bytes)).replace(/\r$/, "");
}

/**
 * Asks for a yes where there is a terminal and `yes` has not been said already.
 *
 * @throws UserError if it is anything else
 */
export function confirm(question: string, yes: boolean): void {
  if (yes || !hasTerminal()) return;
  stderr.line(text`${question} [y/N]`);
  if (!/^y(es)?$/i.test(readLine().trim())) throw new UserError("nothing was sent");
}
