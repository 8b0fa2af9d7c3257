/** Some states of a history, from which every other one is soon reached. */
import { Crash } from "../errors.ts";
import type { Tree } from "../merkle/tree.ts";
import { Checkpoint } from "../state/checkpoint.ts";
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
  /**
   * Bytes of pages that states do not share with the state after them. Whoever runs the history has
   * the last one anyway.
   */
  readonly bytes: number;
}

interface Kept {
  readonly step: bigint;
  /** Weakly, if it is the last one and large: as long as somebody else has it. */
  readonly state: State | WeakRef<State>;
  /** Bytes of pages that the snapshot after it does not have. */
  readonly bytes: number;
}

/** Bytes of a page of a tree, with what is beside it. */
const PAGE_BYTES = 4500;

/**
 * Snapshots in the order of their steps. When there are too many, those go whose neighbours are
 * nearest to each other, but for pinned ones and the last; so memory stays bounded and the gaps
 * stay even.
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
    this.#forget();
    if (pinned) this.#pinned.add(step);
    const at = this.#position(step);
    this.#replace(at, this.#list[at]?.step === step ? 1 : 0, { step, state, bytes: 0 });
    while (this.#list.length > this.#limits.count || this.#bytes > this.#limits.bytes) if (!this.#thin()) break;
  }

  /** The snapshot with the greatest step that is not beyond `step`. */
  before(step: bigint): Snapshot {
    this.#forget();
    const at = this.#position(step);
    const found = this.#list[at]?.step === step ? at : at - 1;
    const state = this.#stateAt(found);
    if (state === undefined) throw new Crash(`no snapshot at or before step ${step}`);
    return { step: this.#list[found]!.step, state };
  }

  /** Lets one go; false if none may. */
  #thin(): boolean {
    const at = leastMissed(this.#list, ({ step }) => !this.#pinned.has(step));
    if (at === undefined) return false;
    this.#replace(at, 1);
    return true;
  }

  /** Takes out the last one, if it was held weakly and is gone. */
  #forget(): void {
    const last = this.#list.length - 1;
    if (last >= 0 && this.#stateAt(last) === undefined) this.#replace(last, 1);
  }

  #replace(at: number, count: number, ...by: readonly Kept[]): void {
    const gone = this.#list.splice(at, count, ...by);
    this.#bytes -= gone.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const changed of [at - 1, at]) this.#weigh(changed);
  }

  /** Computes what a snapshot takes, now that others are beside it. */
  #weigh(at: number): void {
    const kept = this.#list[at];
    const state = this.#stateAt(at);
    if (kept === undefined || state === undefined) return;
    const next = this.#stateAt(at + 1);
    // The first state is somebody's too.
    const bytes = at === 0 || next === undefined ? 0 : bytesUnlike(state, next);
    this.#bytes += bytes - kept.bytes;
    const isWeak = next === undefined && !this.#pinned.has(kept.step) && this.#isLarge(state);
    this.#list[at] = { step: kept.step, state: isWeak ? new WeakRef(state) : state, bytes };
  }

  #isLarge(state: State): boolean {
    const first = this.#stateAt(0);
    return first !== undefined && bytesUnlike(state, first, this.#limits.bytes) > this.#limits.bytes;
  }

  #stateAt(at: number): State | undefined {
    const state = this.#list[at]?.state;
    return state instanceof WeakRef ? state.deref() : state;
  }

  /** Where the first snapshot with a step not below `step` stands. */
  #position(step: bigint): number {
    let low = 0;
    let high = this.#list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#list[middle]!.step < step) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * What a state takes beside another one that is kept too; if it is more than `most`, that it is
 * more.
 */
function bytesUnlike(state: State, other: State, most = Infinity): number {
  const pages = 1 + most / PAGE_BYTES;
  const trees = ["memory", "stack", "cells"] as const;
  const live = trees.reduce((sum, tree) => sum + state[tree].pagesNotShared(other[tree], pages), 1);
  return PAGE_BYTES * (live + (live > pages ? 0 : pagesBehind(state, other)));
}

/**
 * Pages of an open transaction's checkpoint that neither the state itself has nor the other one.
 */
function pagesBehind({ memory, checkpoint }: State, other: State): number {
  const before = memoryOf(checkpoint);
  return before === undefined || before === memoryOf(other.checkpoint) ? 0 : before.pagesNotShared(memory);
}

function memoryOf(checkpoint: State["checkpoint"]): Tree | undefined {
  return checkpoint instanceof Checkpoint ? checkpoint.memory : undefined;
}
