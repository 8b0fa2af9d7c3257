/** Some states of a history, from which every other one is soon reached. */
import type { State } from "../state/state.ts";
import { leastMissed } from "./thinning.ts";

/** A state and the number of steps that lead to it. */
export interface Snapshot {
  readonly step: bigint;
  readonly state: State;
}

/** How much may be kept. */
export interface SnapshotLimits {
  readonly count: number;
  /** Bytes of pages that states do not share with the state before them. */
  readonly bytes: number;
}

interface Kept extends Snapshot {
  /** Bytes of pages that the snapshot before it does not have. */
  readonly bytes: number;
}

/** Bytes of a page of a tree, with what is beside it. */
const PAGE_BYTES = 4500;

/**
 * Snapshots in the order of their steps. When there are too many, those go whose neighbours are nearest to each other, but for
 * pinned ones and the last; so memory stays bounded and the gaps stay even.
 */
export class Snapshots {
  readonly #limits: SnapshotLimits;
  readonly #pinned = new Set<bigint>();
  #list: Kept[] = [];
  #bytes = 0;

  constructor(limits: SnapshotLimits) {
    this.#limits = limits;
  }

  /** Keeps a state; another one kept for the same step gives way. */
  add(step: bigint, state: State, pinned = false): void {
    if (pinned) this.#pinned.add(step);
    const at = this.#position(step);
    const exists = this.#list[at]?.step === step;
    const next = this.#list[exists ? at + 1 : at];
    const bytes = bytesUnlike(state, this.#list[at - 1]?.state);
    this.#bytes += bytes - (exists ? this.#list[at]!.bytes : 0);
    this.#list.splice(at, exists ? 1 : 0, { step, state, bytes });
    if (next !== undefined) {
      const after = { ...next, bytes: bytesUnlike(next.state, state) };
      this.#bytes += after.bytes - next.bytes;
      this.#list[at + 1] = after;
    }
    while (this.#list.length > this.#limits.count || this.#bytes > this.#limits.bytes) if (!this.#thin()) break;
  }

  /** The snapshot with the greatest step that is not beyond `step`. */
  before(step: bigint): Snapshot {
    const at = this.#position(step);
    const found = this.#list[at]?.step === step ? this.#list[at] : this.#list[at - 1];
    if (found === undefined) throw new RangeError(`no snapshot at or before step ${step}`);
    return found;
  }

  /** Lets one go; false if none may. */
  #thin(): boolean {
    const at = leastMissed(this.#list, ({ step }) => !this.#pinned.has(step));
    const [gone] = at === undefined ? [] : this.#list.splice(at, 1);
    if (at === undefined || gone === undefined) return false;
    const next = this.#list[at]!;
    const after = { ...next, bytes: bytesUnlike(next.state, this.#list[at - 1]?.state) };
    this.#list[at] = after;
    this.#bytes += after.bytes - next.bytes - gone.bytes;
    return true;
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

/** What a state takes beside another one that is kept too; nothing for the first, which somebody holds anyway. */
function bytesUnlike(state: State, other: State | undefined): number {
  if (other === undefined) return 0;
  const trees = ["memory", "stack", "cells"] as const;
  return PAGE_BYTES * trees.reduce((pages, tree) => pages + state[tree].pagesNotShared(other[tree]), 1);
}
