/**
 * Runs a guest and tells how much memory that took: a process of its own, because a process never
 * forgets how much it once had. `memory.ts` starts it with an order in JSON and reads a
 * {@link ProcessReport}.
 */
import { readFileSync } from "node:fs";
import { engineExecutor } from "../verifier/engine/executor.ts";
import type { Executor } from "../verifier/state/executor.ts";
import { Trace } from "../verifier/history/trace.ts";
import { PAGE_BYTES, unpackSizes } from "../verifier/interpreter/core.ts";
import { useNode } from "../verifier/node/use-node.ts";
import { type State, stateRoot } from "../verifier/state/state.ts";
import { spend, spendAsync } from "./clock.ts";
import { pauses, type PauseSeconds } from "./pauses.ts";
import { databaseRecipe } from "./workloads/database.ts";
import { FILL_STEPS, scatterRecipe, STORE_STEPS } from "./workloads/generated.ts";
import { Workload } from "./workloads/workload.ts";

/** What the process is to do. */
export interface ProcessOrder {
  /** A guest that writes all of its memory, with its module in base64; or SQLite. */
  readonly guest: { readonly mebibytes: number; readonly module: string } | "sqlite";
  /** A plain run in V8, one with pauses, or a commitment to a history of several transactions. */
  readonly way: "v8" | "pauses" | "commitment";
}

/** What became of it; seconds by the clock on the wall, nothing for what was not done. */
export interface ProcessReport {
  /** The most memory that the process had, in bytes. */
  readonly peak: number;
  /** Bytes of the guest's memory in the end; not told of a run in V8. */
  readonly memory?: number;
  /** Up to the first pause. */
  readonly fill?: number;
  /** The first state and its root: everything has changed. */
  readonly firstRoot?: number;
  /** Of the pauses after that; {@link TOUCHED} stores lie between two. */
  readonly pauses?: PauseSeconds;
  /** Of the commitment, and how many roots are in it. */
  readonly commitment?: { readonly seconds: number; readonly roots: number };
}

/** Stores between two pauses, each to a page that the others hardly touch. */
export const TOUCHED = 64;

const PAUSES = 7;

/** Transactions of a commitment, told apart by their sizes: each of them writes something else. */
const STORES = [5, 6, 7] as const;
const STATEMENTS = [30_000, 30_001, 30_002] as const;

/** Height of the commitment's tree. */
const HEIGHT = 4;

/** More steps than any guest takes. */
const ALL = 2n ** 60n;

type Measured = Omit<ProcessReport, "peak">;

async function main({ guest, way }: ProcessOrder): Promise<ProcessReport> {
  const isDatabase = guest === "sqlite";
  const workload = new Workload(
    isDatabase
      ? await databaseRecipe()
      : scatterRecipe(guest.mebibytes, new Uint8Array(Buffer.from(guest.module, "base64"))),
  );
  const sizes = isDatabase ? STATEMENTS : STORES;
  const run = async (): Promise<Measured> => {
    if (way === "pauses" && !isDatabase) return pausing(workload, guest.mebibytes);
    if (way === "commitment") return committing(workload, sizes);
    workload.native(sizes[0])();
    return {};
  };
  const measured = await run();
  return { peak: peakBytes(), ...measured };
}

function pausing(workload: Workload, mebibytes: number): Measured {
  const filled = BigInt(mebibytes * FILL_STEPS);
  const stores = Math.ceil(Number(filled) / STORE_STEPS) + (PAUSES + 1) * TOUCHED;
  const execution = engineExecutor(workload.program).load(workload.start(stores));
  const fill = spend(() => execution.run(filled)).elapsed;
  const firstRoot = spend(() => stateRoot(execution.save())).elapsed;
  const stretches = pauses(execution, BigInt(TOUCHED * STORE_STEPS), PAUSES);
  return { memory: memoryOf(execution.save()), fill, firstRoot, pauses: stretches };
}

async function committing(workload: Workload, sizes: readonly number[]): Promise<Measured> {
  const executor = engineExecutor(workload.program);
  const { steps, memory } = wholeRun(executor, workload.start(...sizes));
  // Of the shortest history that has so many steps, as a power of two.
  const length = Math.ceil(Math.log2(Number(steps)));
  const trace = new Trace(workload.start(...sizes), [HEIGHT, length - HEIGHT], { executor });
  let roots = 0;
  const { elapsed } = await spendAsync(async () => (roots = (await trace.commitment(0, 0n)).distinct));
  return { memory, commitment: { seconds: elapsed, roots } };
}

function wholeRun(executor: Executor, start: State): { steps: bigint; memory: number } {
  const execution = executor.load(start);
  const steps = execution.run(ALL);
  return { steps, memory: memoryOf(execution.save()) };
}

/** Bytes of the guest's first memory. */
function memoryOf({ registers }: State): number {
  return PAGE_BYTES * (unpackSizes(registers.sizes)[0] ?? 0);
}

/**
 * The most memory that this process had. Linux counts into `resourceUsage` what the process that
 * started this one had, but keeps the figure of the program itself in another place.
 */
function peakBytes(): number {
  const status = process.platform === "linux" ? readFileSync("/proc/self/status", "utf8") : "";
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kibibytes) * 1024;
}

useNode();
console.log(JSON.stringify(await main(JSON.parse(process.argv[2] ?? "") as ProcessOrder)));
