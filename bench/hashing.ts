/**
 * How many inner nodes of a tree are hashed in a second: batches in vectors on one thread or two,
 * and one by one in hash-wasm.
 */
import { setTimeout } from "node:timers/promises";
import { createKeccak } from "hash-wasm";
import { HashThread, setHashThreads } from "../verifier/merkle/hash-thread.ts";
import { hashAll, NODE_BYTES } from "../verifier/merkle/keccak-lanes.ts";
import { startHashThread } from "../verifier/node/start-hash-thread.ts";
import { type HashedPage, hashPages } from "../verifier/merkle/page-hash.ts";
import { byTurns, medianSpent, spend } from "./clock.ts";
import { measurement, type Rows, type Setting } from "./measurement.ts";
import { fixed } from "./table.ts";
import { BenchError } from "./workloads/workload.ts";

const HASH_BYTES = 32;

const NODES = 2 ** 20;
const QUICK_NODES = 2 ** 18;

/** One by one it takes longer. */
const SINGLE_SHARE = 4;

const TURNS = 5;

const PAGE_BYTES = 4096;

/** Inner nodes of a page. */
const PAGE_NODES = PAGE_BYTES / HASH_BYTES - 1;

/** How many pages are hashed at once. */
const PAGE_COUNTS = [100, 400, 1000, 10_000] as const;
const QUICK_PAGE_COUNTS = [100, 400] as const;

/**
 * Rounds of all page counts, of which the best counts: two threads need both processors, which
 * others have now and then.
 */
const ROUNDS = 20;

/** Milliseconds between two rounds. */
const REST = 20;

/** Milliseconds after which a thread that is not up never will be. */
const START = 10_000;

/** Nodes of pages that are hashed in a second by the clock on the wall. */
export interface PagesResult {
  readonly pages: number;
  readonly one: number;
  readonly two: number;
}

/** Nodes a second; medians, but for pages. */
export interface HashingResult {
  readonly nodes: number;
  readonly batched: number;
  readonly single: number;
  /** Nothing where there is no second thread. */
  readonly pages: readonly PagesResult[];
}

async function measure({ quick, note }: Setting): Promise<HashingResult> {
  const count = quick ? QUICK_NODES : NODES;
  const some = count / SINGLE_SHARE;
  const bytes = Uint8Array.from({ length: count * NODE_BYTES }, (_, i) => Math.imul(i, 2_654_435_761) >>> 24);
  const keccak = await createKeccak(256);
  const one = (): Uint8Array => {
    const hashes = new Uint8Array(some * HASH_BYTES);
    for (let i = 0; i < some; i++) {
      const node = bytes.subarray(i * NODE_BYTES, (i + 1) * NODE_BYTES);
      hashes.set(keccak.init().update(node).digest("binary"), i * HASH_BYTES);
    }
    return hashes;
  };
  if (Buffer.compare(one(), hashAll(bytes).subarray(0, some * HASH_BYTES)) !== 0) {
    throw new BenchError("batches have other hashes than hash-wasm gives");
  }
  const turns = byTurns({ batched: () => () => hashAll(bytes), single: () => one }, quick ? 1 : TURNS, (turn) =>
    note(`hashing: turn ${turn}`),
  );
  const pages = await measurePages(bytes, quick, (round) => note(`hashing: pages, round ${round}`));
  return {
    nodes: count,
    batched: count / medianSpent(turns.batched).processor,
    single: some / medianSpent(turns.single).processor,
    pages,
  };
}

/** @param bytes - of which the pages are made */
async function measurePages(
  bytes: Uint8Array,
  quick: boolean,
  onRound: (round: number) => void,
): Promise<PagesResult[]> {
  setHashThreads(1);
  const thread = HashThread.start((buffer) => startHashThread(buffer));
  if (thread === undefined) return [];
  const end = performance.now() + START;
  while (!thread.isIdle()) {
    if (performance.now() > end) throw new BenchError("the hashing thread does not start");
    await setTimeout(1);
  }
  const counts = quick ? QUICK_PAGE_COUNTS : PAGE_COUNTS;
  const best = counts.map(() => ({ one: Infinity, two: Infinity }));
  for (let round = 0; round < (quick ? 2 : ROUNDS); round++) {
    onRound(round);
    await setTimeout(REST);
    counts.forEach((count, i) => {
      const [one, two] = [pagesOf(bytes, count), pagesOf(bytes, count)];
      best[i]!.one = Math.min(best[i]!.one, spend(() => hashPages(one)).elapsed);
      best[i]!.two = Math.min(best[i]!.two, spend(() => hashPages(two, thread)).elapsed);
      if (one.some(({ hash }, k) => Buffer.compare(hash!, two[k]!.hash!) !== 0))
        throw new BenchError("two threads give other hashes than one");
    });
  }
  await thread.stop();
  setHashThreads(2);
  return counts.map((pages, i) => {
    const nodes = pages * PAGE_NODES;
    return { pages, one: nodes / best[i]!.one, two: nodes / best[i]!.two };
  });
}

function pagesOf(bytes: Uint8Array, count: number): HashedPage[] {
  return Array.from({ length: count }, (_, i) => {
    const at = (i * PAGE_BYTES) % bytes.length;
    return { bytes: bytes.subarray(at, at + PAGE_BYTES), hash: undefined, previous: undefined, inner: undefined };
  });
}

function tables({ batched, single, pages }: HashingResult): Rows[] {
  const row = (name: string, rate: number): string[] => [name, fixed(rate / 1e6), fixed(rate / single, 1)];
  return [
    {
      title: "keccak-256 of nodes of 64 bytes, one thread",
      head: ["implementation", "M nodes/s", "÷ hash-wasm"],
      rows: [row("two vector lanes, batched", batched), row("hash-wasm, one by one", single)],
    },
    {
      title: "Pages of 4 KiB that are hashed in full, by the clock on the wall: best rounds",
      head: ["pages at once", "one thread, M nodes/s", "two threads, M nodes/s", "two threads, pages/s", "two ÷ one"],
      rows: pages.map(({ pages: count, one, two }) => [
        count.toLocaleString("en"),
        fixed(one / 1e6),
        fixed(two / 1e6),
        Math.round(two / PAGE_NODES).toLocaleString("en"),
        fixed(two / one),
      ]),
    },
  ];
}

/** Hashing. */
export const hashingMeasurement = measurement("hashing", "nodes that are hashed in a second", measure, { tables });
