/**
 * The steps of the bodies that were read last: all steps of a large program together would take
 * hundreds of megabytes.
 */
import type { CodeFunction } from "../program/linkage.ts";

/** Steps that are kept, at most, but for a body that has more: some 10 MB. */
const MOST_STEPS = 2 ** 15;

/** @typeParam Step - what a body is read into */
export class RecentSteps<Step> {
  readonly #read: (fn: CodeFunction) => readonly Step[];
  /** Those that were asked for last come last. */
  readonly #kept = new Map<CodeFunction, readonly Step[]>();
  #count = 0;

  /** @param read - reads a function that has been read before: about a microsecond a step */
  constructor(read: (fn: CodeFunction) => readonly Step[]) {
    this.#read = read;
  }

  of(fn: CodeFunction): readonly Step[] {
    const known = this.#kept.get(fn);
    if (known === undefined) return this.keep(fn, this.#read(fn));
    this.#kept.delete(fn);
    this.#kept.set(fn, known);
    return known;
  }

  /**
   * Keeps the steps of a function that is not kept, and drops those that have not been asked for
   * for longest.
   */
  keep(fn: CodeFunction, steps: readonly Step[]): readonly Step[] {
    this.#count += steps.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#count <= MOST_STEPS) break;
      this.#kept.delete(oldest);
      this.#count -= length;
    }
    this.#kept.set(fn, steps);
    return steps;
  }
}
