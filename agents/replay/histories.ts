/**
 * Histories of fragments that were run: made only when a dispute asks for them, and then kept, the
 * ones used last.
 */
import type { Trace } from "../../verifier/history/trace.ts";
import type { FragmentRun } from "../../verifier/program/fragment.ts";

/**
 * Histories that are kept; each has up to 32 MiB of states. One that is gone is computed again if
 * it is asked for: who asks keeps what it was told.
 */
const KEPT = 8;

/** Histories by their run. */
export class Histories {
  readonly #make: (run: FragmentRun, index: number) => Trace;
  /** The one used last comes last. */
  readonly #made = new Map<FragmentRun, Trace>();

  constructor(make: (run: FragmentRun, index: number) => Trace) {
    this.#make = make;
  }

  /** The history of a run of the fragment at a position. */
  of(run: FragmentRun, index: number): Trace {
    const history = this.#made.get(run) ?? this.#make(run, index);
    this.#made.delete(run);
    this.#made.set(run, history);
    const [oldest] = this.#made.keys();
    if (this.#made.size > KEPT && oldest !== undefined) this.#made.delete(oldest);
    return history;
  }

  /** Lets the history of a run go. */
  letGo(run: FragmentRun): void {
    this.#made.delete(run);
  }
}
