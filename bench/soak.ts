/**
 * A worker and a validator, each a process as an operator runs it, at work on a real node for
 * thousands of fragments: what memory they take; then killed at random moments: how soon they are
 * ready again.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "@bytecodealliance/jco";
import { buildProgram } from "../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../verifier/program/transactions.ts";
import { growth, type Sample } from "./heap-watch.ts";
import { measurement, type Plot, type Rows, type Setting } from "./measurement.ts";
import { linesPlot } from "./plot.ts";
import { SoakChain } from "./soak-chain.ts";
import { type Memory, SoakService } from "./soak-service.ts";
import { fixed } from "./table.ts";
import { BenchError } from "./workloads/workload.ts";

const FRAGMENTS = 10_000;
const QUICK_FRAGMENTS = 96;

/** Times that each service is killed after that. */
const KILLS = 8;
const QUICK_KILLS = 1;

/** Fragments of a round: as many as may be claimed and not confirmed. */
const BATCH = 16;

/** Once in so many rounds the worker has to claim and confirm everything itself. */
const ROUNDS = 25;

/** Fragments from one sample of memory to the next. */
const EVERY = 100;
const QUICK_EVERY = 20;

/** Milliseconds that a round may take. */
const PATIENCE_MS = 400_000;

/** Milliseconds between two questions how far the Deal is, and between two blocks of a round that is left to the services. */
const PAUSE_MS = 60;
const BLOCK_MS = 150;

/** Milliseconds after which no more fragments are begun before the restarts: an hour at most in all. */
const LONGEST_MS = 44 * 60_000;

/** The first fragments, whose memory does not count. */
const BEGINNING = 100;

/** How much more a service may take at the end than after its beginning, as a ratio. */
const MOST_GROWTH = 1.25;

/** Stores to pages of 1 MiB: each fragment leaves some 0.2 MB that the one before it did not have. */
const GUEST = `(module
  (memory (export "memory") 16)
  (func (export "work") (param $at i32) (result i32) (local $i i32)
    (loop $next
      (local.set $at (i32.add (i32.mul (local.get $at) (i32.const 1664525)) (i32.const 1013904223)))
      (i32.store (i32.and (i32.shr_u (local.get $at) (i32.const 8)) (i32.const 0xffffc)) (local.get $at))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 40))))
    (local.get $at)))`;

/** A service's memory after so many fragments. */
export interface MemorySample extends Memory {
  readonly service: string;
  readonly fragments: number;
}

/** How long a service took after `kill -9`, in seconds from its start. */
export interface Restart {
  readonly service: string;
  readonly fragments: number;
  /** Until `/readyz` said yes. */
  readonly ready: number;
  /** Until every fragment that was not decided had been replayed. */
  readonly replayed: number;
}

/** What came of it. */
export interface SoakResult {
  readonly fragments: number;
  readonly seconds: number;
  /** The longest time that a round of fragments took, in seconds. */
  readonly pause: number;
  readonly memory: readonly MemorySample[];
  readonly restarts: readonly Restart[];
  /** What failed or was warned of, with how often. */
  readonly failures: Readonly<Record<string, number>>;
}

async function measure({ quick, note }: Setting): Promise<SoakResult> {
  const folder = mkdtempSync(join(tmpdir(), "soak-"));
  const bytes = new Uint8Array(await parse(GUEST));
  const program = buildProgram([{ name: "guest", bytes }], { convention: "typed" });
  const total = quick ? QUICK_FRAGMENTS : FRAGMENTS;
  const kills = quick ? QUICK_KILLS : KILLS;
  const place = await SoakChain.start(folder, program, total + (4 * kills + 8) * BATCH);
  writeFileSync(join(folder, "guest.wasm"), bytes);
  writeFileSync(
    join(folder, "arbiter.json"),
    JSON.stringify({
      ...{ chainId: await place.chain.reader.getChainId(), endpoints: [place.url], deal: place.deal },
      ...{ module: "guest.wasm", convention: "typed", interval: 0.2, data: "data" },
    }),
  );
  const failures: Record<string, number> = {};
  const serviceOf = (name: string, args: readonly string[]): SoakService =>
    new SoakService({ name, args, folder }, failures);
  const services = [
    serviceOf("worker", ["worker", "run", "--account", place.workerAccount]),
    serviceOf("validator", ["validator", "--account", place.validatorAccount]),
  ];
  try {
    const stream = new Stream(place, services);
    const begun = performance.now();
    await Promise.all(services.map((service) => service.start()));
    const memory: MemorySample[] = [];
    while (stream.resolved < total && performance.now() - begun < LONGEST_MS) {
      await stream.until(stream.resolved + (quick ? QUICK_EVERY : EVERY));
      const done = stream.resolved;
      for (const service of services) {
        await service.caughtUp(done);
        memory.push({ service: service.name, fragments: done, ...(await service.memory()) });
      }
      note(`soak: ${done} of ${total} fragments, ${memory.slice(-services.length).map(memoryText).join("; ")}`);
    }
    const seconds = (performance.now() - begun) / 1000;
    const { pause, resolved: fragments } = stream;
    const restarts: Restart[] = [];
    for (let kill = 0; kill < kills; kill++) {
      for (const service of services) {
        const done = stream.resolved;
        const going = stream.until(done + 2 * BATCH);
        // In the midst of whatever it does.
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 2_000));
        await service.kill();
        const started = performance.now();
        const ready = await service.start();
        await service.replayed();
        restarts.push({
          service: service.name,
          fragments: done,
          ready,
          replayed: (performance.now() - started) / 1000,
        });
        await going;
        note(`soak: ${restarts.length} restarts, the last one ready after ${fixed(ready, 1)} s`);
      }
    }
    const result = { fragments, seconds, pause, memory, restarts, failures };
    for (const leak of leaks(result)) failures[leak] = 1;
    if (Object.keys(failures).length > 0) process.exitCode = 1;
    return result;
  } finally {
    await Promise.all(services.map((service) => service.kill()));
    place.close();
    rmSync(folder, { recursive: true });
  }
}

const memoryText = ({ service, resident, heap }: MemorySample): string =>
  `${service} ${mebibytes(resident)} MiB, ${mebibytes(heap)} MiB of objects`;

/** Fragments, a round of them after the other. */
class Stream {
  readonly #place: SoakChain;
  readonly #services: readonly SoakService[];
  #rounds = 0;
  /** When a round was over last. */
  #moved = performance.now();
  /** The longest time that a round took, in seconds. */
  pause = 0;
  /** How many fragments are confirmed. */
  resolved = 0;
  #submitted = 0;
  /** Inputs that are run and not submitted. */
  #next: readonly Uint8Array[] | undefined;

  constructor(place: SoakChain, services: readonly SoakService[]) {
    [this.#place, this.#services] = [place, services];
  }

  /** Keeps fragments coming until so many are confirmed. */
  async until(resolved: number): Promise<void> {
    this.#moved = performance.now();
    while (this.resolved < resolved) {
      const isLeft = this.#rounds++ % ROUNDS === ROUNDS - 1;
      await this.#round(isLeft);
      const now = performance.now();
      this.pause = Math.max(this.pause, (now - this.#moved) / 1000);
      this.#moved = now;
    }
  }

  /**
   * Fragments are submitted and claimed in the block in which those before them are confirmed.
   *
   * @param isLeft whether everything is left to the services: else they back claims, and challenge none
   */
  async #round(isLeft: boolean): Promise<void> {
    const place = this.#place;
    const [first, end] = [this.#submitted, this.#submitted + BATCH];
    if (this.resolved < first) await place.confirm(this.resolved, first);
    if (this.#next === undefined) place.run((this.#next = inputsFrom(first)));
    await place.submit(this.#next, !isLeft);
    // A node may leave what came last to the block after.
    do await place.mine();
    while (await place.waits());
    [this.#submitted, this.#next] = [end, inputsFrom(end)];
    // While the services have theirs to run.
    place.run(this.#next);
    const progress = await place.progress();
    if (progress.resolved !== first || progress.submitted !== end || (!isLeft && progress.claimed !== end))
      throw new BenchError(`the round of fragments ${first} to ${end} went wrong: ${JSON.stringify(progress)}`);
    this.resolved = first;
    if (isLeft) {
      await this.#wait(async () => {
        await place.mine();
        return (await place.progress()).resolved >= end;
      }, BLOCK_MS);
      this.resolved = end;
    } else {
      await this.#wait(async () => {
        if (await place.waits()) await place.mine();
        return place.isBacked(end - 1);
      }, PAUSE_MS);
    }
  }

  async #wait(condition: () => Promise<boolean>, pause: number): Promise<void> {
    while (!(await condition())) {
      for (const service of this.#services) service.requireAlive();
      if (performance.now() - this.#moved > PATIENCE_MS)
        throw new BenchError(`the services came to a stand: ${JSON.stringify(await this.#place.progress())}`);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/** What takes more and more memory, in a line each; nothing if there were too few fragments to tell. */
export function leaks(result: Pick<SoakResult, "memory">): string[] {
  return servicesOf(result).flatMap((service) =>
    KINDS.flatMap((kind) => {
      const ratio = growth(samplesOf(result, service, kind), BEGINNING) ?? 1;
      return ratio <= MOST_GROWTH ? [] : [`${service}: ${kind} memory has grown to ${fixed(ratio, 2)} times`];
    }),
  );
}

const KINDS = ["resident", "heap"] as const;

/** Inputs of a round whose first fragment this is. */
function inputsFrom(first: number): Uint8Array[] {
  return Array.from({ length: BATCH }, (_, i) => {
    const payload = encodeTypedPayload(0, [BigInt(first + i)]);
    return encodeTransactions([{ fuel: 100_000n, keep: false, payload }]);
  });
}

const servicesOf = ({ memory }: Pick<SoakResult, "memory">): string[] => [
  ...new Set(memory.map(({ service }) => service)),
];

const mebibytes = (bytes: number): string => fixed(bytes / 2 ** 20, 0);

/** The samples of one service. */
function samplesOf({ memory }: Pick<SoakResult, "memory">, service: string, kind: keyof Memory): Sample[] {
  return memory
    .filter((sample) => sample.service === service)
    .map((sample) => ({ fragments: sample.fragments, bytes: sample[kind] }));
}

function tables(result: SoakResult): Rows[] {
  const { fragments, restarts, seconds, pause } = result;
  const services = servicesOf(result);
  return [
    {
      title: `Memory over ${fragments} fragments in ${fixed(seconds / 60, 1)} minutes, the longest round ${fixed(pause, 1)} s; MiB`,
      head: ["process", "memory", "after the first 100", "the most", "at the end", "last quarter ÷ first one"],
      rows: services.flatMap((service) =>
        KINDS.map((kind) => {
          const samples = samplesOf(result, service, kind);
          const counted = samples.filter((sample) => sample.fragments >= BEGINNING).map(({ bytes }) => bytes);
          return [
            ...[service, kind === "heap" ? "objects after collection" : "resident"],
            ...[counted[0] ?? 0, Math.max(0, ...counted), counted.at(-1) ?? 0].map(mebibytes),
            fixed(growth(samples, BEGINNING) ?? NaN, 2),
          ];
        }),
      ),
    },
    {
      title: "Restarts after kill -9, seconds",
      head: ["process", "restarts", "longest until /readyz", "middle", "longest until all is replayed"],
      rows: services.map((service) => {
        const own = restarts.filter((one) => one.service === service);
        const ready = own.map((one) => one.ready).sort((a, b) => a - b);
        return [
          ...[service, String(own.length), fixed(ready.at(-1) ?? NaN, 1), fixed(ready[ready.length >> 1] ?? NaN, 1)],
          fixed(Math.max(...own.map(({ replayed }) => replayed)), 1),
        ];
      }),
    },
    {
      title: "What failed, or was warned of",
      head: ["line", "times"],
      rows: Object.entries(result.failures).map(([line, times]) => [line, String(times)]),
    },
  ];
}

function plots(result: SoakResult): Plot[] {
  const title = "Memory of a worker and a validator, by fragments";
  const series = servicesOf(result).flatMap((service) =>
    KINDS.map((kind) => ({
      name: kind === "heap" ? `${service}, objects` : service,
      points: samplesOf(result, service, kind).map(({ fragments, bytes }): [number, number] => [
        fragments,
        bytes / 2 ** 20,
      ]),
    })),
  );
  return [{ name: "soak", title, svg: linesPlot({ title, x: "fragments", y: "MiB", series }) }];
}

/** Memory over thousands of fragments, and restarts. */
export const soakMeasurement = measurement(
  "soak",
  "memory of a worker and a validator over 10,000 fragments on a real node, and how soon they are ready after kill -9",
  measure,
  { tables, plots },
);
