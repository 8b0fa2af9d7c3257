/** A run's summary for people. */
import Table from "cli-table3";
import pc from "picocolors";
import { isPlayed, type Count, type DisagreementPlace, type Place, type Summary } from "./summary.ts";

/** Failures and disagreements that are shown without `--verbose`. */
const SHOWN = 20;

/** The lines that the command prints. */
export function describeSummary(summary: Summary, { verbose }: { readonly verbose: boolean }): string {
  const parts = [
    fileTable(summary),
    kindTable(summary),
    outOfScope(summary, verbose),
    limited("Failed", summary.failures.map(failureLine), verbose),
    limited("Disagreements", summary.disagreements.map(disagreementLine), verbose),
    verdict(summary),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** A number with its thousands apart. */
export function grouped(value: number): string {
  return value.toLocaleString("en-US");
}

const STYLE = { head: [], border: [], compact: true };

const right = (value: string): { content: string; hAlign: "right" } => ({ content: value, hAlign: "right" });

const bad = (value: number): string => (value === 0 ? "0" : pc.red(pc.bold(grouped(value))));

const cells = ({ passed, failed, outOfScope }: Count) => [
  right(grouped(passed)),
  right(bad(failed)),
  right(grouped(outOfScope)),
];

/** A row a file; files in which nothing was left to decide share one row. */
function fileTable({ files, assertions, steps, proven, disagreements, seconds }: Summary): string {
  const table = new Table({
    head: ["file", "passed", "failed", "out of scope", "steps", "on chain", "disagree", "seconds"].map((name) =>
      pc.bold(name),
    ),
    style: STYLE,
  });
  const left = files.filter((file) => !isPlayed(file));
  for (const file of files) {
    if (left.includes(file)) continue;
    const counts = { ...file.assertions, failed: file.assertions.failed + file.modules.failed };
    table.push([
      file.file,
      ...cells(counts),
      ...[file.steps, file.proven].map((value) => right(grouped(value))),
      right(bad(file.disagreements)),
      right(file.seconds.toFixed(1)),
    ]);
  }
  const sum = (of: (count: Count) => number): string =>
    grouped(left.reduce((total, file) => total + of(file.assertions), 0));
  if (left.length > 0) {
    table.push([
      `${left.length} others`,
      right(sum((count) => count.passed)),
      right("0"),
      right(sum((count) => count.outOfScope)),
      ...["0", "0", "0", ""].map(right),
    ]);
  }
  table.push([
    pc.bold("all"),
    ...cells(assertions),
    ...[steps, proven].map((value) => right(grouped(value))),
    right(bad(disagreements.length)),
    right(seconds.toFixed(1)),
  ]);
  return table.toString();
}

function kindTable({ kinds, byAssembler }: Summary): string {
  const table = new Table({
    head: ["kind", "passed", "failed", "out of scope"].map((name) => pc.bold(name)),
    style: STYLE,
  });
  const rows = Object.entries(kinds).sort(([a], [b]) => a.localeCompare(b));
  for (const [kind, count] of rows) table.push([kind, ...cells(count)]);
  const note =
    byAssembler === 0
      ? ""
      : `\n${grouped(byAssembler)} of the malformed and invalid modules are text that the assembler refuses: they say nothing about this project.`;
  return table.toString() + note;
}

function outOfScope({ reasons, outOfScope: places }: Summary, verbose: boolean): string {
  const sorted = Object.entries(reasons).sort(([a], [b]) => a.localeCompare(b));
  if (sorted.length === 0) return "";
  const lines = sorted.map(([reason, { modules, assertions }]) => {
    const files = new Set(places.filter((place) => place.reason === reason).map(({ file }) => file));
    return `  ${reason}: ${grouped(assertions)} assertions, ${grouped(modules)} modules and actions, in ${files.size} files`;
  });
  const list = places.map(
    ({ file, line, kind, reason, detail }) => `  ${file}.wast:${line} ${kind}: ${reason}: ${detail}`,
  );
  const rest = verbose
    ? list
    : [pc.dim(`  --verbose or --json lists these ${grouped(list.length)} modules one by one`)];
  return [pc.bold("Out of scope"), ...lines, ...rest].join("\n");
}

function limited(title: string, lines: readonly string[], verbose: boolean): string {
  if (lines.length === 0) return "";
  const shown = verbose ? lines : lines.slice(0, SHOWN);
  const more = lines.length - shown.length;
  return [pc.bold(pc.red(title)), ...shown, ...(more > 0 ? [`  and ${grouped(more)} more (--verbose)`] : [])].join(
    "\n",
  );
}

const failureLine = ({ file, line, kind, detail }: Place): string => `  ${file}.wast:${line} ${kind}: ${detail}`;

function disagreementLine({ file, line, step, instruction, expected, answer }: DisagreementPlace): string {
  if (step === undefined) return `  ${file}.wast:${line}: ${answer}`;
  return `  ${file}.wast:${line} step ${step} (${instruction ?? "?"}): expected ${expected ?? "?"}, the chain says ${answer}`;
}

function verdict({ assertions, modules, proven, seconds, disagreements, passed }: Summary): string {
  const failures = assertions.failed + modules.failed;
  const head = `${grouped(assertions.passed)} assertions passed, ${grouped(failures)} failed, ${grouped(assertions.outOfScope)} out of scope`;
  const chain =
    proven === 0
      ? "nothing was executed on chain"
      : `${grouped(proven)} steps executed on chain (${grouped(Math.round(proven / seconds))} per second), ${disagreements.length} disagreements`;
  return (passed ? pc.green : pc.red)(`${head}; ${chain}`);
}
