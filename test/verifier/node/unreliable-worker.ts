/** A hashing thread that does not do as it should: its URL's query says what happens to a piece. */
import { workerData } from "node:worker_threads";
import { serve } from "../../../verifier/merkle/hash-thread.ts";
import type { Piece } from "../../../verifier/merkle/page-lanes.ts";

const wait = (milliseconds?: number): unknown =>
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

const WAYS: Readonly<Record<string, (piece: Piece) => unknown>> = {
  "?silent": () => wait(),
  "?dying": () => process.exit(),
  // Long after nobody waits for it, and wrong.
  "?late": ({ images }) => {
    wait(200);
    images.fill(7);
  },
};

serve(workerData as SharedArrayBuffer, WAYS[new URL(import.meta.url).search]);
