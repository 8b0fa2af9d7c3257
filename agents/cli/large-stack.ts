/**
 * Commands run in a thread with a large stack: the main thread's is fixed by the host, and too small for programs whose calls
 * are thousands deep. The engine would write their frames out and take them up again one by one, 30 times as slow.
 */
import { isMainThread, Worker } from "node:worker_threads";
import { exitOnBrokenPipe } from "./parse.ts";
import { Exit, failureLine } from "./failure.ts";

const STACK_MIB = 64;

/** Room for new objects: V8 would take four times that, and gain nothing that can be measured. */
const YOUNG_MIB = 24;

/** Bytes of the stack that native frames may take in this thread; undefined in the main thread. */
export const nativeStack = isMainThread ? undefined : (STACK_MIB / 2) * 2 ** 20;

/** Runs a program of the command line in a thread with a large stack. The exit code is the thread's. */
export async function onLargeStack(program: URL): Promise<void> {
  exitOnBrokenPipe();
  const colours = process.stdout.isTTY && process.env["NO_COLOR"] === undefined ? { FORCE_COLOR: "1" } : {};
  const worker = new Worker(program, {
    argv: process.argv.slice(2),
    env: { ...process.env, ...colours },
    resourceLimits: { stackSizeMb: STACK_MIB, maxYoungGenerationSizeMb: YOUNG_MIB },
  });
  await new Promise<void>((resolve) => {
    worker.once("error", (error) => {
      process.stderr.write(`${failureLine(error)}\n`);
      process.exitCode = Exit.failure;
      resolve();
    });
    worker.once("exit", (code) => {
      process.exitCode ??= code;
      resolve();
    });
  });
}
