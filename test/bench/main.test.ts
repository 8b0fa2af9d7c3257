import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { z } from "zod";
import { withPart } from "../../bench/document.ts";
import { barsPlot, linesPlot } from "../../bench/plot.ts";
import { BenchError } from "../../bench/workloads/workload.ts";

const MAIN = join(import.meta.dirname, "../../bench/main.ts");

const spent = z.strictObject({ processor: z.number().nonnegative(), elapsed: z.number().positive() });
const ways = <T extends z.ZodType>(each: T) => z.strictObject({ v8: each, engine: each, paused: each, rooted: each });

const report = z.strictObject({
  environment: z.looseObject({
    node: z.literal(process.version),
    cores: z.number().positive(),
    quick: z.literal(true),
  }),
  engine: z.tuple([
    z.looseObject({
      name: z.literal("copy"),
      steps: z.number().min(10_000_000),
      spent: ways(spent),
      interpreter: z.number().positive(),
      turns: ways(z.tuple([spent])),
    }),
  ]),
  following: z.array(
    z.strictObject({
      strangers: z.number().int().positive(),
      everybody: z.strictObject({ seconds: z.number().nonnegative(), requests: z.number().int().positive() }),
      own: z.strictObject({ seconds: z.number().nonnegative(), requests: z.number().int().positive() }),
    }),
  ),
  liars: z.array(
    z.strictObject({
      way: z.string(),
      liars: z.number().int().positive(),
      ...{ delay: z.number().min(1), delayBound: z.number().min(1) },
      ...{ transactions: z.number().int(), validatorTransactions: z.number().int(), validatorGas: z.number() },
      ...{ locked: z.number().min(0.1).max(0.15), liarsLocked: z.number().min(0.1) },
    }),
  ),
  building: z.tuple([
    z.strictObject({
      module: z.literal("@dprint/json"),
      report: z.strictObject({
        bytes: z.number().min(600_000),
        words: z.number().int().positive(),
        linked: z.number().positive(),
        lowered: z.number().positive(),
        processor: z.number().positive(),
        elapsed: z.number().positive(),
        peak: z.number().positive(),
      }),
    }),
  ]),
  hashing: z.strictObject({
    nodes: z.number().positive(),
    batched: z.number(),
    single: z.number(),
    pages: z.array(z.strictObject({ pages: z.number().positive(), one: z.number(), two: z.number() })),
  }),
});

describe("the bench", () => {
  it("measures what is named, and writes tables and JSON", async () => {
    const folder = mkdtempSync(join(tmpdir(), "arbiter-bench-"));
    try {
      const file = join(folder, "bench.json");
      const args = [MAIN, "engine", "building", "hashing", "following", "liars", "copy", "--quick", "--json", file];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      expect(stdout)
        .match(/copy .*│ loads and stores/)
        .and.match(/hash-wasm, one by one/);
      report.parse(JSON.parse(readFileSync(file, "utf8")));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("says in one line what it does not know", async () => {
    const failure = await promisify(execFile)(process.execPath, [MAIN, "nothing"]).catch((error: unknown) => error);
    expect((failure as { stderr: string }).stderr).match(/^error: .*'nothing' is invalid.* There are engine, /);
  });
});

describe("a part of a document", () => {
  const document = "a\n<!-- bench x -->\nold\n<!-- end x -->\nb\n";

  it("is replaced between its markers", () => {
    const changed = withPart(document, "x", "new");
    expect(changed).equal("a\n<!-- bench x -->\n\nnew\n\n<!-- end x -->\nb\n");
    expect(withPart(changed, "x", "new")).equal(changed);
  });

  it("needs a place", () => {
    expect(() => withPart(document, "y", "new")).throw(BenchError, `no lines "<!-- bench y -->"`);
  });
});

/**
 * Places in a plot are written with one digit after the point. Hardhat's `closeTo` takes whole
 * numbers only.
 */
function expectNear(one: number, other: number): void {
  expect(Math.abs(one - other)).lessThan(0.3);
}

describe("plots", () => {
  it("draw a bar for every value, and cut off those that are too long", () => {
    const groups = [
      { name: "a & b", values: [1, 2] },
      { name: "c", values: [4, 40] },
    ];
    const svg = barsPlot({ title: "ratios", bars: ["one", "other"], groups });
    const widths = [...svg.matchAll(/<rect class="fill\d" x="90" y="[\d.]+" width="([\d.]+)" height="8"/g)];
    const [first, second, third, fourth] = widths.map(([, width]) => Number(width));
    expectNear(second!, 2 * first!);
    expectNear(third!, 4 * first!);
    expect(fourth).equal(third);
    expect(svg).include("a &amp; b").and.include("40.00 →");
  });

  it("put points on logarithmic axes", () => {
    const series = [{ name: "s", points: [[1, 1] as const, [10, 10] as const, [100, 100] as const] }];
    const svg = linesPlot({ title: "growth", x: "steps", y: "s", series });
    const places = [...svg.matchAll(/<circle class="fill0" cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [
      Number(x),
      Number(y),
    ]);
    expect(places).length(3);
    const [a, b, c] = places as [number[], number[], number[]];
    expectNear(b[0]! - a[0]!, c[0]! - b[0]!);
    expectNear(a[1]! - b[1]!, b[1]! - c[1]!);
    expect(a[1]).greaterThan(c[1]!);
  });
});
