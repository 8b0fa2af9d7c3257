/**
 * Threads with a large stack: the main thread's is fixed by the process, and too small for programs
 * whose calls are thousands deep. The engine would write their frames out and take them up again
 * one by one, 30 times as slow.
 */
import { isMainThread, type ResourceLimits, Worker, type WorkerOptions } from "node:worker_threads";

const STACK_MIB = 64;

/** Room for new objects: V8 would take four times that, and gain nothing that can be measured. */
const YOUNG_MIB = 24;

/**
 * Bytes of the stack that native frames may take in a thread of {@link onLargeStack}; undefined in
 * the main thread.
 */
export const nativeStack = isMainThread ? undefined : (STACK_MIB / 2) * 2 ** 20;

/** Starts a program in a thread with a large stack, and further limits if there are any. */
export function onLargeStack(program: URL, options: WorkerOptions, limits: ResourceLimits = {}): Worker {
  const resourceLimits = { ...limits, stackSizeMb: STACK_MIB, maxYoungGenerationSizeMb: YOUNG_MIB };
  return new Worker(program, { ...options, resourceLimits });
}
