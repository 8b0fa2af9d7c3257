/**
 * How long native stretches are, and how long the interpreter goes on before the next one is tried.
 * To enter native code costs as much as many interpreted steps, so where stretches end early they
 * are tried less and less often; and after a trap, whose step no native run tells, they become
 * short.
 */

/** Steps of the first stretch after a trap; a shorter one that traps is interpreted. */
const FIRST = 2n ** 17n;

/** A stretch of so many steps after a trap is the last one that is bounded. */
const LAST = 2n ** 40n;

/** Short stretches in a row after which it waits: a transaction may well begin and end with one. */
const SHORT = 4;

/** Steps that the interpreter goes on for at most. */
const MOST_PATIENCE = 2n ** 18n;

export class Pace {
  readonly #leastStretch: bigint;
  /** Steps to interpret before the next attempt. */
  #patience = 0n;
  #nextPatience: bigint;
  /** Short stretches since the last long one. */
  #short = 0;
  /**
   * The longest stretch allowed, while a trap is ahead; it grows up to the stretch that traps and
   * shrinks from there.
   */
  #bound: bigint | undefined;
  #isShrinking = false;

  constructor(leastStretch: bigint) {
    this.#leastStretch = leastStretch;
    this.#nextPatience = leastStretch;
  }

  /** Whether a trap is ahead: then stretches should begin with states that are kept. */
  get isBounded(): boolean {
    return this.#bound !== undefined;
  }

  get patience(): bigint {
    return this.#patience;
  }

  /** The interpreter is about to go on for as long as {@link patience} says. */
  waited(): void {
    this.#patience = 0n;
  }

  /** No place was found where native code begins. */
  missed(): void {
    this.#wait();
  }

  /** The steps to run natively, of those that are left. */
  bound(left: bigint): bigint {
    return this.#bound === undefined || left < this.#bound ? left : this.#bound;
  }

  /** A stretch went well. */
  went(taken: bigint): void {
    if (this.#bound !== undefined && this.#isShrinking) {
      this.#bound /= 2n;
      this.#isShrinking = this.#bound > FIRST;
    } else if (this.#bound !== undefined) {
      this.#bound = this.#bound < LAST ? this.#bound * 2n : undefined;
    }
    if (taken >= this.#leastStretch) {
      this.#short = 0;
      this.#nextPatience = this.#leastStretch;
    } else if (++this.#short > SHORT) this.#wait();
  }

  /**
   * A stretch of so many steps that began with a saved state trapped. Gives the steps to interpret,
   * if that finds the trap.
   */
  trapped(bound: bigint): bigint | undefined {
    if (bound <= FIRST) {
      this.#bound = undefined;
      this.#isShrinking = false;
      return bound;
    }
    this.#isShrinking = this.#bound !== undefined;
    this.#bound = this.#isShrinking && bound / 2n > FIRST ? bound / 2n : FIRST;
    return undefined;
  }

  #wait(): void {
    this.#patience = this.#nextPatience;
    this.#nextPatience = this.#nextPatience * 2n < MOST_PATIENCE ? this.#nextPatience * 2n : MOST_PATIENCE;
  }
}
