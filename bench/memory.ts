/** How much memory, and how long for a root, guests with memories of many sizes take. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parse } from "@bytecodealliance/jco";
import type { ProcessOrder, ProcessReport } from "./memory-process.ts";
import { measurement, type Plot, type Rows, type Setting } from "./measurement.ts";
import { linesPlot, type Series } from "./plot.ts";
import { fixed } from "./table.ts";
import { scatterText } from "./workloads/generated.ts";

const PROCESS = fileURLToPath(new URL("memory-process.ts", import.meta.url));

const MEBIBYTES = [16, 64, 256, 1024] as const;
const QUICK_MEBIBYTES = [16] as const;

/** Bytes that a process may take beside three times the guest's memory. */
const BESIDE = 300e6;

/** As commands have it (`verifier/node/large-stack.ts`). */
const FLAGS = ["--max-semi-space-size=8"] as const;

type Report = ProcessReport | { readonly failure: string };

/** What a guest took, a process for each way. What failed says why. */
export interface MemoryResult {
  /** MiB of memory; SQLite takes what it needs. */
  readonly guest: number | "sqlite";
  readonly v8: Report;
  /** A run with pauses; undefined for SQLite. */
  readonly pauses: Report | undefined;
  /** A commitment to several transactions. */
  readonly commitment: Report;
}

async function measure({ quick, note }: Setting): Promise<MemoryResult[]> {
  const results: MemoryResult[] = [];
  for (const mebibytes of quick ? QUICK_MEBIBYTES : MEBIBYTES) {
    note(`memory: ${mebibytes} MiB`);
    const guest = { mebibytes, module: Buffer.from(await parse(scatterText(mebibytes))).toString("base64") };
    results.push({
      guest: mebibytes,
      v8: await inProcess({ guest, way: "v8" }),
      pauses: await inProcess({ guest, way: "pauses" }),
      commitment: await inProcess({ guest, way: "commitment" }),
    });
  }
  if (quick) return results;
  note("memory: SQLite");
  const guest = "sqlite";
  const v8 = await inProcess({ guest, way: "v8" });
  results.push({ guest, v8, pauses: undefined, commitment: await inProcess({ guest, way: "commitment" }) });
  return results;
}

async function inProcess(order: ProcessOrder): Promise<Report> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [...FLAGS, PROCESS, JSON.stringify(order)]);
    return JSON.parse(stdout) as ProcessReport;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    const line = /^\w*Error.*$/m.exec(stderr)?.[0] ?? message.split("\n")[0];
    return { failure: line ?? "unknown" };
  }
}

const mebibytesOf = (bytes: number): number => bytes / 2 ** 20;

/** Bytes that a process may take. */
const boundOf = (memory: number): number => 3 * memory + BESIDE;

function peakOf(report: Report): string {
  return "failure" in report ? report.failure : fixed(mebibytesOf(report.peak), 0);
}

function tables(results: readonly MemoryResult[]): Rows[] {
  const peaks = results.map(({ guest, v8, pauses, commitment }) => {
    const memory = "failure" in commitment ? undefined : commitment.memory;
    return [
      guest === "sqlite" ? "SQLite" : "writes all of it",
      memory === undefined ? "" : fixed(mebibytesOf(memory), 0),
      peakOf(v8),
      pauses === undefined ? "" : peakOf(pauses),
      peakOf(commitment),
      memory === undefined ? "" : fixed(mebibytesOf(boundOf(memory)), 0),
      "failure" in commitment ? "" : fixed(commitment.commitment?.seconds ?? 0),
    ];
  });
  const times = results.flatMap(({ guest, pauses: report }) => {
    if (report === undefined || "failure" in report) return [];
    const { fill, firstRoot, pauses } = report;
    const seconds = [fill, firstRoot, pauses?.stretch, pauses?.root].map((time) => fixed(1000 * (time ?? 0), 1));
    return [[`${guest}`, ...seconds]];
  });
  return [
    {
      title: "Peak memory of a process, MiB",
      head: [
        "guest",
        "its memory",
        "plain V8",
        "run with pauses",
        "commitment",
        "3 × memory + 300 MB",
        "commitment takes, s",
      ],
      rows: peaks,
    },
    {
      title: "Times of a guest that writes all of its memory",
      head: ["guest, MiB", "filling, ms", "first root, ms", "64 stores, ms", "root after them, ms"],
      rows: times,
    },
  ];
}

function plots(results: readonly MemoryResult[]): Plot[] {
  const seriesOf = (
    name: string,
    reportOf: (result: MemoryResult) => Report | undefined,
    y: (report: ProcessReport) => number,
  ): Series => ({
    name,
    points: results.flatMap((result): Series["points"] => {
      const report = reportOf(result);
      const isNone = report === undefined || "failure" in report || result.guest === "sqlite";
      return isNone ? [] : [[result.guest, y(report)]];
    }),
  });
  const pausing = ({ pauses }: MemoryResult): Report | undefined => pauses;
  const committing = ({ commitment }: MemoryResult): Report => commitment;
  const [peaks, roots] = ["Peak memory of a process, by its guest's memory", "Time of a root, by the guest's memory"];
  const peak = [
    seriesOf("3 × guest + 300 MB", committing, ({ memory }) => mebibytesOf(boundOf(memory ?? 0))),
    seriesOf("commitment to transactions", committing, (report) => mebibytesOf(report.peak)),
    seriesOf("run with pauses", pausing, (report) => mebibytesOf(report.peak)),
  ];
  const root = [
    seriesOf("everything has changed", pausing, ({ firstRoot }) => 1000 * (firstRoot ?? 0)),
    seriesOf("64 stores since the last one", pausing, ({ pauses }) => 1000 * (pauses?.root ?? 0)),
  ];
  return [
    { name: "memory", title: peaks, svg: linesPlot({ title: peaks, x: "MiB", y: "MiB", series: peak }) },
    { name: "roots", title: roots, svg: linesPlot({ title: roots, x: "MiB", y: "ms", series: root }) },
  ];
}

/** Peak memory. */
export const memoryMeasurement = measurement(
  "memory",
  "peak memory, and the time of a root, for guests of 16 MiB to 1 GiB and for SQLite, each in processes of their own",
  measure,
  { tables, plots },
);
