/**
 * Text that may be printed. A {@link Printable} is made only of our own literals, of other
 * printables, and of foreign text that was escaped on its way in: what prints (channels.ts) takes
 * nothing else, so that a text that nobody escaped does not compile.
 */
import { escaped, shortened } from "../../verifier/printable.ts";

/** UTF-16 units of a foreign text that are shown where it is put into a line. */
const LONGEST = 1000;

/** One or more lines without unprintable characters but our own line feeds and colours. */
export class Printable {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** As the template {@link text} does. */
  static of(literals: readonly string[], values: readonly (Printable | string | number | bigint)[]): Printable {
    const shown = values.map((value) =>
      typeof value === "string" ? escaped(shortened(value, LONGEST)) : String(value),
    );
    return new Printable(literals.map((literal, i) => literal + (shown[i] ?? "")).join(""));
  }

  /** Foreign text in one line, however long it is. */
  static whole(foreign: string): Printable {
    return new Printable(escaped(foreign));
  }

  /** Text in a colour; `paint` is one of picocolors'. */
  static painted(paint: (text: string) => string, content: Printable | string): Printable {
    return new Printable(paint(text`${content}`.#text));
  }

  /** Lines as one text. */
  static lines(lines: readonly Printable[]): Printable {
    return new Printable(lines.map((line) => line.#text).join("\n"));
  }

  toString(): string {
    return this.#text;
  }
}

/**
 * The template for what is printed: literals stay as they are; a string among the values is
 * foreign, escaped, and cut where it is very long.
 */
export function text(literals: TemplateStringsArray, ...values: (Printable | string | number | bigint)[]): Printable {
  return Printable.of(literals, values);
}
