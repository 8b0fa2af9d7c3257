/**
 * What a program wrote, for a terminal. As `less -R` shows it, and so `git`: colours work, nothing
 * else commands the terminal.
 */
import { escaped } from "../../verifier/printable.ts";

/** Select Graphic Rendition (ECMA-48, 8.3.117): colours and weights. */
// eslint-disable-next-line no-control-regex -- it is control characters that are sought
const COLOUR = /(\u001b\[[\d;:]*m)/;

const RESET = "\u001b[0m";

/**
 * The bytes as text with line feeds, tabs and colours; every other control character is escaped.
 * Colours end with the text.
 */
export function terminalText(bytes: Uint8Array): string {
  const parts = new TextDecoder().decode(bytes).replaceAll("\r\n", "\n").split(COLOUR);
  const shown = parts.map((part, i) =>
    i % 2 === 1
      ? part
      : part
          .split(/([\n\t]+)/)
          .map(keep)
          .join(""),
  );
  return parts.length > 1 ? `${shown.join("")}${RESET}` : shown.join("");
}

const keep = (part: string, i: number): string => (i % 2 === 1 ? part : escaped(part));
