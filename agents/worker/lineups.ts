/**
 * What a replayer is told at each look: the fragments that there are, and up to which of them
 * nothing is needed any more.
 */
import type { DealView } from "../chain/deal-log.ts";
import { type Settled, settledAfter } from "../chain/finality.ts";
import type { Lineup } from "../replay/replayer.ts";

/** Seconds after which nobody expects that the chain changes its mind: twice Ethereum's finality. */
const FINALITY = 1_800;

/** Makes lineups of looks. */
export class Lineups {
  readonly #settled: Settled;
  readonly #letGo: (before: number) => void;

  /**
   * @param settled how many fragments no reorganisation brings back into question
   * @param letGo hears which fragments are needed no more: those before a position
   */
  constructor(settled: Settled = settledAfter(FINALITY), letGo: (before: number) => void = () => undefined) {
    this.#settled = settled;
    this.#letGo = letGo;
  }

  /**
   * The fragments as a look at `now` sees them.
   *
   * @param useful the first fragment whose run is still needed for another reason
   */
  async of(view: DealView, useful: number, now: number): Promise<Lineup> {
    const final = Math.min(await this.#settled(view, now), useful);
    this.#letGo(final);
    return { fragments: view.fragments, final, head: { index: view.resolved, root: view.head } };
  }
}
