/**
 * A worker and a validator at work for thousands of fragments, killed now and then: what memory
 * they take, and how soon they are ready again.
 */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { parse } from "@bytecodealliance/jco";
import { bytesToHex } from "viem";
import { buildProgram } from "../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../verifier/program/transactions.ts";
import { measurement, type Plot, type Rows, type Setting } from "./measurement.ts";
import { linesPlot } from "./plot.ts";
import { SoakChain } from "./soak-chain.ts";
import type { SoakLine, SoakOrder } from "./soak-process.ts";
import { fixed } from "./table.ts";
import { BenchError } from "./workloads/workload.ts";

const PROCESS = fileURLToPath(new URL("soak-process.ts", import.meta.url));

const FRAGMENTS = 10_000;
const QUICK_FRAGMENTS = 200;

/** Fragments that are submitted together. */
const BATCH = 4;

/** How often the process is killed: once in so many batches. */
const BATCHES_A_KILL = 100;
const QUICK_BATCHES_A_KILL = 20;

/** As commands have it (`verifier/node/large-stack.ts`). */
const FLAGS = ["--max-semi-space-size=8"] as const;

/** Milliseconds in which a batch has to be claimed, or confirmed: viem waits 180 s for a receipt. */
const PATIENCE_MS = 400_000;

/** Stores to pages of 4 MiB: each fragment leaves some 0.8 MB that the one before it did not have. */
const GUEST = `(module
  (memory (export "memory") 64)
  (func (export "work") (param $at i32) (result i32) (local $i i32)
    (loop $next
      (local.set $at (i32.add (i32.mul (local.get $at) (i32.const 1664525)) (i32.const 1013904223)))
      (i32.store (i32.and (i32.shr_u (local.get $at) (i32.const 8)) (i32.const 0x3ffffc)) (local.get $at))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 200))))
    (local.get $at)))`;

/** What came of it. */
export interface SoakResult {
  readonly fragments: number;
  readonly seconds: number;
  /** Bytes of memory of the services' process after so many fragments, but just after a restart. */
  readonly memory: readonly { readonly fragments: number; readonly bytes: number }[];
  /** From the start of the process until every fragment that is not resolved has been run, in seconds. */
  readonly restarts: readonly { readonly fragments: number; readonly seconds: number }[];
  /** What failed or was told, with how often. */
  readonly notes: Readonly<Record<string, number>>;
}

async function measure({ quick, note }: Setting): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), "soak-"));
  const bytes = new Uint8Array(await parse(GUEST));
  const options = { convention: "typed" } as const;
  const program = buildProgram([{ name: "guest", bytes }], options);
  const total = quick ? QUICK_FRAGMENTS : FRAGMENTS;
  const place = await SoakChain.start(folder, program, total);
  const { url, deal, worker, validator } = place;
  const named = { options, root: bytesToHex(program.root), module: Buffer.from(bytes).toString("base64") };
  const services = new Services({ url, deal, worker, validator, program: named, folder });
  try {
    const begun = performance.now();
    await services.start();
    const memory: { fragments: number; bytes: number }[] = [];
    const restarts: { fragments: number; seconds: number }[] = [];
    let seed = 1;
    for (let batch = 0, done = 0; done < total; batch++) {
      const count = Math.min(BATCH, total - done);
      const kill = batch % (quick ? QUICK_BATCHES_A_KILL : BATCHES_A_KILL) === 5;
      for (let i = 0; i < count; i++) {
        const payload = encodeTypedPayload(0, [BigInt(done + i)]);
        await place.submit(encodeTransactions([{ fuel: 100_000n, keep: false, payload }]));
      }
      if (kill) {
        seed = (seed * 48_271) % 2_147_483_647;
        await new Promise((resolve) => setTimeout(resolve, seed % 500));
        const seconds = await services.restart(({ submitted }) => submitted >= done + count);
        restarts.push({ fragments: done + count, seconds });
      }
      await services.until(({ pending, submitted }) => submitted >= done + count && pending >= count, "claims");
      await place.advance(PERIOD);
      done += count;
      const line = await services.until(({ resolved }) => resolved >= done, "confirmations");
      if (!kill) memory.push({ fragments: done, bytes: line.memory });
      note(`soak: ${done} of ${total} fragments, ${fixed(line.memory / 2 ** 20, 0)} MiB`);
    }
    const seconds = (performance.now() - begun) / 1000;
    return { fragments: total, seconds, memory, restarts, notes: services.notes };
  } finally {
    await services.kill();
    place.close();
    rmSync(folder, { recursive: true });
  }
}

/** Longer than the claims' window of deploy/parameters/local.json, in seconds. */
const PERIOD = 100_000;

/** The process with the services, and what it said last. */
class Services {
  readonly #order: SoakOrder;
  readonly notes: Record<string, number> = {};
  #child: ChildProcessByStdio<null, Readable, null> | undefined;
  #line: SoakLine | undefined;
  #hear: () => void = () => undefined;

  constructor(order: SoakOrder) {
    this.#order = order;
  }

  /** Starts it, and waits until it has looked. */
  async start(): Promise<void> {
    this.#line = undefined;
    const args = [...FLAGS, PROCESS, JSON.stringify(this.#order)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    createInterface(child.stdout).on("line", (text) => {
      if (child !== this.#child) return;
      this.#line = JSON.parse(text) as SoakLine;
      for (const one of this.#line.notes) this.notes[one] = (this.notes[one] ?? 0) + 1;
      this.#hear();
    });
    await this.until(() => true, "its first look");
  }

  /** Kills it, starts it again, and gives the seconds until it was ready. */
  async restart(condition: (line: SoakLine) => boolean): Promise<number> {
    await this.kill();
    const begun = performance.now();
    await this.start();
    await this.until((line) => line.isReady && condition(line), "being ready");
    return (performance.now() - begun) / 1000;
  }

  /** As `kill -9` does: it has no time for anything. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    await new Promise((resolve) => {
      child.once("exit", resolve);
      child.kill("SIGKILL");
    });
  }

  /** Waits for what it says. */
  async until(condition: (line: SoakLine) => boolean, what: string): Promise<SoakLine> {
    for (const end = performance.now() + PATIENCE_MS; ;) {
      const line = this.#line;
      if (line !== undefined && condition(line)) return line;
      if (performance.now() > end || typeof this.#child?.exitCode === "number") {
        const failures = Object.keys(this.notes).join("; ");
        throw new BenchError(`the services did not come to ${what}: ${JSON.stringify(line)} ${failures}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1000);
        this.#hear = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

const mebibytes = (bytes: number): string => fixed(bytes / 2 ** 20, 0);

/** The most memory after fragments of a range. */
function most({ memory }: SoakResult, from: number, to: number): number {
  return Math.max(
    0,
    ...memory.filter(({ fragments }) => fragments > from && fragments <= to).map(({ bytes }) => bytes),
  );
}

function tables(result: SoakResult): Rows[] {
  const { fragments, restarts, seconds } = result;
  const tenth = fragments / 10;
  const ranges = Array.from({ length: 10 }, (_, i): [number, number] => [i * tenth, (i + 1) * tenth]);
  return [
    {
      title: `Memory of a process with a worker and a validator, over ${fragments} fragments in ${fixed(seconds / 60, 1)} minutes`,
      head: ["fragments", "the most memory, MiB"],
      rows: [
        ["up to 100", mebibytes(most(result, 0, 100))],
        ...ranges
          .filter(([, to]) => to > 100)
          .map(([from, to]) => [
            `${Math.max(from, 100) + 1} to ${to}`,
            mebibytes(most(result, Math.max(from, 100), to)),
          ]),
      ],
    },
    {
      title: "Restarts after kill -9",
      head: ["restarts", "longest until ready, s", "the last one, s"],
      rows: [
        [
          String(restarts.length),
          fixed(Math.max(0, ...restarts.map((one) => one.seconds)), 1),
          fixed(restarts.at(-1)?.seconds ?? 0, 1),
        ],
      ],
    },
  ];
}

function plots({ memory }: SoakResult): Plot[] {
  const title = "Memory of a worker and a validator, by fragments";
  const points = memory.map(({ fragments, bytes }): [number, number] => [fragments, bytes / 2 ** 20]);
  return [
    { name: "soak", title, svg: linesPlot({ title, x: "fragments", y: "MiB", series: [{ name: "memory", points }] }) },
  ];
}

/** Memory over thousands of fragments, and restarts. */
export const soakMeasurement = measurement(
  "soak",
  "memory of a worker and a validator over 10,000 fragments on a real node, and how soon they are ready after kill -9",
  measure,
  { tables, plots },
);
