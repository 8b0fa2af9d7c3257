/** The report of a dispute, for people. */
import Table from "cli-table3";
import pc from "picocolors";
import { formatEther } from "viem";
import { type Report, reportJson } from "../scenario/report.ts";
import { Exit } from "./failure.ts";
import { grouped } from "./narrator.ts";

/** Prints a report on stdout, for people or as JSON, and gives the exit code that it amounts to. */
export function conclude(report: Report, json: boolean): number {
  if (json) console.log(JSON.stringify(reportJson(report)));
  else printReport(report);
  return report.verdict === "liar lost" ? Exit.success : Exit.wrongVerdict;
}

function printReport(report: Report): void {
  const { verdict, disputed, gas } = report;
  const headline = verdict === "liar lost" ? pc.green("The liar lost.") : pc.red(`Verdict: ${verdict}.`);
  console.log(`\n${pc.bold("Report")}\n  ${headline}`);
  console.log(`  step        ${grouped(disputed.step)} of ${grouped(report.steps)}`);
  console.log(
    `  instruction ${pc.bold(disputed.instruction)} in ${pc.bold(disputed.function)} at byte ${disputed.offset} of module ${disputed.module}`,
  );
  console.log(`  machine     ${disputed.word}`);
  for (const { place, honest, liar } of disputed.results) {
    console.log(`  ${place}\n    executed  ${pc.green(honest)}\n    claimed   ${pc.red(liar)}`);
  }
  console.log(
    `  moves       ${report.moves}, ${grouped(gas.move)} gas each; the executed step ${grouped(gas.step)} gas; the dispute ${grouped(gas.total)} gas`,
  );
  console.log(`\n${gasTable(report)}\n\n${depositTable(report)}`);
}

function gasTable({ gasByKind }: Report): string {
  const table = new Table({
    head: ["transaction", "count", "gas, least", "greatest", "together", "calldata"],
    style: plain,
  });
  for (const { label, count, least, greatest, total, calldataBytes } of gasByKind) {
    table.push([
      label,
      ...[count, least, greatest, total, calldataBytes].map((value) => ({
        content: grouped(value),
        hAlign: "right" as const,
      })),
    ]);
  }
  return table.toString();
}

function depositTable({ deposits }: Report): string {
  const table = new Table({ head: ["who", "what", "before, ETH", "after, ETH", ""], style: plain });
  for (const { name, role, before, after, note } of deposits) {
    table.push([name, role, formatEther(before), formatEther(after), note]);
  }
  return table.toString();
}

const plain = { head: [], border: [], compact: true };
