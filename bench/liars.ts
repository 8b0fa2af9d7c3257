/** What a dispute costs, and how long it takes, against more and more liars on a simulated chain. */
import { formatEther } from "viem";
import { campaign } from "../agents/simulation/campaign.ts";
import { ONE_DISPUTE } from "../agents/simulation/kill-points.ts";
import { LIAR_ACCOUNTS, type Schedule } from "../agents/simulation/schedule.ts";
import { measurement, type Plot, type Rows, type Setting } from "./measurement.ts";
import { linesPlot, type Series } from "./plot.ts";
import { fixed } from "./table.ts";
import { BenchError } from "./workloads/workload.ts";

const COUNTS = [1, 2, 4, 8, 16, 32, 64, 128, 256] as const;
const QUICK_COUNTS = [1, 2] as const;

/** More that play take many minutes. */
const MOST_PLAYING = 32;

/** How all liars play, and what that is called. */
const WAYS = [
  ["idler", "let their clocks run out"],
  ["liar", "play for their lies"],
] as const;

/** Figures of one dispute. */
export interface LiarsResult {
  readonly way: string;
  readonly liars: number;
  /** In periods. */
  readonly delay: number;
  readonly delayBound: number;
  readonly transactions: number;
  readonly validatorTransactions: number;
  readonly validatorGas: number;
  /** The most that the validator had in bonds at a time, and what all liars have paid in, in ether. */
  readonly locked: number;
  readonly liarsLocked: number;
}

async function measure({ quick, long, note }: Setting): Promise<LiarsResult[]> {
  const results: LiarsResult[] = [];
  const counts: readonly number[] = quick ? QUICK_COUNTS : COUNTS;
  const schedules = WAYS.flatMap(([strategy]) => {
    const taken = counts.filter((count) => long || strategy === "idler" || count <= MOST_PLAYING);
    return taken.map((count) => scheduleOf(strategy, count));
  });
  for await (const { schedule, judgement } of campaign(schedules)) {
    const { broken, measured } = judgement;
    const [wrong] = broken;
    if (measured === undefined || wrong !== undefined)
      throw new BenchError(`with ${schedule.liars.length} liars ${wrong}`);
    const { delay, delayBound, transactions, validatorTransactions, validatorGas, locked, liarsLocked } = measured;
    const way = WAYS.find(([strategy]) => strategy === schedule.liars[0]?.strategy)?.[1] ?? "";
    note(`liars: ${schedule.liars.length} that ${way}`);
    results.push({
      ...{ way, liars: schedule.liars.length, delay, delayBound, transactions, validatorTransactions },
      ...{ validatorGas: Number(validatorGas) },
      ...{ locked: Number(formatEther(locked)), liarsLocked: Number(formatEther(liarsLocked)) },
    });
  }
  return results;
}

/** All of them are there at once, each with a lie of its own. */
function scheduleOf(strategy: string, count: number): Schedule {
  const liars = Array.from({ length: count }, (_, place) => {
    const lieAt = (place + 1) / (count + 1);
    return { account: place % LIAR_ACCOUNTS, strategy, fragment: 0, lieAt, enters: "early" } as const;
  });
  return { ...ONE_DISPUTE, liars };
}

function tables(results: readonly LiarsResult[]): Rows[] {
  return [
    {
      title: "A dispute with two levels, all liars there at once",
      head: [
        "liars",
        "that",
        "periods",
        "bound",
        "transactions",
        "validator's",
        "its gas",
        "its bonds",
        "liars' bonds",
      ],
      rows: results.map((one) => [
        ...[`${one.liars}`, one.way, fixed(one.delay, 2), `${one.delayBound}`, `${one.transactions}`],
        ...[`${one.validatorTransactions}`, `${fixed(one.validatorGas / 1e6, 2)} M`],
        ...[`${one.locked} ETH`, `${fixed(one.liarsLocked, 1)} ETH`],
      ]),
    },
  ];
}

function plots(results: readonly LiarsResult[]): Plot[] {
  const seriesOf = (value: (one: LiarsResult) => number): Series[] =>
    WAYS.map(([, way]) => {
      const points = results.filter((one) => one.way === way).map((one) => [one.liars, value(one)] as const);
      return { name: `they ${way}`, points };
    });
  const [first] = WAYS;
  const bound = results.filter(({ way }) => way === first[1]).map((one) => [one.liars, one.delayBound] as const);
  const drawn = (name: string, title: string, y: string, series: readonly Series[]): Plot => {
    return { name, title, svg: linesPlot({ title, x: "liars", y, series }) };
  };
  return [
    drawn("liars-delay", "How long a dispute takes", "periods", [
      ...seriesOf(({ delay }) => delay),
      { name: "the bound", points: bound },
    ]),
    drawn(
      "liars-transactions",
      "Transactions of the validator",
      "",
      seriesOf((one) => one.validatorTransactions),
    ),
    drawn(
      "liars-gas",
      "Gas of the validator",
      "gas",
      seriesOf((one) => one.validatorGas),
    ),
    drawn("liars-locked", "Most bonds at a time", "ETH", [
      { name: "the validator's", points: seriesOf((one) => one.locked)[1]?.points ?? [] },
      { name: "all liars'", points: seriesOf((one) => one.liarsLocked)[1]?.points ?? [] },
    ]),
  ];
}

/** Disputes against many liars. */
export const liarsMeasurement = measurement(
  "liars",
  "delay, transactions, gas and bonds of a dispute by the number of liars, on a simulated chain",
  measure,
  { tables, plots },
);
