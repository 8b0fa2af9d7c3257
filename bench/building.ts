/** How long it takes from a module's bytes to a program and its root. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { BuildReport } from "./building-process.ts";
import { median } from "./clock.ts";
import { measurement, type Rows, type Setting } from "./measurement.ts";
import { fixed } from "./table.ts";

const PROCESS = fileURLToPath(new URL("building-process.ts", import.meta.url));

/** Modules of packages that come with the project: Rust, Rust and C++ with names, smallest first. */
const MODULES = [
  ["@dprint/json", "plugin.wasm"],
  ["@bytecodealliance/jco-transpile", "vendor/js-component-bindgen-component.core.wasm"],
  ["@bytecodealliance/componentize-js", "lib/starlingmonkey_embedding.debug.wasm"],
] as const;

const TURNS = 5;

/** What building one module takes. */
export interface BuildingResult {
  readonly module: string;
  /** The turn in the middle by processor time. */
  readonly report: BuildReport;
}

async function measure({ quick, note }: Setting): Promise<BuildingResult[]> {
  const results: BuildingResult[] = [];
  for (const [name, file] of quick ? MODULES.slice(0, 1) : MODULES) {
    const reports: BuildReport[] = [];
    for (let turn = 0; turn < (quick ? 1 : TURNS); turn++) {
      note(`building: ${name}, turn ${turn}`);
      const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, name, file]);
      reports.push(JSON.parse(stdout) as BuildReport);
    }
    const middle = median(reports.map(({ processor }) => processor));
    results.push({ module: name, report: reports.find(({ processor }) => processor === middle)! });
  }
  return results;
}

function tables(results: readonly BuildingResult[]): Rows[] {
  return [
    {
      title: "Building a program, seconds of processor time",
      head: ["module", "MB", "M words", "decoding and linking", "bodies", "hashing", "in all", "elapsed", "peak, MiB"],
      rows: results.map(({ module, report: { bytes, words, linked, lowered, processor, elapsed, peak } }) => [
        module,
        fixed(bytes / 1e6, 1),
        fixed(words / 1e6),
        fixed(linked),
        fixed(lowered - linked),
        fixed(processor - lowered),
        fixed(processor),
        fixed(elapsed),
        Math.round(peak / 2 ** 20).toLocaleString("en"),
      ]),
    },
  ];
}

/** Building programs. */
export const buildingMeasurement = measurement("building", "how long programs take to build", measure, { tables });
