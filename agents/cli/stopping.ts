/**
 * Ending a service by SIGINT or SIGTERM: the look that it is in comes to its end first. Signals
 * reach only the main thread, and commands run in another one.
 */
import { parentPort, type Worker } from "node:worker_threads";

/** What a thread asks of the main thread, and what it is told. */
const SOFTLY = "stop softly";
const STOP = "stop";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Exit code of a process that SIGINT has ended, for a second signal. */
const INTERRUPTED = 130;

/** In a command's thread: asks for the signal that ends a service. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const port = parentPort;
  if (port === null) {
    for (const name of SIGNALS) process.once(name, () => controller.abort());
    return controller.signal;
  }
  port.on("message", (message) => {
    if (message !== STOP) return;
    controller.abort();
    port.close();
  });
  port.unref();
  port.postMessage(SOFTLY);
  return controller.signal;
}

/**
 * In the main thread: passes the first signal on to a thread that asks for it; a second one ends
 * the process.
 */
export function passSignals(worker: Worker): void {
  worker.on("message", (message) => {
    if (message !== SOFTLY) return;
    let isStopping = false;
    const stop = (): void => {
      if (isStopping) process.exit(INTERRUPTED);
      isStopping = true;
      worker.postMessage(STOP);
    };
    for (const name of SIGNALS) process.on(name, stop);
  });
}
