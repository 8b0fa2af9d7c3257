/** States of a subject after blocks that are old enough to stay, to go on from. */
import type { Hex } from "viem";

/** The state after all logs up to a block. */
export interface Point<S> {
  readonly number: bigint;
  readonly hash: Hex;
  /** Of the block, in seconds. */
  readonly timestamp: number;
  readonly state: S;
}

/**
 * Keeps points that are the fewer the older they are: after a reorganisation of any depth at most
 * twice as much is read again as it has undone.
 */
export class Trail<S> {
  #points: Point<S>[];

  constructor(points: readonly Point<S>[] = []) {
    this.#points = [...points];
  }

  /** Oldest first. */
  get points(): readonly Point<S>[] {
    return this.#points;
  }

  /** Adds a point after all others; one of the same block is replaced. */
  add(point: Point<S>): void {
    const earlier = this.#points.filter(({ number }) => number < point.number);
    this.#points = [...thin(earlier, point.number), point];
  }

  /** The newest point whose block is still on the chain; newer ones are proven to be gone, and forgotten. */
  async newest(most: bigint, hashOf: (number: bigint) => Promise<Hex>): Promise<Point<S> | undefined> {
    for (const point of this.#points.toReversed()) {
      if (point.number > most) continue;
      // A question that fails proves nothing: its failure is the caller's.
      if ((await hashOf(point.number)) === point.hash) return point;
      this.#points = this.#points.filter(({ number }) => number < point.number);
    }
    return undefined;
  }

  /** Forgets everything. */
  clear(): void {
    this.#points = [];
  }
}

/**
 * The oldest point of each stretch of blocks; at a distance between two powers of two from the
 * newest block, stretches are half the smaller power long. They begin at multiples of their length,
 * so that what is dropped is missed by no later thinning.
 */
function thin<S>(points: readonly Point<S>[], newest: bigint): Point<S>[] {
  const stretches = new Set<string>();
  return points.filter(({ number }) => {
    const shift = BigInt(Math.max(0, (newest - number).toString(2).length - 2));
    const stretch = `${shift} ${number >> shift}`;
    const first = !stretches.has(stretch);
    stretches.add(stretch);
    return first;
  });
}
