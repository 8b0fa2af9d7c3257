/**
 * What a replayer is told at each look: the fragments that there are, and up to which of them
 * nothing is needed any more.
 */
import type { DealView } from "../chain/deal-log.ts";
import type { Lineup } from "../replay/replayer.ts";

/** Seconds after which nobody expects that the chain changes its mind: twice Ethereum's finality. */
const FINALITY = 1_800;

/** Remembers when fragments were decided. */
export class Lineups {
  readonly #finality: number;
  /** How many fragments were decided at an instant, the oldest look that still matters first. */
  #looks: { readonly time: number; readonly resolved: number }[] = [];

  /** @param finality seconds from a decision to the moment when no reorganisation undoes it */
  constructor(finality = FINALITY) {
    this.#finality = finality;
  }

  /**
   * The fragments as a look at `now` sees them.
   *
   * @param useful the first fragment whose run is still needed for another reason
   */
  of(view: DealView, useful: number, now: number): Lineup {
    const looks = this.#looks.filter(({ resolved }) => resolved <= view.resolved);
    if (looks.at(-1)?.resolved !== view.resolved) looks.push({ time: now, resolved: view.resolved });
    const settled = looks.findLastIndex(({ time }) => time + this.#finality <= now);
    this.#looks = looks.slice(Math.max(0, settled));
    const final = settled < 0 ? 0 : (looks[settled]?.resolved ?? 0);
    const head = { index: view.resolved, root: view.head };
    return { fragments: view.fragments, final: Math.min(final, useful), head };
  }
}
