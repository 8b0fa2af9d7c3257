/**
 * The native engine beside V8 and the interpreter: how many times as long as V8's compiled code of
 * the same modules each takes.
 */
import { engineExecutor, type EngineExecutor } from "../verifier/engine/executor.ts";
import { interpreterExecutor } from "../verifier/interpreter/execute.ts";
import { Interpreter } from "../verifier/interpreter/interpreter.ts";
import { type State, stateRoot } from "../verifier/state/state.ts";
import { byTurns, geometricMean, medianSpent, spend, type Spent } from "./clock.ts";
import { measurement, type Plot, type Rows, type Setting } from "./measurement.ts";
import { barsPlot } from "./plot.ts";
import { fixed } from "./table.ts";
import { RECIPES } from "./workloads/list.ts";
import { type Way, WAYS, waysOf } from "./ways.ts";
import { BenchError, FUEL, type Group, Workload } from "./workloads/workload.ts";

/** Turns of which the median counts. */
const TURNS = 5;

/** Steps of the interpreter, from the middle of the run on: its time is extrapolated from them. */
const INTERPRETED = 50_000_000;

/** How many times less work there is in a quick run. */
const QUICK = 8;

/** Steps after which states are compared, where the rest is one more stretch. */
const COMPARED = [1_000_001n, 2_718_281n] as const;

/** What became of a workload. */
export interface EngineResult {
  readonly name: string;
  readonly group: Group;
  readonly computes: string;
  readonly size: number;
  readonly steps: number;
  /** Medians. */
  readonly spent: Readonly<Record<Way, Spent>>;
  /** Seconds of processor time, extrapolated. */
  readonly interpreter: number;
  /** All turns that counted. */
  readonly turns: Readonly<Record<Way, readonly Spent[]>>;
  /**
   * Functions that the engine leaves to the interpreter, instructions that it pauses at, and states
   * that it refused.
   */
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
    spent: Object.fromEntries(WAYS.map((way) => [way, medianSpent(turns[way])])) as Record<Way, Spent>,
    interpreter,
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
  const { processor: seconds } = spend(() => (taken = interpreter.run(INTERPRETED)));
  return (seconds * Number(steps)) / taken;
}

/** What is compared with V8, in the order of the columns. */
const COMPARED_WAYS = ["engine", "paused", "rooted"] as const;

/** What its columns are called. */
const RATIOS = ["engine ÷ V8", "pausing ÷ V8", "roots too ÷ V8"];

/** How many times as long as V8 a way takes. */
function ratio({ spent }: EngineResult, way: Way, clock: keyof Spent): number {
  return spent[way][clock] / spent.v8[clock];
}

function tables(results: readonly EngineResult[]): Rows[] {
  const guests = results.filter(({ group }) => group === "guest");
  const ratios = (clock: keyof Spent): ((of: readonly EngineResult[]) => string[]) => {
    return (of) => COMPARED_WAYS.map((way) => fixed(geometricMean(of.map((result) => ratio(result, way, clock)))));
  };
  const milliseconds = ({ spent }: EngineResult, clock: keyof Spent): string => fixed(1000 * spent.v8[clock], 0);
  const interpreter = (of: readonly EngineResult[]): string =>
    fixed(geometricMean(of.map((result) => result.interpreter / result.spent.v8.processor)), 0);
  const [byProcessor, byWall] = [ratios("processor"), ratios("elapsed")];
  const rows = results.map((result) => [
    result.name,
    result.computes,
    fixed(result.steps / 1e9),
    milliseconds(result, "processor"),
    fixed(result.steps / result.spent.engine.processor / 1e9),
    ...byProcessor([result]),
    interpreter([result]),
  ]);
  const elapsed = results.map((result) => [result.name, milliseconds(result, "elapsed"), ...byWall([result])]);
  if (guests.length > 1) {
    rows.push([MEAN, "", "", "", "", ...byProcessor(guests), interpreter(guests)]);
    elapsed.push([MEAN, "", ...byWall(guests)]);
  }
  const head = ["program", "computes", "G steps", "V8, ms", "engine, G steps/s", ...RATIOS, "interpreter ÷ V8"];
  return [
    { title: "Processor time of the same work, as multiples of plain V8's", head, rows },
    { title: "The same by the clock on the wall", head: ["program", "V8, ms", ...RATIOS], rows: elapsed },
  ];
}

/** Name of the last line. */
const MEAN = "geometric mean of the guests in C";

function plots(results: readonly EngineResult[]): Plot[] {
  const groups = results.map((result) => ({
    name: result.name,
    values: COMPARED_WAYS.map((way) => ratio(result, way, "processor")),
  }));
  const title = "Processor time of the same work, as multiples of plain V8's";
  const svg = barsPlot({ title, bars: ["engine", "pausing every 10^8 steps", "with roots"], groups });
  return [{ name: "engine", title, svg }];
}

/** Native engine, V8 and interpreter. */
export const engineMeasurement = measurement(
  "engine",
  "the native engine beside V8 and the interpreter; names of workloads choose some",
  measure,
  { tables, plots },
);
