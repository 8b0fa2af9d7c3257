/** A limit of requests per second, and what a provider's own limit makes of it. */

/** A second as we count it: longer than the provider's, since requests take different times. */
const SECOND = 1_050;

/** Ten seconds without a refusal: then one request a second more, up to what was asked for. */
const RECOVERY = 10_000;

/** Gives out so many permissions in any second, and none while it is paused. */
export class Pace {
  readonly #most: number;
  #perSecond: number;
  /** When each permission of the last second was given, in milliseconds of `performance.now`. */
  #given: number[] = [];
  #pausedUntil = 0;
  #changed = 0;

  /** @param perSecond at least 1 */
  constructor(perSecond: number) {
    this.#most = perSecond;
    this.#perSecond = perSecond;
  }

  /** Permissions a second, at the moment. */
  get perSecond(): number {
    return this.#perSecond;
  }

  /** Waits until there is a permission; takes as many as there are, at most `most`. */
  async take(most: number): Promise<number> {
    for (;;) {
      const now = performance.now();
      this.#recover(now);
      this.#given = this.#given.filter((time) => time > now - SECOND);
      const left = this.#perSecond - this.#given.length;
      const wait = left > 0 ? this.#pausedUntil - now : (this.#given[0] ?? now) + SECOND - now;
      if (wait <= 0) {
        const taken = Math.min(most, left);
        for (let count = 0; count < taken; count++) this.#given.push(now);
        return taken;
      }
      await new Promise((over) => setTimeout(over, Math.ceil(wait)));
    }
  }

  /**
   * The provider refused: no permission for so long, in milliseconds, and half as many afterwards.
   * Refusals while it is paused belong to the same moment.
   */
  refused(milliseconds: number): void {
    const now = performance.now();
    if (now >= this.#pausedUntil) this.#perSecond = Math.max(1, this.#perSecond >> 1);
    this.#pausedUntil = Math.max(this.#pausedUntil, now + milliseconds);
    this.#changed = this.#pausedUntil;
  }

  #recover(now: number): void {
    if (this.#perSecond >= this.#most || now < this.#changed + RECOVERY) return;
    this.#perSecond += 1;
    this.#changed = now;
  }
}
