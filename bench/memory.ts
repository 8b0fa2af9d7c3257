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

/** A size of memory. What failed says why. */
export interface MemoryResult {
  readonly mebibytes: number;
  readonly v8: ProcessReport | { readonly failure: string };
  readonly engine: ProcessReport | { readonly failure: string };
}

async function measure({ quick, note }: Setting): Promise<MemoryResult[]> {
  const results: MemoryResult[] = [];
  for (const mebibytes of quick ? QUICK_MEBIBYTES : MEBIBYTES) {
    note(`memory: ${mebibytes} MiB`);
    const module = Buffer.from(await parse(scatterText(mebibytes))).toString("base64");
    const v8 = await inProcess({ way: "v8", mebibytes, module });
    results.push({ mebibytes, v8, engine: await inProcess({ way: "engine", mebibytes, module }) });
  }
  return results;
}

async function inProcess(order: ProcessOrder): Promise<MemoryResult["engine"]> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, JSON.stringify(order)]);
    return JSON.parse(stdout) as ProcessReport;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    const line = /^\w*Error.*$/m.exec(stderr)?.[0] ?? message.split("\n")[0];
    return { failure: line ?? "unknown" };
  }
}

function tables(results: readonly MemoryResult[]): Rows[] {
  const rows = results.map(({ mebibytes, v8, engine }) => {
    const plain = "failure" in v8 ? v8.failure : fixed(v8.peak / 2 ** 20, 0);
    if ("failure" in engine) return [`${mebibytes}`, plain, engine.failure, "", "", "", ""];
    const { peak, fill, firstRoot, pauses } = engine;
    const times = [fill, firstRoot, pauses?.stretch ?? 0, pauses?.root ?? 0].map((time) => fixed(1000 * time, 1));
    return [`${mebibytes}`, plain, fixed(peak / 2 ** 20, 0), fixed(peak / 2 ** 20 / mebibytes), ...times];
  });
  const head = [
    "guest, MiB",
    "V8 peak, MiB",
    "engine peak, MiB",
    "÷ guest",
    "filling, ms",
    "first root, ms",
    "64 stores, ms",
    "root behind them, ms",
  ];
  return [{ title: "Guests that touch all of their memory", head, rows }];
}

function plots(results: readonly MemoryResult[]): Plot[] {
  const seriesOf = (name: string, y: (report: ProcessReport) => number): Series => ({
    name,
    points: results.flatMap(({ mebibytes, engine }): Series["points"] =>
      "failure" in engine ? [] : [[mebibytes, y(engine)]],
    ),
  });
  const [peaks, roots] = ["Peak memory of a process, by its guest's memory", "Time of a root, by the guest's memory"];
  const peak = [
    seriesOf("native engine", (report) => report.peak / 2 ** 20),
    {
      name: "3 × guest + 300 MB",
      points: results.map(({ mebibytes }) => [mebibytes, 3 * mebibytes + 300 / 1.048576] as const),
    },
  ];
  const root = [
    seriesOf("everything has changed", ({ firstRoot }) => 1000 * firstRoot),
    seriesOf("64 stores since the last one", ({ pauses }) => 1000 * (pauses?.root ?? 0)),
  ];
  return [
    { name: "memory", title: peaks, svg: linesPlot({ title: peaks, x: "MiB", y: "MiB", series: peak }) },
    { name: "roots", title: roots, svg: linesPlot({ title: roots, x: "MiB", y: "ms", series: root }) },
  ];
}

/** Peak memory. */
export const memoryMeasurement = measurement(
  "memory",
  "peak memory, and the time of a root, for guests of 16 MiB to 1 GiB, each in a process of its own",
  measure,
  { tables, plots },
);
