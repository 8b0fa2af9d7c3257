/** The native engine beside V8 and the interpreter: how many times as long as V8's compiled code of the same modules each takes. */
import { engineExecutor, type EngineExecutor } from "../verifier/engine/executor.ts";
import { interpreterExecutor } from "../verifier/interpreter/execute.ts";
import { Interpreter } from "../verifier/interpreter/interpreter.ts";
import { type State, stateRoot } from "../verifier/state/state.ts";
import { byTurns, geometricMean, median, timed } from "./clock.ts";
import { measurement, type Plot, type Rows, type Setting } from "./measurement.ts";
import { barsPlot } from "./plot.ts";
import { fixed } from "./table.ts";
import { RECIPES } from "./workloads/list.ts";
import { type Way, waysOf } from "./ways.ts";
import { BenchError, FUEL, type Group, Workload } from "./workloads/workload.ts";

/** Turns of which the median counts. */
const TURNS = 5;

/** Steps of the interpreter, from the middle of the run on: its time is extrapolated from them. */
const INTERPRETED = 50_000_000;

/** How many times less work there is in a quick run. */
const QUICK = 8;

/** Steps after which states are compared, where the rest is one more stretch. */
const COMPARED = [1_000_001n, 2_718_281n] as const;

/** Seconds that each way takes; medians. The interpreter's are extrapolated. */
export type Seconds = Readonly<Record<Way | "interpreter", number>>;

/** What became of a workload. */
export interface EngineResult {
  readonly name: string;
  readonly group: Group;
  readonly computes: string;
  readonly size: number;
  readonly steps: number;
  readonly seconds: Seconds;
  /** Of all turns that counted. */
  readonly turns: Readonly<Record<Way, readonly number[]>>;
  /** Functions that the engine leaves to the interpreter, instructions that it pauses at, and states that it refused. */
  readonly interpreted: number;
  readonly escapes: number;
  readonly refusals: number;
}

async function measure({ quick, workloads, note }: Setting): Promise<EngineResult[]> {
  const results: EngineResult[] = [];
  for (const [name, make] of RECIPES) {
    if (workloads.length > 0 && !workloads.includes(name)) continue;
    note(`engine: ${name}, building`);
    const recipe = await make(() => note(`engine: ${name}, compiling (one to two minutes)`));
    results.push(measureOne(new Workload(recipe), quick, (phase) => note(`engine: ${name}, ${phase}`)));
  }
  return results;
}

function measureOne(workload: Workload, quick: boolean, note: (phase: string) => void): EngineResult {
  const { name, group, computes, sizes } = workload.recipe;
  const engine = engineExecutor(workload.program);
  note("states compared with the interpreter's");
  requireExact(workload, engine);
  const size = quick ? Math.max(sizes.small, Math.floor(sizes.full / QUICK)) : sizes.full;
  const { ways, work } = waysOf(workload, engine, size);
  const turns = byTurns(ways, quick ? 1 : TURNS, (turn) => note(turn === 0 ? "warming up" : `turn ${turn}`));
  note("interpreter");
  const interpreter = interpreterSeconds(engine, workload.start(size), work.steps);
  const { report } = engine;
  const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((a, b) => a + b, 0);
  return {
    name,
    group,
    computes,
    size,
    steps: Number(work.steps),
    seconds: {
      v8: median(turns.v8),
      engine: median(turns.engine),
      paused: median(turns.paused),
      rooted: median(turns.rooted),
      interpreter,
    },
    turns,
    interpreted: engine.interpreted.length,
    escapes: sum(report.escapes),
    refusals: sum(report.refusals),
  };
}

/** @throws BenchError if a state of a short run is not the interpreter's */
function requireExact(workload: Workload, engine: EngineExecutor): void {
  const { name, sizes } = workload.recipe;
  const answer = workload.native(sizes.small)();
  const start = workload.start(sizes.small);
  const [one, other] = [engine.load(start), interpreterExecutor.load(start)];
  let done = 0n;
  for (const stretch of [...COMPARED, FUEL]) {
    const [taken, wanted] = [one.run(stretch), other.run(stretch)];
    done += wanted;
    const [state, reference] = [one.save(), other.save()];
    if (taken !== wanted || Buffer.compare(stateRoot(state), stateRoot(reference)) !== 0) {
      throw new BenchError(`the engine's state of ${name} after ${done} steps is not the interpreter's`);
    }
  }
  const result = workload.result(one.save());
  if (result !== answer) throw new BenchError(`${name} gives ${result} on the machine, ${answer} in V8`);
}

function interpreterSeconds(engine: EngineExecutor, start: State, steps: bigint): number {
  const execution = engine.load(start);
  execution.run(steps / 2n);
  const interpreter = Interpreter.load(execution.save());
  let taken = 0;
  const seconds = timed(() => (taken = interpreter.run(INTERPRETED)));
  return (seconds * Number(steps)) / taken;
}

/** How many times as long as V8 a way takes. */
export function ratio({ seconds }: EngineResult, way: Exclude<keyof Seconds, "v8">): number {
  return seconds[way] / seconds.v8;
}

/** What is compared with V8, in the order of the columns. */
const COMPARED_WAYS = ["engine", "paused", "rooted", "interpreter"] as const;

/** Those that a plot on one scale can show. */
const PLOTTED_WAYS = ["engine", "paused", "rooted"] as const;

function tables(results: readonly EngineResult[]): Rows[] {
  const rows = results.map((result) => [
    result.name,
    result.computes,
    fixed(result.steps / 1e9),
    fixed(result.seconds.v8 * 1000, 0),
    fixed(result.steps / result.seconds.engine / 1e9),
    ...COMPARED_WAYS.map((way) => fixed(ratio(result, way), way === "interpreter" ? 0 : 2)),
  ]);
  const guests = results.filter(({ group }) => group === "guest");
  if (guests.length > 1) {
    const means = COMPARED_WAYS.map((way) => geometricMean(guests.map((guest) => ratio(guest, way))));
    rows.push([
      "geometric mean of the guests in C",
      "",
      "",
      "",
      "",
      ...means.map((mean, i) => fixed(mean, i === COMPARED_WAYS.length - 1 ? 0 : 2)),
    ]);
  }
  const head = [
    "program",
    "computes",
    "G steps",
    "V8, ms",
    "G steps/s",
    "engine ÷ V8",
    "pausing ÷ V8",
    "roots too ÷ V8",
    "interpreter ÷ V8",
  ];
  return [{ title: "Times of the same work, as multiples of plain V8's", head, rows }];
}

function plots(results: readonly EngineResult[]): Plot[] {
  const groups = results.map((result) => ({
    name: result.name,
    values: PLOTTED_WAYS.map((way) => ratio(result, way)),
  }));
  const title = "Times of the same work, as multiples of plain V8's";
  const svg = barsPlot({ title, bars: ["engine", "a pause every 10^8 steps", "and its root"], groups });
  return [{ name: "engine", title, svg }];
}

/** Native engine, V8 and interpreter. */
export const engineMeasurement = measurement(
  "engine",
  "the native engine beside V8 and the interpreter; names of workloads choose some",
  measure,
  { tables, plots },
);
