/**
 * The histories of fragments that were run: made only when a dispute asks for them, and then kept.
 */
import type { Trace } from "../../verifier/history/trace.ts";
import type { FragmentRun } from "../../verifier/program/fragment.ts";

/** Makes the history of a fragment that was run. */
export type HistoryOf = (run: FragmentRun, fragment: number) => Trace;

/**
 * Histories by their run: a fragment that is run again, because its input has changed, has another
 * one.
 */
export class Histories {
  readonly #make: HistoryOf;
  readonly #made = new WeakMap<FragmentRun, Trace>();

  constructor(make: HistoryOf) {
    this.#make = make;
  }

  /** The history of a run. */
  of(run: FragmentRun, fragment: number): Trace {
    const known = this.#made.get(run);
    if (known !== undefined) return known;
    const made = this.#make(run, fragment);
    this.#made.set(run, made);
    return made;
  }
}
