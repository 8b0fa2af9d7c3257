/**
 * Standard output and standard error. Commands write through these two and nothing else: no foreign
 * text gets past them unescaped.
 */
import { isatty } from "node:tty";
import { escapedJson } from "../../verifier/printable.ts";
import type { Printable } from "./printable.ts";
import { terminalText } from "./terminal-text.ts";

const ERASE_LINE = "\r\u001b[2K";
const CLEAR_SCREEN = "\u001b[H\u001b[2J";

/** Where a command writes to. */
export class Channel {
  readonly #stream: () => NodeJS.WriteStream;
  readonly isTerminal: boolean;

  constructor(stream: () => NodeJS.WriteStream, descriptor: number) {
    this.#stream = stream;
    // In a thread the stream does not know.
    this.isTerminal = isatty(descriptor);
  }

  /** Tells of errors of the stream: nobody reads it any more, for one. */
  onBroken(listener: (error: NodeJS.ErrnoException) => void): void {
    this.#stream().on("error", listener);
  }

  /** Writes a line, or several that a text has. */
  line(content: Printable): void {
    this.#stream().write(`${content.toString()}\n`);
  }

  /** Writes a line that is JSON already, as pino's are. */
  write(line: string): void {
    this.#stream().write(`${escapedJson(line.trimEnd())}\n`);
  }

  /** Writes a value as one line of JSON. */
  json(value: unknown): void {
    this.#stream().write(`${escapedJson(JSON.stringify(value))}\n`);
  }

  /** Writes lines; on a terminal, in place of all that it shows. */
  page(lines: Printable): void {
    this.#stream().write(`${this.isTerminal ? CLEAR_SCREEN : ""}${lines.toString()}\n`);
  }

  /** Puts a text, or nothing, where the terminal's last line is. */
  rewrite(content?: Printable): void {
    this.#stream().write(`${ERASE_LINE}${content === undefined ? "" : content.toString()}`);
  }

  /**
   * Writes what a program wrote: its bytes as they are; to a terminal, what {@link terminalText}
   * leaves of them.
   */
  program(bytes: Uint8Array): void {
    this.#stream().write(this.isTerminal ? terminalText(bytes) : bytes);
  }
}

/** What was asked for. */
export const stdout = new Channel(() => process.stdout, 1);

/** Everything else: errors, hints, progress. */
export const stderr = new Channel(() => process.stderr, 2);
