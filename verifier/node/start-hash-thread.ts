/** A worker thread of Node as a thread that hashes. */
import { Worker } from "node:worker_threads";
import type { Thread } from "../merkle/hash-thread.ts";

/**
 * Starts a thread that hashes what a buffer holds. It ends with the process and does not keep it.
 * @param program - what it runs instead of `hash-worker.ts`
 * @returns undefined if the process may have no further thread; whoever hashes does without
 */
export function startHashThread(
  buffer: SharedArrayBuffer,
  program = new URL("./hash-worker.ts", import.meta.url),
): Thread | undefined {
  let worker: Worker;
  try {
    worker = new Worker(program, { workerData: buffer, name: "hashing" });
  } catch {
    return undefined;
  }
  worker.unref();
  return {
    onEnd: (listener) => void worker.on("error", listener).on("exit", listener),
    stop: () => worker.terminate(),
  };
}
