/** What a commitment to a history costs: SQLite at work for 2^30, 2^34 and 2^38 steps, at the first level of the dispute. */
import { engineExecutor } from "../verifier/engine/executor.ts";
import { Trace } from "../verifier/history/trace.ts";
import { clock } from "./clock.ts";
import { measurement, type Plot, type Rows, type Setting } from "./measurement.ts";
import { linesPlot, type Series } from "./plot.ts";
import { fixed } from "./table.ts";
import { databaseRecipe } from "./workloads/database.ts";
import { FUEL, Workload } from "./workloads/workload.ts";

/** Steps of the histories, as powers of two. */
const LENGTHS = [30, 34] as const;
const LONG_LENGTH = 38;
const QUICK_LENGTHS = [29] as const;

/** The share of a history that statements fill: no two of them take the same steps. */
const SHARE = 0.98;

/** Statements of two runs that tell how many steps one takes. */
const SAMPLES = [1000, 21_000] as const;

/** How long something took: this thread's processor time, and by the clock on the wall. */
export interface Spent {
  readonly processor: number;
  readonly elapsed: number;
}

/** A commitment to a history of 2^length steps. */
export interface HistoryResult {
  readonly length: number;
  readonly statements: number;
  readonly steps: number;
  readonly v8: Spent;
  /** Natively from the first state to the last. */
  readonly run: Spent;
  readonly commitments: readonly {
    /** Of the first level's tree. */
    readonly height: number;
    /** State roots: leaves that are not all the same. */
    readonly roots: number;
    readonly spent: Spent;
  }[];
}

async function spent(action: () => unknown): Promise<Spent> {
  const [begin, at] = [clock(), performance.now()];
  await action();
  return { processor: clock() - begin, elapsed: (performance.now() - at) / 1000 };
}

async function measure({ quick, long, heights, note }: Setting): Promise<HistoryResult[]> {
  note("history: building");
  const workload = new Workload(await databaseRecipe(() => note("history: compiling SQLite (one to two minutes)")));
  const engine = engineExecutor(workload.program);
  const stepsOf = (statements: number): bigint => engine.load(workload.start(statements)).run(FUEL);
  const [first, second] = SAMPLES.map((statements) => Number(stepsOf(statements)));
  const each = (second! - first!) / (SAMPLES[1] - SAMPLES[0]);
  const lengths = quick ? QUICK_LENGTHS : long ? [...LENGTHS, LONG_LENGTH] : LENGTHS;
  workload.native(SAMPLES[1])();
  const results: HistoryResult[] = [];
  for (const length of lengths) {
    const statements = Math.floor(SAMPLES[0] + (SHARE * 2 ** length - first!) / each);
    const start = workload.start(statements);
    note(`history: 2^${length} steps, V8`);
    const v8 = await spent(workload.native(statements));
    note(`history: 2^${length} steps, native run`);
    let steps = 0n;
    const run = await spent(() => {
      const execution = engine.load(start);
      steps = execution.run(FUEL);
      execution.save();
    });
    const commitments: HistoryResult["commitments"][number][] = [];
    for (const height of heights.filter((height) => height < length)) {
      const trace = new Trace(start, [height, length - height], {
        executor: engine,
        onProgress: ({ done, total }) =>
          note(
            `history: 2^${length} steps, 2^${height} roots, ${total === undefined ? done : `${(100n * done) / total} %`}`,
          ),
      });
      let roots = 0;
      const took = await spent(async () => (roots = (await trace.commitment(0, 0n)).distinct));
      commitments.push({ height, roots, spent: took });
    }
    results.push({ length, statements, steps: Number(steps), v8, run, commitments });
  }
  return results;
}

function tables(results: readonly HistoryResult[]): Rows[] {
  const rows = results.flatMap(({ length, statements, steps, v8, run, commitments }) =>
    commitments.map(({ height, roots, spent }) => [
      `2^${length}`,
      statements.toLocaleString("en"),
      fixed(steps / 1e9),
      fixed(v8.processor),
      fixed(run.processor),
      `2^${height}`,
      fixed(spent.processor),
      fixed(spent.elapsed),
      fixed(roots / spent.elapsed, 0),
      fixed((1000 * (spent.processor - run.processor)) / roots),
      fixed(spent.processor / v8.processor),
      fixed(spent.elapsed / v8.elapsed),
    ]),
  );
  const head = [
    "history",
    "statements",
    "G steps",
    "V8, s",
    "engine, s",
    "leaves",
    "commitment, s",
    "elapsed, s",
    "roots/s",
    "ms a root",
    "÷ V8",
    "elapsed ÷ V8",
  ];
  return [{ title: "Commitments to histories of SQLite, first level", head, rows }];
}

function plots(results: readonly HistoryResult[]): Plot[] {
  const heights = [...new Set(results.flatMap(({ commitments }) => commitments.map(({ height }) => height)))];
  const seriesOf = (name: string, y: (result: HistoryResult) => number | undefined): Series => ({
    name,
    points: results.flatMap((result): Series["points"] => {
      const value = y(result);
      return value === undefined ? [] : [[result.steps, value]];
    }),
  });
  const title = "Seconds for a history of SQLite, by its steps";
  const series = [
    seriesOf("plain V8", ({ v8 }) => v8.processor),
    seriesOf("native run", ({ run }) => run.processor),
    ...heights.map((height) =>
      seriesOf(
        `commitment of 2^${height} leaves`,
        ({ commitments }) => commitments.find((commitment) => commitment.height === height)?.spent.processor,
      ),
    ),
  ];
  return [{ name: "history", title, svg: linesPlot({ title, x: "steps", y: "s", series }) }];
}

/** Commitments. */
export const historyMeasurement = measurement(
  "history",
  "commitments to histories of SQLite of 2^30 and 2^34 steps, with --long 2^38; --heights sets their leaves",
  measure,
  { tables, plots },
);
