/**
 * Numbers that look random and are the same everywhere (a linear congruential generator, modulus
 * 2^32).
 */
export class Numbers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to, not including, `bound`. */
  below(bound: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * bound);
  }

  /** One of a list. */
  pick(list: readonly string[]): string {
    return list[this.below(list.length)] ?? "";
  }
}
