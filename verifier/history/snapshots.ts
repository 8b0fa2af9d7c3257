/** Some states of a history, from which every other one is soon reached. */
import type { State } from "../state/state.ts";

/** A state and the number of steps that lead to it. */
export interface Snapshot {
  readonly step: bigint;
  readonly state: State;
}

/**
 * Snapshots in the order of their steps. When there are too many, every second one goes, but for those that are pinned; so
 * memory stays bounded and the gaps stay even.
 */
export class Snapshots {
  readonly #capacity: number;
  readonly #pinned = new Set<bigint>();
  #list: Snapshot[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Keeps a state; another one kept for the same step gives way. */
  add(step: bigint, state: State, pinned = false): void {
    if (pinned) this.#pinned.add(step);
    const at = this.#position(step);
    const exists = this.#list[at]?.step === step;
    this.#list.splice(at, exists ? 1 : 0, { step, state });
    if (this.#list.length > this.#capacity) {
      this.#list = this.#list.filter((snapshot, i) => i % 2 === 0 || this.#pinned.has(snapshot.step));
    }
  }

  /** The snapshot with the greatest step that is not beyond `step`. */
  before(step: bigint): Snapshot {
    const at = this.#position(step);
    const found = this.#list[at]?.step === step ? this.#list[at] : this.#list[at - 1];
    if (found === undefined) throw new RangeError(`no snapshot at or before step ${step}`);
    return found;
  }

  /** Where the first snapshot with a step not below `step` stands. */
  #position(step: bigint): number {
    let low = 0;
    let high = this.#list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#list[middle] as Snapshot).step < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
