/**
 * Runs a guest that touches all of its memory and tells how much memory that took: a process of its own, because a process never forgets
 * how much it once had. `memory.ts` starts it with an order in JSON and reads a {@link ProcessReport}.
 */
import { readFileSync } from "node:fs";
import { engineExecutor } from "../verifier/engine/executor.ts";
import { stateRoot } from "../verifier/state/state.ts";
import { spend } from "./clock.ts";
import { pauses, type PauseSeconds } from "./pauses.ts";
import { FILL_STEPS, scatterRecipe, STORE_STEPS } from "./workloads/generated.ts";
import { Workload } from "./workloads/workload.ts";

/** What the process is to do. */
export interface ProcessOrder {
  readonly way: "v8" | "engine";
  readonly mebibytes: number;
  /** The module in base64. */
  readonly module: string;
}

/** What became of it; seconds of processor time. */
export interface ProcessReport {
  /** The most memory that the process had, in bytes. */
  readonly peak: number;
  /** Up to the first pause; in V8 all of the run. */
  readonly fill: number;
  /** The first state and its root: everything has changed. */
  readonly firstRoot: number;
  /** Of the pauses behind that; {@link TOUCHED} stores lie between two. */
  readonly pauses: PauseSeconds | undefined;
}

/** Stores between two pauses, each to a page that the others hardly touch. */
export const TOUCHED = 64;

const PAUSES = 7;

function run({ way, mebibytes, module }: ProcessOrder): Omit<ProcessReport, "peak"> {
  const workload = new Workload(scatterRecipe(mebibytes, new Uint8Array(Buffer.from(module, "base64"))));
  const stretch = BigInt(TOUCHED * STORE_STEPS);
  const filled = BigInt(mebibytes * FILL_STEPS);
  const stores = Math.ceil(Number(filled) / STORE_STEPS) + (PAUSES + 1) * TOUCHED;
  if (way === "v8") return { fill: spend(workload.native(stores)).processor, firstRoot: 0, pauses: undefined };
  const execution = engineExecutor(workload.program).load(workload.start(stores));
  const fill = spend(() => execution.run(filled)).processor;
  const firstRoot = spend(() => stateRoot(execution.save())).processor;
  return { fill, firstRoot, pauses: pauses(execution, stretch, PAUSES) };
}

/**
 * The most memory that this process had. Linux counts into `resourceUsage` what the process that started this one had, but keeps the
 * figure of the program itself in another place.
 */
function peakBytes(): number {
  const status = process.platform === "linux" ? readFileSync("/proc/self/status", "utf8") : "";
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kibibytes) * 1024;
}

const result = run(JSON.parse(process.argv[2] ?? "") as ProcessOrder);
const report: ProcessReport = { peak: peakBytes(), ...result };
console.log(JSON.stringify(report));
