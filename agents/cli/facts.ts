/** Facts in two columns, and values as JSON. */
import { type Printable, text } from "./printable.ts";

/** A name and what is told about it. */
export type Fact = readonly [name: string, value: Printable | string | number | bigint];

/** A line a fact, the values below each other. */
export function factLines(facts: readonly Fact[]): Printable[] {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => text`${name.padEnd(width)}  ${value}`);
}

/** A value with its large numbers as decimal strings, which JSON has no other way to write. */
export function jsonValue(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? part.toString() : part)));
}
