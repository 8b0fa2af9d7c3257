/** How many inner nodes of a tree are hashed in a second: batches in vectors, and one by one in hash-wasm. */
import { createKeccak } from "hash-wasm";
import { hashAll, NODE_BYTES } from "../verifier/merkle/keccak-lanes.ts";
import { byTurns, medianSpent } from "./clock.ts";
import { measurement, type Rows, type Setting } from "./measurement.ts";
import { fixed } from "./table.ts";
import { BenchError } from "./workloads/workload.ts";

const HASH_BYTES = 32;

const NODES = 2 ** 20;
const QUICK_NODES = 2 ** 18;

/** One by one it takes longer. */
const SINGLE_SHARE = 4;

const TURNS = 5;

/** Nodes a second; medians. */
export interface HashingResult {
  readonly nodes: number;
  readonly batched: number;
  readonly single: number;
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
  return {
    nodes: count,
    batched: count / medianSpent(turns.batched).processor,
    single: some / medianSpent(turns.single).processor,
  };
}

function tables({ batched, single }: HashingResult): Rows[] {
  const row = (name: string, rate: number): string[] => [name, fixed(rate / 1e6), fixed(rate / single, 1)];
  return [
    {
      title: "keccak-256 of nodes of 64 bytes, one thread",
      head: ["implementation", "M nodes/s", "÷ hash-wasm"],
      rows: [row("two vector lanes, batched", batched), row("hash-wasm, one by one", single)],
    },
  ];
}

/** Hashing. */
export const hashingMeasurement = measurement("hashing", "nodes that are hashed in a second", measure, { tables });
