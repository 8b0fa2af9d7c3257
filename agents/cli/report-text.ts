/** The report of a dispute, for people. */
import Table from "cli-table3";
import pc from "picocolors";
import { formatEther } from "viem";
import type { DisputedStep, DisputedTransaction } from "../report/disputed-step.ts";
import { type Report, reportJson } from "../report/report.ts";
import type { Times } from "../report/stopwatch.ts";
import { escaped } from "../../verifier/printable.ts";
import { stdout } from "./channels.ts";
import type { LimitedMemory } from "../../verifier/program/memory-limits.ts";
import { ExitCode } from "./failure.ts";
import { tellRefusedGrowth } from "./memory-limit.ts";
import { grouped } from "./narrator.ts";
import { Printable, text } from "./printable.ts";

/**
 * Prints a report on stdout, for people or as JSON, and gives the exit code that it amounts to.
 * @param refused - memories that a limit of the program has kept from growing
 */
export function conclude(report: Report, json: boolean, refused: readonly LimitedMemory[]): number {
  const growth = refused.length === 0 ? {} : { refusedGrowth: refused };
  if (json) stdout.json({ ...reportJson(report), ...growth });
  else {
    printReport(report);
    tellRefusedGrowth(refused);
  }
  return report.verdict === "liar lost" ? ExitCode.success : ExitCode.wrongVerdict;
}

function printReport(report: Report): void {
  const { verdict, disputed, gas } = report;
  const headline =
    verdict === "liar lost"
      ? Printable.painted(pc.green, "The liar lost.")
      : Printable.painted(pc.red, `Verdict: ${verdict}.`);
  stdout.line(text`\n${Printable.painted(pc.bold, "Report")}\n  ${headline}`);
  if (disputed === undefined) stdout.line(text`  step        none of ${grouped(report.steps)}: time decided`);
  else printStep(disputed, report.steps);
  stdout.line(
    text`  moves       ${report.moves}, ${grouped(gas.move)} gas each; the executed step ${grouped(gas.step)} gas; the dispute ${grouped(gas.total)} gas`,
  );
  if (report.times !== undefined) printTimes(report.times);
  stdout.line(text`\n${gasTable(report)}\n\n${depositTable(report)}`);
}

function printStep(disputed: DisputedStep, steps: bigint): void {
  stdout.line(text`  step        ${grouped(disputed.step)} of ${grouped(steps)}`);
  stdout.line(
    text`  instruction ${Printable.painted(pc.bold, disputed.instruction)} in ${Printable.painted(pc.bold, disputed.function)} at byte ${disputed.offset} of module ${disputed.module}`,
  );
  stdout.line(text`  machine     ${disputed.word}`);
  for (const { place, honest, liar } of disputed.results) {
    stdout.line(
      text`  ${place}\n    executed  ${Printable.painted(pc.green, honest)}\n    claimed   ${Printable.painted(pc.red, liar)}`,
    );
  }
  if (disputed.transaction !== undefined) printTransaction(disputed.transaction);
}

function printTimes({ phases, replay, slowest }: Times): void {
  stdout.line(text`  time`);
  for (const { name, seconds } of phases) stdout.line(text`    ${seconds.toFixed(2).padStart(9)} s  ${name}`);
  if (slowest === undefined) return;
  const { player, sent, seconds } = slowest;
  const share = `${(seconds / replay).toFixed(2)} times one replay of ${replay.toFixed(2)} s`;
  stdout.line(text`    ${seconds.toFixed(2).padStart(9)} s  slowest answer: ${player}'s ${sent}, ${share}`);
}

/** Columns that a text of the report may take. */
const WIDTH = 110;

/** Lines of a transaction that are shown. */
const LINES = 12;

function printTransaction({ number, payload, honest, liar }: DisputedTransaction): void {
  stdout.line(text`  transaction ${grouped(number)}`);
  const lines = payload.split("\n");
  for (const line of lines.slice(0, LINES)) stdout.line(Printable.painted(pc.dim, text`    | ${cut(line, 0)}`));
  if (lines.length > LINES) stdout.line(Printable.painted(pc.dim, text`    … ${lines.length - LINES} more lines`));
  const [truth, lie] = [honest, liar].map(told);
  if (truth === undefined || lie === undefined || truth === lie) return;
  const start = Math.max(0, firstDifference(truth, lie) - WIDTH / 2);
  stdout.line(
    text`    executed  ${Printable.painted(pc.green, cut(truth, start))}\n    claimed   ${Printable.painted(pc.red, cut(lie, start))}`,
  );
}

/** How a transaction ended, in one line. */
function told({ status, trap, output }: DisputedTransaction["honest"]): string {
  return status === "returned" ? output.replaceAll("\n", " ") : (trap ?? status);
}

/** A line from a column on, with an ellipsis wherever something is left out. */
function cut(line: string, start: number): string {
  const end = start + WIDTH;
  return `${start > 0 ? "…" : ""}${line.slice(start, end)}${line.length > end ? "…" : ""}`;
}

function firstDifference(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}

function gasTable({ gasByKind }: Report): Printable {
  const table = new Table({
    head: ["transaction", "count", "gas, least", "greatest", "together", "calldata"],
    style: plain,
  });
  for (const { label, count, least, greatest, total, calldataBytes } of gasByKind) {
    table.push([
      escaped(label),
      ...[count, least, greatest, total, calldataBytes].map((value) => ({
        content: grouped(value),
        hAlign: "right" as const,
      })),
    ]);
  }
  return printed(table);
}

function depositTable({ deposits }: Report): Printable {
  const table = new Table({ head: ["who", "what", "before, ETH", "after, ETH", ""], style: plain });
  for (const { name, role, before, after, note } of deposits) {
    table.push([name, role, formatEther(before), formatEther(after), note].map(escaped));
  }
  return printed(table);
}

/** A table, whose cells are escaped already: its lines have nothing else in them. */
function printed(table: Table.Table): Printable {
  return Printable.lines(
    table
      .toString()
      .split("\n")
      .map((line) => Printable.whole(line)),
  );
}

const plain = { head: [], border: [], compact: true };
