/** Some states of a history, from which every other one is soon reached. */
import type { State } from "../state/state.ts";

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
 * Snapshots in the order of their steps. When there are too many, every second one goes, but for those that are pinned and the
 * last; so memory stays bounded and the gaps stay even.
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
    if (this.#list.length > this.#limits.count || this.#bytes > this.#limits.bytes) this.#thin();
  }

  /** The snapshot with the greatest step that is not beyond `step`. */
  before(step: bigint): Snapshot {
    const at = this.#position(step);
    const found = this.#list[at]?.step === step ? this.#list[at] : this.#list[at - 1];
    if (found === undefined) throw new RangeError(`no snapshot at or before step ${step}`);
    return found;
  }

  #thin(): void {
    const last = this.#list.length - 1;
    const kept = this.#list.filter(({ step }, i) => i % 2 === 0 || i === last || this.#pinned.has(step));
    this.#list = kept.map(({ step, state }, i) => ({ step, state, bytes: bytesUnlike(state, kept[i - 1]?.state) }));
    this.#bytes = this.#list.reduce((sum, { bytes }) => sum + bytes, 0);
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
  let pages = 1;
  for (const tree of ["memory", "stack", "cells"] as const) {
    const pair = state[tree].pagesUnlike(other[tree]);
    while (pair.next().done !== true) pages++;
  }
  return pages * PAGE_BYTES;
}
