/** Tables, for terminals and for Markdown. */
import Table from "cli-table3";
import type { Rows } from "./measurement.ts";

/** A number with so many digits after its point. */
export function fixed(value: number, digits = 2): string {
  return value.toFixed(digits);
}

/** A table for a terminal. */
export function terminalTable({ title, head, rows }: Rows): string {
  const table = new Table({ head: [...head], style: { head: [], border: [] } });
  for (const row of rows) table.push([...row]);
  return `${title}\n${table.toString()}`;
}

/**
 * A table in Markdown, with its title in bold above. Columns of numbers are aligned to the right.
 */
export function markdownTable({ title, head, rows }: Rows): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, column) => (rows.every((row) => isNumber(row[column] ?? "")) ? "--:" : "---"));
  return [`**${title}**`, "", line(head), line(rule), ...rows.map(line)].join("\n");
}

function isNumber(cell: string): boolean {
  return /^[\d.,–]*( [a-zA-ZµGM/]+)?$/.test(cell);
}
