/** What failed is tried again, after a time that doubles. */

/** The first wait and the longest, in milliseconds. */
const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

interface Failed {
  readonly wait: number;
  /** When it may be tried again, by the same clock as `performance.now`. */
  readonly again: number;
}

/** Remembers what failed, by any name. */
export class Retries {
  readonly #failed = new Map<string, Failed>();
  readonly #wake: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param wake is called when something may be tried again */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** Notes a failure. */
  failed(name: string): void {
    const wait = Math.min(LONGEST_MS, 2 * (this.#failed.get(name)?.wait ?? FIRST_MS / 2));
    this.#failed.set(name, { wait, again: performance.now() + wait });
    this.#schedule();
  }

  /** Notes that it went well. */
  done(name: string): void {
    this.#failed.delete(name);
  }

  /** Whether it failed and its time has not come yet. */
  rests(name: string): boolean {
    return (this.#failed.get(name)?.again ?? 0) > performance.now();
  }

  /** Forgets everything. */
  clear(): void {
    this.#failed.clear();
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const now = performance.now();
    const next = Math.min(...Array.from(this.#failed.values(), ({ again }) => again).filter((again) => again > now));
    if (next === Infinity) return;
    this.#timer = setTimeout(
      () => {
        this.#wake();
        this.#schedule();
      },
      next - now + 1,
    );
    this.#timer.unref();
  }
}
