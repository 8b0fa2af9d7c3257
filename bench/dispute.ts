/**
 * A dispute about a long computation from claim to verdict, played by both sides in one process:
 * SQLite joins a table with itself.
 */
import { sqliteGuest } from "../examples/database/build.ts";
import { playDispute } from "../agents/scenario/dispute.ts";
import type { Narrator } from "../agents/scenario/narrator.ts";
import type { Times } from "../agents/report/stopwatch.ts";
import { engineExecutor } from "../verifier/engine/executor.ts";
import { buildProgram } from "../verifier/program/build.ts";
import { encodeTransactions } from "../verifier/program/transactions.ts";
import { measurement, type Rows, type Setting } from "./measurement.ts";
import { fixed } from "./table.ts";
import { BenchError } from "./workloads/workload.ts";

/** Steps of a commitment's stride at level 0, and of one at level 1: 2^21 of them. */
const HEIGHTS = [27, 21];

/** Points of which all triangles are looked at: 2^38, 2^32 and 2^27 steps. */
const POINTS = { long: 850, usual: 211, quick: 66 };

/**
 * More steps than the honest computation takes by no more than a tenth: a liar that goes astray
 * uses them up.
 */
const FUEL = (points: number): bigint => BigInt(Math.ceil(502 * points ** 3));

/** The part of the fuel after which the lie comes. */
const LIE = 0.65;

const triangles = (points: number): string => `CREATE TABLE p (id INTEGER PRIMARY KEY, x INTEGER, y INTEGER);
WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${points})
INSERT INTO p SELECT i, i * 7919 % 1009, i * 104729 % 997 FROM n;
SELECT count(*), sum(abs((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y))) FROM p a, p b, p c
WHERE a.id < b.id AND b.id < c.id AND ((b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y)) % 7 = 0;
`;

/** What a dispute took. */
export interface DisputeResult {
  readonly steps: number;
  readonly times: Times;
  readonly moves: number;
  readonly gas: number;
}

async function measure({ quick, long, note }: Setting): Promise<DisputeResult> {
  const points = long ? POINTS.long : quick ? POINTS.quick : POINTS.usual;
  note("dispute: building");
  const bytes = await sqliteGuest(() => note("dispute: compiling SQLite (one to two minutes)"));
  const program = buildProgram([{ name: "sqlite", bytes }], { convention: "payload" });
  const fuel = FUEL(points);
  const input = encodeTransactions([{ fuel, keep: false, payload: new TextEncoder().encode(triangles(points)) }]);
  const narrator: Narrator = {
    chapter: (title) => note(`dispute: ${title}`),
    fact: () => undefined,
    sent: (name, { label }) => note(`dispute: ${name}'s ${label}`),
    progress: (work, done, total) =>
      note(`dispute: ${work}, ${total === undefined ? done : `${(100n * done) / total} %`}`),
  };
  const { verdict, steps, times, moves, gas } = await playDispute(
    {
      program,
      input,
      budget: fuel + 2n ** 24n,
      executor: engineExecutor(program),
      lieAt: BigInt(Math.floor(Number(fuel) * LIE)),
      liars: 1,
      heights: HEIGHTS,
    },
    narrator,
  );
  if (verdict !== "liar lost" || times === undefined) throw new BenchError(`the dispute ended with: ${verdict}`);
  return { steps: Number(steps), times, moves, gas: Number(gas.total) };
}

function tables({ steps, times, moves, gas }: DisputeResult): Rows[] {
  const { phases, replay, slowest } = times;
  const power = Math.log2(steps).toFixed(1);
  return [
    {
      title: `A dispute about ${(steps / 1e9).toFixed(1)} G steps (2^${power}), ${moves} moves, ${gas.toLocaleString("en")} gas`,
      head: ["phase", "s", "÷ replay"],
      rows: [
        ...phases.map(({ name, seconds }) => [name, fixed(seconds), fixed(seconds / replay)]),
        ...(slowest === undefined
          ? []
          : [
              [
                `the slowest answer: ${slowest.player}'s ${slowest.sent}`,
                fixed(slowest.seconds),
                fixed(slowest.seconds / replay),
              ],
            ]),
      ],
    },
  ];
}

/** A dispute. */
export const disputeMeasurement = measurement(
  "dispute",
  "a dispute about SQLite at work, from claim to verdict: 2^32 steps, with --long 2^38",
  measure,
  { tables },
);
