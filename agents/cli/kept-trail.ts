/** What was read of a Deal, in the service's store: a restart reads only what has come since. */
import type { DealAndGame } from "../chain/deal-watch.ts";
import type { Point } from "../chain/trail.ts";
import { trailFrom, trailText } from "../chain/trail-text.ts";
import { Cursors } from "../store/cursor.ts";
import type { Store } from "../store/store.ts";

/** The name that it is kept by. */
const NAME = "watch";

/** Blocks that a service which was killed reads again at most: an hour of Ethereum's. */
const EVERY = 300n;

/**
 * The newest point of a watch that is old enough to stay, on disk. It is written in one transaction
 * of the store that also holds the intents, and nothing there depends on it: whoever is killed
 * begins with the point before. Nothing in it is trusted: its block is looked for on the chain, and
 * what follows from it is compared with the contracts.
 */
export class KeptTrail {
  readonly #cursors: Cursors;
  #kept: bigint | undefined;

  constructor(store: Store) {
    this.#cursors = new Cursors(store);
  }

  /** What an earlier watch has left: a point, or none if it can't be read. */
  read(): Point<DealAndGame>[] {
    const cursor = this.#cursors.read(NAME);
    if (cursor === undefined) return [];
    try {
      const points = trailFrom<DealAndGame>(cursor.text);
      this.#kept = points.at(-1)?.number;
      return points;
    } catch {
      // The chain still has it all.
      return [];
    }
  }

  /**
   * Keeps the newest point alone: where a reorganisation has undone even that one, everything is
   * read again.
   *
   * @param isLast whether the service ends: else it is kept only now and then
   */
  keep(trail: readonly Point<DealAndGame>[], isLast: boolean): void {
    const newest = trail.at(-1);
    if (newest === undefined || newest.number === this.#kept) return;
    const age = newest.number - (this.#kept ?? 0n);
    if (!isLast && this.#kept !== undefined && age > 0n && age < EVERY) return;
    this.#cursors.keep(NAME, { block: newest.number, text: trailText([newest]) });
    this.#kept = newest.number;
  }
}
