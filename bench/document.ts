/** Writes results into docs/performance.md, each between two markers, and their plots beside it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "./environment.ts";
import type { Outcome } from "./measurement.ts";
import { markdownTable } from "./table.ts";
import { BenchError } from "./workloads/workload.ts";

const DOCS = join(import.meta.dirname, "../docs");
const DOCUMENT = join(DOCS, "performance.md");
const PLOTS = "plots";

/**
 * Replaces the part of a measurement.
 * @param command - what gives these figures
 * @throws BenchError if the document has no place for it
 */
export function writeResult(name: string, { tables, plots }: Outcome, environment: Environment, command: string): void {
  mkdirSync(join(DOCS, PLOTS), { recursive: true });
  for (const plot of plots) writeFileSync(join(DOCS, PLOTS, `${plot.name}.svg`), plot.svg);
  const { processor, cores, memory, node, v8, platform, date } = environment;
  const parts = [
    `\`${command}\` on ${date}: ${processor}, ${cores} cores, ${memory} GiB, Node ${node} (V8 ${v8}), ${platform}.`,
    ...tables.map(markdownTable),
    ...plots.map((plot) => `![${plot.title}](${PLOTS}/${plot.name}.svg)`),
  ];
  writeFileSync(DOCUMENT, withPart(readFileSync(DOCUMENT, "utf8"), name, parts.join("\n\n")));
}

/**
 * A document with another text between the markers of a part.
 * @throws BenchError if it has no such markers
 */
export function withPart(document: string, name: string, content: string): string {
  const [begin, end] = [`<!-- bench ${name} -->`, `<!-- end ${name} -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new BenchError(`docs/performance.md has no lines "${begin}" and "${end}"`);
  return `${document.slice(0, from + begin.length)}\n\n${content}\n\n${document.slice(to)}`;
}
