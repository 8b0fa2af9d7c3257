/**
 * Text from outside (names in a module, texts of transactions, files, the chain), fit to be shown
 * in a line of ours.
 */

/**
 * What could forge a line, hide or reorder text, or command a terminal: control characters (C0,
 * DEL, C1), line and paragraph separators, formatting characters (bidirectional overrides, Unicode
 * TR36; joiners, tags), characters that are not drawn, private ones, and halves of surrogate pairs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * The same text in one line, with whatever is unprintable as `\n`, `\r`, `\t` or `\u{1b}`. Other
 * text stays as it is.
 */
export function escaped(text: string): string {
  return text.replaceAll(UNPRINTABLE, (one) => SHORT[one] ?? `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`);
}

/**
 * Text of JSON with the unprintable as `\u001b`: it parses to the same value, and commands no
 * terminal.
 */
export function escapedJson(json: string): string {
  const unit = (code: number): string => `\\u${code.toString(16).padStart(4, "0")}`;
  return json.replaceAll(UNPRINTABLE, (one) =>
    Array.from({ length: one.length }, (_, i) => unit(one.charCodeAt(i))).join(""),
  );
}

/**
 * The beginning of a text, at most `length` UTF-16 units and no half of a pair at the end, with `…`
 * where something is left out.
 */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = text.slice(0, length);
  return `${/[\ud800-\udbff]$/.test(end) ? end.slice(0, -1) : end}…`;
}

/** A name from a module, for a message: escaped, its first 100 units. */
export function printableName(name: string): string {
  return escaped(shortened(name, 100));
}
