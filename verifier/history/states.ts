/**
 * Any state of a history: at once if a snapshot is near, otherwise an executor runs there.
 * Snapshots lie in memory, and of an honest history also on disk, so that a later process need not
 * begin from nothing.
 */
import { Problem } from "../errors.ts";
import type { State } from "../state/state.ts";
import { isHalted } from "../state/step-state.ts";
import type { HistoryStore } from "./history-store.ts";
import type { Execution, Executor } from "../state/executor.ts";
import { type Snapshot, type SnapshotLimits, Snapshots } from "./snapshots.ts";

/** A lie: the state after `step` steps becomes another one, and the history goes on from there. */
export interface Fault {
  readonly step: bigint;
  readonly mutate: (state: State) => State;
}

/** Thrown when a trace is asked for something that its history does not have. */
export class TraceError extends Problem {
  override readonly name = "TraceError";
}

/** What states are made with. */
export interface StatesOptions {
  readonly executor: Executor;
  /** Lies, in the order of their steps. */
  readonly faults: readonly Fault[];
  readonly limits: SnapshotLimits;
  /** Only for a history without lies: it is found by its initial state alone. */
  readonly store: HistoryStore | undefined;
}

/**
 * Steps of the first part of a long run, after which there is a snapshot; parts grow until they
 * take {@link PART_MS}.
 */
const FIRST_PART = 2n ** 28n;
const PART_MS = 1000;

/** Milliseconds of work that are worth a state on disk. */
const WORTH_MS = 3000;

/** Steps that are taken again sooner than a state is read from disk. */
const NEAR = 2n ** 26n;

export class States {
  readonly #executor: Executor;
  readonly #faults: readonly Fault[];
  readonly #snapshots: Snapshots;
  readonly #store: HistoryStore | undefined;
  /**
   * How many faults, from the first, have become snapshots. No snapshot lies beyond a fault that
   * has not.
   */
  #injected = 0;
  /** When a state was written to disk last, or a run began. */
  #stored = Date.now();

  constructor(initial: State, { executor, faults, limits, store }: StatesOptions) {
    this.#executor = executor;
    this.#faults = faults;
    this.#snapshots = new Snapshots(limits);
    this.#snapshots.add(0n, initial, true);
    this.#store = store;
    let last = 0n;
    for (const { step } of faults) {
      if (step <= last) throw new TraceError(`the fault at step ${step} does not come after step ${last}`);
      last = step;
    }
    if (faults.length > 0 && store !== undefined) throw new TraceError("a history with faults is not kept on disk");
  }

  /** The state after `step` steps. */
  at(step: bigint): State {
    for (let fault = this.#faults[this.#injected]; fault && fault.step <= step; fault = this.#faults[this.#injected]) {
      const honest = this.#run(fault.step);
      const halt = this.#snapshots.before(fault.step).step;
      if (isHalted(honest) && halt < fault.step) {
        throw new TraceError(`the fault at step ${fault.step} lies behind the halt at step ${halt}`);
      }
      this.#snapshots.add(fault.step, fault.mutate(honest), true);
      this.#injected++;
    }
    return this.#run(step);
  }

  /**
   * The snapshot with the greatest step that is not beyond `step`. A halted one stands where the
   * history halted.
   */
  before(step: bigint): Snapshot {
    return this.#snapshots.before(step);
  }

  /** The first fault after a step. */
  faultBehind(step: bigint): Fault | undefined {
    return this.#faults.find((fault) => fault.step > step);
  }

  /** The first fault that has not become a snapshot. */
  get pending(): Fault | undefined {
    return this.#faults[this.#injected];
  }

  /** A run of the executor that begins after `step` steps. */
  execution(step: bigint): Execution {
    return this.#executor.load(this.at(step));
  }

  /** Keeps a state for later. */
  keep(step: bigint, state: State): void {
    const halted = isHalted(state);
    // After the halt every state is the same, and the first is wanted.
    if (halted && isHalted(this.#snapshots.before(step).state)) return;
    this.#snapshots.add(step, state, halted);
    const now = Date.now();
    if (now - this.#stored < WORTH_MS || this.#store === undefined) return;
    this.#store.keep(step, state);
    this.#stored = Date.now();
  }

  /** Goes to a step that no fault lies before but those that are snapshots. */
  #run(step: bigint): State {
    const from = this.#nearest(step);
    if (from.step === step || isHalted(from.state)) return from.state;
    const execution = this.#executor.load(from.state);
    let at = from.step;
    for (let part = FIRST_PART; ;) {
      const asked = step - at < part ? step - at : part;
      const begun = Date.now();
      const taken = execution.run(asked);
      at += taken;
      const state = execution.save();
      this.keep(at, state);
      if (at === step || taken < asked) return state;
      if (Date.now() - begun < PART_MS) part *= 2n;
    }
  }

  #nearest(step: bigint): Snapshot {
    const inMemory = this.#snapshots.before(step);
    if (this.#store === undefined || step - inMemory.step < NEAR || isHalted(inMemory.state)) return inMemory;
    const isNearer = this.#store.steps().some((stored) => stored <= step && stored > inMemory.step + NEAR);
    const stored = isNearer ? this.#store.nearest(step) : undefined;
    if (stored === undefined || stored.step <= inMemory.step) return inMemory;
    this.#snapshots.add(stored.step, stored.state, isHalted(stored.state));
    return stored;
  }
}
