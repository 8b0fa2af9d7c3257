/**
 * What a commitment to a history costs: SQLite at work for 2^30, 2^34 and 2^38 steps, at the first
 * level of the dispute.
 */
import { engineExecutor } from "../verifier/engine/executor.ts";
import { Trace } from "../verifier/history/trace.ts";
import { byTurns, medianSpent, type Spent, spendAsync } from "./clock.ts";
import { measurement, type Plot, type Rows, type Setting } from "./measurement.ts";
import { linesPlot, type Series } from "./plot.ts";
import { fixed } from "./table.ts";
import { waysOf } from "./ways.ts";
import { databaseRecipe } from "./workloads/database.ts";
import { FUEL, Workload } from "./workloads/workload.ts";

/** Steps of the histories, as powers of two. */
const LENGTHS = [30, 34] as const;
const LONG_LENGTH = 38;
const QUICK_LENGTHS = [29] as const;
const QUICK_HEIGHTS = [6] as const;

/** Turns of plain runs of which the median counts; one where each takes long. */
const TURNS = 3;
const LONG_FROM = 36;

/**
 * The part of a history that statements fill, at least and at most. No two of them take the same
 * steps.
 */
const [LEAST, MOST] = [0.95, 1];
const AIM = 0.98;

/** Statements of a run that tells how many steps one takes. */
const SAMPLE = 20_000;

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

async function measure({ quick, long, heights, note }: Setting): Promise<HistoryResult[]> {
  note("history: building");
  const workload = new Workload(await databaseRecipe(() => note("history: compiling SQLite (one to two minutes)")));
  const engine = engineExecutor(workload.program);
  const lengths = quick ? QUICK_LENGTHS : long ? [...LENGTHS, LONG_LENGTH] : LENGTHS;
  const results: HistoryResult[] = [];
  for (const length of lengths) {
    note(`history: 2^${length} steps, how many statements`);
    const statements = statementsFor(length, (count) => Number(engine.load(workload.start(count)).run(FUEL)));
    const start = workload.start(statements);
    const { ways, work } = waysOf(workload, engine, statements);
    const turns = byTurns({ v8: ways.v8, engine: ways.engine }, quick || length >= LONG_FROM ? 1 : TURNS, (turn) =>
      note(`history: 2^${length} steps, plain runs, turn ${turn}`),
    );
    const commitments: HistoryResult["commitments"][number][] = [];
    for (const height of (quick ? QUICK_HEIGHTS : heights).filter((height) => height < length)) {
      const trace = new Trace(start, [height, length - height], {
        executor: engine,
        onProgress: ({ done, total }) =>
          note(
            `history: 2^${length} steps, 2^${height} roots, ${total === undefined ? done : `${(100n * done) / total} %`}`,
          ),
      });
      let roots = 0;
      const spent = await spendAsync(async () => (roots = (await trace.commitment(0, 0n)).distinct));
      commitments.push({ height, roots, spent });
    }
    const [v8, run] = [medianSpent(turns.v8), medianSpent(turns.engine)];
    results.push({ length, statements, steps: Number(work.steps), v8, run, commitments });
  }
  return results;
}

/** How many statements fill nearly all of 2^length steps. */
function statementsFor(length: number, stepsOf: (statements: number) => number): number {
  let statements = SAMPLE;
  for (;;) {
    const share = stepsOf(statements) / 2 ** length;
    if (share >= LEAST && share <= MOST) return statements;
    statements = Math.floor((statements * AIM) / share);
  }
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
    "ms per root",
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
