/** How times grow with the number of steps and with the depth of calls. */
import { parse } from "@bytecodealliance/jco";
import { engineExecutor } from "../verifier/engine/executor.ts";
import { byTurns, medianSpent } from "./clock.ts";
import { measurement, type Plot, type Rows, type Setting } from "./measurement.ts";
import { pauses, type PauseSeconds } from "./pauses.ts";
import { linesPlot } from "./plot.ts";
import { fixed } from "./table.ts";
import { type Way, WAYS, waysOf } from "./ways.ts";
import { databaseRecipe } from "./workloads/database.ts";
import { RECURSION, recursionRecipe } from "./workloads/generated.ts";
import { Workload } from "./workloads/workload.ts";

/** Shares of SQLite's work. */
const SHARES = [1 / 8, 1 / 4, 1 / 2, 1, 2] as const;
const QUICK_SHARES = [1 / 64, 1 / 32] as const;

const TURNS = 3;

const DEPTHS = [100, 1000, 10_000, 100_000] as const;
const QUICK_DEPTHS = [100, 10_000] as const;

/** Between two pauses in the depth of a recursion. */
const STRETCH = 10n ** 7n;
const PAUSES = 15;

/** Medians. */
export interface GrowthResult {
  readonly steps: readonly {
    readonly statements: number;
    readonly steps: number;
    readonly seconds: Readonly<Record<Way, number>>;
  }[];
  readonly depth: readonly { readonly depth: number; readonly seconds: PauseSeconds }[];
}

async function measure(setting: Setting): Promise<GrowthResult> {
  return { steps: await measureSteps(setting), depth: await measureDepth(setting) };
}

async function measureSteps({ quick, note }: Setting): Promise<GrowthResult["steps"]> {
  const workload = new Workload(await databaseRecipe(() => note("growth: compiling SQLite (one to two minutes)")));
  const engine = engineExecutor(workload.program);
  return (quick ? QUICK_SHARES : SHARES).map((share) => {
    const statements = Math.floor(share * workload.recipe.sizes.full);
    const { ways, work } = waysOf(workload, engine, statements);
    const turns = byTurns(ways, quick ? 1 : TURNS, (turn) => note(`growth: ${statements} statements, turn ${turn}`));
    const seconds = Object.fromEntries(WAYS.map((way) => [way, medianSpent(turns[way]).processor])) as Record<
      Way,
      number
    >;
    return { statements, steps: Number(work.steps), seconds };
  });
}

async function measureDepth({ quick, note }: Setting): Promise<GrowthResult["depth"]> {
  const module = Uint8Array.from(await parse(RECURSION));
  const results: GrowthResult["depth"][number][] = [];
  for (const depth of quick ? QUICK_DEPTHS : DEPTHS) {
    note(`growth: calls ${depth} deep`);
    const workload = new Workload(recursionRecipe(depth, module));
    const execution = engineExecutor(workload.program).load(workload.start(workload.recipe.sizes.full));
    results.push({ depth, seconds: pauses(execution, STRETCH, PAUSES) });
  }
  return results;
}

function tables({ steps, depth }: GrowthResult): Rows[] {
  return [
    {
      title: "Growth with steps: SQLite",
      head: ["statements", "G steps", "V8, ms", "engine, ms", "pausing, ms", "roots too, ms"],
      rows: steps.map((row) => [
        row.statements.toLocaleString("en"),
        fixed(row.steps / 1e9),
        ...WAYS.map((way) => fixed(1000 * row.seconds[way], 0)),
      ]),
    },
    {
      title: "Growth with the depth of calls: a loop that pauses every 10^7 steps",
      head: ["frames", "10^7 steps, ms", "state and root, ms"],
      rows: depth.map(({ depth: frames, seconds }) => [
        frames.toLocaleString("en"),
        ...[seconds.stretch, seconds.root].map((time) => fixed(1000 * time)),
      ]),
    },
  ];
}

/** What the ways are called in a plot. */
const NAMES: Readonly<Record<Way, string>> = {
  v8: "plain V8",
  engine: "native engine",
  paused: "pausing every 10^8 steps",
  rooted: "with roots",
};

function plots({ steps, depth }: GrowthResult): Plot[] {
  const [bySteps, byDepth] = [
    "Seconds for SQLite's work, by its steps",
    "Milliseconds of a pause, by the depth of calls",
  ];
  const ways = WAYS.map((way) => ({
    name: NAMES[way],
    points: steps.map((row) => [row.steps, row.seconds[way]] as const),
  }));
  const parts = (["stretch", "root"] as const).map((part) => ({
    name: part === "stretch" ? "10^7 steps" : "state and root",
    points: depth.map(({ depth: frames, seconds }) => [frames, 1000 * seconds[part]] as const),
  }));
  return [
    { name: "steps", title: bySteps, svg: linesPlot({ title: bySteps, x: "steps", y: "s", series: ways }) },
    { name: "depth", title: byDepth, svg: linesPlot({ title: byDepth, x: "frames", y: "ms", series: parts }) },
  ];
}

/** Growth. */
export const growthMeasurement = measurement(
  "growth",
  "how times grow with steps and with the depth of calls",
  measure,
  { tables, plots },
);
