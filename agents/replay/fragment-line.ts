/** The Deal's fragments as the looks at the chain told them, and where two looks differ. */
import type { Hex } from "viem";
import type { Lineup, Submitted } from "./replayer.ts";

/** Fragments one after the other; what is resolved for good gives way. */
export class FragmentLine {
  #lineup: Lineup | undefined;
  #byId = new Map<Hex, number>();

  /** The latest lineup. */
  get latest(): Lineup | undefined {
    return this.#lineup;
  }

  /** The position of a fragment of the latest look. */
  indexOf(id: Hex): number | undefined {
    return this.#byId.get(id);
  }

  /** The fragment at a position, if the latest look has it. */
  at(index: number): Submitted | undefined {
    const fragments = this.#lineup?.fragments;
    return fragments?.[index - (fragments[0]?.index ?? 0)];
  }

  /**
   * Takes the next look. Gives the first position at which it is not what the look before told, or
   * does not confirm it; Infinity if there is none.
   */
  follow(lineup: Lineup): number {
    const before = this.#lineup;
    this.#lineup = lineup;
    this.#byId = new Map(lineup.fragments.map(({ id, index }) => [id, index]));
    for (const { id, index } of before?.fragments ?? []) {
      // What was final stays what it was.
      if (index >= (before?.final ?? 0) && this.at(index)?.id !== id) return index;
    }
    return Infinity;
  }
}
