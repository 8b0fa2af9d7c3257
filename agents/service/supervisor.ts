/**
 * What a service tells systemd (sd_notify(3)), if it is started by it with `Type=notify` and
 * `NotifyAccess=all`: Node has no sockets of that kind, so a program of systemd's does it.
 */
import { execFile } from "node:child_process";

/** Tells a supervisor. Without one nothing happens. */
export class Supervisor {
  readonly #tell: ((...states: readonly string[]) => void) | undefined;
  readonly #every: number;
  #ready = false;
  #fed = -Infinity;

  /**
   * @param environment where systemd says that it listens, and how often it wants to be fed
   * @param program that tells it
   */
  constructor(environment: Readonly<Record<string, string | undefined>>, program = "systemd-notify") {
    const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: watchdog } = environment;
    // Twice as often as it must be, and no oftener: each time is a process.
    this.#every = watchdog === undefined ? Infinity : Number(watchdog) / 1000 / 2;
    if (socket === undefined) return;
    this.#tell = (...states) => {
      // If it can't be told, it ends the service, which is what its unit asks for.
      execFile(program, states, { env: { ...environment } }, () => undefined);
    };
  }

  /** A look was completed: the first one makes the service ready, each one feeds the watchdog. */
  looked(now = performance.now()): void {
    const states: string[] = [];
    if (!this.#ready) states.push("READY=1");
    if (this.#every !== Infinity && now - this.#fed >= this.#every) {
      this.#fed = now;
      states.push("WATCHDOG=1");
    }
    this.#ready = true;
    if (states.length > 0) this.#tell?.(...states);
  }

  /** The service ends on purpose. */
  stopping(): void {
    this.#tell?.("STOPPING=1");
  }
}
