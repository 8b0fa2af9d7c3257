/** Random numbers from a seed: the same ones for the same seed, on every machine. */

/** Draws. */
export class Draw {
  #state: number;

  /** @param seed any whole number */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** From 0 up to, not including, 1: Mulberry32 (T. Ettinger, 2017). */
  share(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.share() * (most - least + 1));
  }

  /** The same where each factor is as likely: small numbers come more often. */
  magnitude(least: number, most: number): number {
    return Math.min(most, Math.floor(least * ((most + 1) / least) ** this.share()));
  }

  /** Happens with this probability. */
  happens(probability: number): boolean {
    return this.share() < probability;
  }

  /** One of a list. */
  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.whole(0, list.length - 1)] ?? list[0];
  }
}
