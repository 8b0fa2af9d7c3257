/** `npm run bench`: see `--help`. Tables go to stdout, progress to stderr. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { ClangError } from "../test/programs/clang.ts";
import { engineMeasurement } from "./engine.ts";
import { environment } from "./environment.ts";
import type { Measurement, Setting } from "./measurement.ts";
import { terminalTable } from "./table.ts";
import { RECIPES } from "./workloads/list.ts";
import { BenchError } from "./workloads/workload.ts";

const MEASUREMENTS: readonly Measurement<never>[] = [engineMeasurement] as unknown as readonly Measurement<never>[];

interface Options {
  readonly json?: string;
  readonly quick: boolean;
  readonly long: boolean;
  readonly heights: readonly number[];
}

const NAMES = new Set([...MEASUREMENTS.map(({ name }) => name), ...RECIPES.keys()]);

function parseName(text: string, before: readonly string[] = []): string[] {
  if (!NAMES.has(text)) throw new InvalidArgumentError(`There are ${[...NAMES].join(", ")}.`);
  return [...before, text];
}

function parseHeights(text: string): number[] {
  const heights = text.split(",").map(Number);
  if (heights.every((height) => Number.isInteger(height) && height > 0)) return heights;
  throw new InvalidArgumentError("Heights are positive integers with commas between them, like 18,15.");
}

/** Progress: a line that rewrites itself on a terminal. */
function note(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\u001b[2K${text}` : `${text}\n`);
}

async function main(names: readonly string[], { json, quick, long, heights }: Options): Promise<void> {
  const workloads = names.filter((name) => RECIPES.has(name));
  // Who names only workloads means the measurement that takes them.
  const named = new Set(names.length > 0 && workloads.length === names.length ? [engineMeasurement.name] : names);
  const setting: Setting = { quick, long, workloads, heights, note };
  const results: Record<string, unknown> = { environment: environment(quick) };
  for (const measurement of MEASUREMENTS) {
    if (names.length > 0 && !named.has(measurement.name)) continue;
    const result = await measurement.measure(setting);
    results[measurement.name] = result;
    if (process.stderr.isTTY) note("");
    for (const table of measurement.tables(result)) console.log(terminalTable(table));
  }
  if (json !== undefined)
    writeFileSync(resolve(process.env["INIT_CWD"] ?? ".", json), JSON.stringify(results, null, 2));
}

await new Command("npm run -s bench --")
  .description("Measures the native engine, hashing and commitments on this computer.")
  .argument("[names...]", `measurements and workloads to take: ${[...NAMES].join(", ")}`, parseName)
  .option("--json <file>", "write the results to a file")
  .option("--quick", "little work and one turn: tells whether it works", false)
  .option("--long", "also what takes many minutes", false)
  .option("--heights <list>", "heights of the commitments by level, with commas", parseHeights, [18, 15])
  .addHelpText("after", `\n${MEASUREMENTS.map(({ name, summary }) => `${name}: ${summary}`).join("\n")}`)
  .action(async (names: readonly string[], options: Options) => {
    try {
      await main(names, options);
    } catch (error) {
      if (!(error instanceof BenchError || error instanceof ClangError)) throw error;
      console.error(error.message);
      process.exitCode = 1;
    }
  })
  .parseAsync();
