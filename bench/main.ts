/** `npm run bench`: see `--help`. Tables go to stdout, progress to stderr. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { ClangError } from "../examples/clang.ts";
import { useNode } from "../verifier/node/use-node.ts";
import { buildingMeasurement } from "./building.ts";
import { disputeMeasurement } from "./dispute.ts";
import { writeResult } from "./document.ts";
import { engineMeasurement } from "./engine.ts";
import { environment } from "./environment.ts";
import { followingMeasurement } from "./following.ts";
import { growthMeasurement } from "./growth.ts";
import { hashingMeasurement } from "./hashing.ts";
import { historyMeasurement } from "./history.ts";
import { liarsMeasurement } from "./liars.ts";
import { MOVE_LEVELS } from "../verifier/history/game-levels.ts";
import type { Measurement, Setting } from "./measurement.ts";
import { memoryMeasurement } from "./memory.ts";
import { soakMeasurement } from "./soak.ts";
import { terminalTable } from "./table.ts";
import { RECIPES } from "./workloads/list.ts";
import { BenchError } from "./workloads/workload.ts";

const MEASUREMENTS: readonly Measurement[] = [
  engineMeasurement,
  buildingMeasurement,
  hashingMeasurement,
  historyMeasurement,
  memoryMeasurement,
  growthMeasurement,
  disputeMeasurement,
  soakMeasurement,
  followingMeasurement,
  liarsMeasurement,
];

const COMMAND = "npm run -s bench --";

interface Options {
  readonly json?: string;
  readonly quick: boolean;
  readonly long: boolean;
  readonly writeDocs: boolean;
  readonly heights: readonly number[];
}

const NAMES = new Set([...MEASUREMENTS.map(({ name }) => name), ...RECIPES.keys()]);

function parseName(text: string, before: readonly string[] = []): string[] {
  if (!NAMES.has(text)) throw new InvalidArgumentError(`There are ${[...NAMES].join(", ")}.`);
  return [...before, text];
}

/** Heights that trees of a Tournament can have. */
function parseHeights(text: string): number[] {
  const heights = text.split(",").map(Number);
  if (heights.every((height) => Number.isInteger(height) && height > 0 && height % MOVE_LEVELS === 0)) return heights;
  throw new InvalidArgumentError(
    `Heights are positive multiples of ${MOVE_LEVELS} with commas between them, like 6,9.`,
  );
}

/** Milliseconds between two lines of progress where they are kept. */
const LOG_PERIOD = 5000;
let noted = 0;

/** Progress: a line that rewrites itself on a terminal, a line now and then elsewhere. */
function note(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${text}`);
  else if (text !== "" && performance.now() - noted > LOG_PERIOD) {
    noted = performance.now();
    process.stderr.write(`${text}\n`);
  }
}

async function main(names: readonly string[], options: Options, command: Command): Promise<void> {
  const { json, quick, long, writeDocs, heights } = options;
  if (writeDocs && quick) command.error("The figures of a quick run say nothing: leave out --quick or --write-docs.");
  const workloads = names.filter((name) => RECIPES.has(name));
  // Who names only workloads means the measurement that takes them.
  const chosen = workloads.length === names.length ? [...names, engineMeasurement.name] : names;
  const setting: Setting = { quick, long, workloads, heights, note };
  const place = environment(quick);
  const results: Record<string, unknown> = { environment: place };
  for (const { name, take } of MEASUREMENTS) {
    if (names.length > 0 && !chosen.includes(name)) continue;
    const outcome = await take(setting);
    note("");
    results[name] = outcome.result;
    for (const table of outcome.tables) console.log(terminalTable(table));
    if (writeDocs) {
      const flags: Record<string, readonly string[]> = {
        [engineMeasurement.name]: workloads,
        [historyMeasurement.name]: [...(long ? ["--long"] : []), "--heights", heights.join(",")],
        [disputeMeasurement.name]: long ? ["--long"] : [],
      };
      writeResult(name, outcome, place, [COMMAND, name, ...(flags[name] ?? [])].join(" "));
    }
  }
  // npm moves to the project's folder and leaves the caller's here.
  if (json !== undefined)
    writeFileSync(resolve(process.env["INIT_CWD"] ?? ".", json), JSON.stringify(results, null, 2));
}

useNode();
await new Command(COMMAND)
  .description("Measures the native engine, hashing and commitments on this computer.")
  .argument("[names...]", `measurements and workloads to take: ${[...NAMES].join(", ")}`, parseName)
  .option("--json <file>", "write the results to a file")
  .option("--write-docs", "write the results into docs/performance.md", false)
  .option("--quick", "little work and one turn: tells whether it works, not how fast it is", false)
  .option("--long", "also what takes many minutes", false)
  .option("--heights <list>", "heights of the commitments' trees, with commas", parseHeights, [6, 9])
  .addHelpText("after", `\n${MEASUREMENTS.map(({ name, summary }) => `${name}: ${summary}`).join("\n")}`)
  .action(async (names: readonly string[], options: Options, command: Command) => {
    try {
      await main(names, options, command);
    } catch (error) {
      if (!(error instanceof BenchError || error instanceof ClangError)) throw error;
      console.error(error.message);
      process.exitCode = 1;
    }
  })
  .parseAsync();
