/**
 * A fragment's whole history as one player sees it: any state, any root, and the commitments that the game asks for, at every
 * level. Level 0 starts from the loaded state with the largest stride; each further level covers one stride of the level
 * above, and the last one has stride 1.
 */
import { HASH_BYTES } from "../merkle/keccak.ts";
import { type State, stateRoot } from "../state/state.ts";
import { isHalted } from "../state/step-state.ts";
import type { Commitment } from "./commitment.ts";
import { CommitmentBuilder } from "./commitment-builder.ts";
import type { Execution, Executor } from "./executor.ts";
import { Snapshots } from "./snapshots.ts";
import { StepRoots } from "./step-roots.ts";

/** A lie: the state after `step` steps becomes another one, and the history goes on from there. */
export interface Fault {
  readonly step: bigint;
  readonly mutate: (state: State) => State;
}

/** How far a commitment is. */
export interface Progress {
  /** The commitment's level in the game, 0 first. */
  readonly level: number;
  /** Steps taken since the commitment's start. */
  readonly done: bigint;
  /** The most steps that there can be: where the commitment ends, where the history is known to halt, or where all fuel is spent. */
  readonly total: bigint;
}

/** What a trace can be told beside its initial state and heights. */
export interface TraceOptions {
  readonly executor: Executor;
  /** Lies, in the order of their steps. None may lie behind the point where the history halts. */
  readonly faults?: readonly Fault[];
  readonly onProgress?: (progress: Progress) => void;
  /** Snapshots to keep at most; 512 by default. */
  readonly snapshots?: number;
}

/** Thrown when a trace is asked for something that its history does not have. */
export class TraceError extends Error {
  override name = "TraceError";
}

const DEFAULT_SNAPSHOTS = 512;

/** Steps between snapshots where a history is taken step by step. */
const SNAPSHOT_STRIDE = 2n ** 16n;

/** Steps whose roots are computed at once where a history is taken step by step: some 5 ms. */
const PIECE = 1024n;

/** For how long a commitment is computed without letting others run, in milliseconds. */
const SLICE_MS = 40;

/** A deterministic history of 2^(sum of heights) steps from a loaded state. What was computed once is kept. */
export class Trace {
  /** Heights of the commitments by level. */
  readonly heights: readonly number[];
  readonly #executor: Executor;
  readonly #faults: readonly Fault[];
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  readonly #snapshots: Snapshots;
  readonly #commitments = new Map<string, Promise<Commitment>>();
  /** How many faults, from the first, have become snapshots. No snapshot lies beyond a fault that has not. */
  #injected = 0;

  constructor(initial: State, heights: readonly number[], options: TraceOptions) {
    this.heights = heights;
    this.#executor = options.executor;
    this.#faults = options.faults ?? [];
    this.#onProgress = options.onProgress;
    this.#snapshots = new Snapshots(options.snapshots ?? DEFAULT_SNAPSHOTS);
    this.#snapshots.add(0n, initial, true);
    let last = 0n;
    for (const { step } of this.#faults) {
      if (step <= last) throw new TraceError(`the fault at step ${step} does not come after step ${last}`);
      last = step;
    }
  }

  /** Steps between two leaves of a commitment at this level. */
  stride(level: number): bigint {
    return 1n << BigInt(this.heights.slice(level + 1).reduce((sum, height) => sum + height, 0));
  }

  /** Steps that the whole history covers. */
  get length(): bigint {
    return this.stride(-1);
  }

  /** The state after `step` steps: at once if a snapshot is near, otherwise the executor runs there. */
  stateAt(step: bigint): State {
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

  /** The root of the state after `step` steps. */
  rootAt(step: bigint): Uint8Array {
    return stateRoot(this.stateAt(step));
  }

  /** The step from which on the history stays as it is. Runs to there if that has not been done. */
  halt(): bigint {
    if (!isHalted(this.stateAt(this.length))) return this.length;
    return this.#snapshots.before(this.length).step;
  }

  /** The commitment at a level of the game that begins with the state after `start` steps. Computed once. */
  commitment(level: number, start: bigint): Promise<Commitment> {
    const key = `${level}:${start}`;
    const known = this.#commitments.get(key);
    if (known !== undefined) return known;
    const commitment = this.#commit(level, start);
    this.#commitments.set(key, commitment);
    return commitment;
  }

  /** Goes to a step that no fault lies before but those that are snapshots. A halted snapshot stands where it halted. */
  #run(step: bigint): State {
    const from = this.#snapshots.before(step);
    if (from.step === step || isHalted(from.state)) return from.state;
    const execution = this.#executor.load(from.state);
    const taken = execution.run(step - from.step);
    const state = execution.save();
    this.#keep(from.step + taken, state);
    return state;
  }

  async #commit(level: number, start: bigint): Promise<Commitment> {
    const height = this.heights[level];
    if (height === undefined) throw new TraceError(`the game has no level ${level}, only ${this.heights.length}`);
    const stride = this.stride(level);
    const end = start + (stride << BigInt(height));
    const total = this.#mostSteps(start, end);
    const builder = new CommitmentBuilder(
      height,
      stride === 1n ? (first, count) => this.#leavesAnew(start + BigInt(first), count) : undefined,
    );
    let done = 0n;
    let slice = Date.now();
    for (const roots of stride === 1n ? this.#rootsOfSteps(start, end) : this.#rootsOfStrides(start, end, stride)) {
      builder.append(roots);
      done += stride * BigInt(roots.length / HASH_BYTES);
      if (Date.now() - slice > SLICE_MS) {
        this.#onProgress?.({ level, done: min(done, total), total });
        await new Promise((resolve) => setTimeout(resolve));
        slice = Date.now();
      }
    }
    const fault = this.#faults[this.#injected];
    // A fault that the history never reaches is a mistake, not a truth: this tells it.
    if (fault !== undefined && fault.step <= end) this.stateAt(fault.step);
    this.#onProgress?.({ level, done: total, total });
    return builder.finish();
  }

  /** The most steps from `start` to where the history halts or `end`: exact if it has run to its halt already. */
  #mostSteps(start: bigint, end: bigint): bigint {
    const { fuel, reserve } = this.stateAt(start).registers;
    const last = this.#snapshots.before(end);
    const halt = isHalted(last.state) && last.step > start ? last.step : start + fuel + reserve + 1n;
    return min(end, halt) - start;
  }

  /** Roots of the states after `start`, at least one, piece by piece up to `end` or the halt. */
  *#rootsOfSteps(start: bigint, end: bigint): Generator<Uint8Array> {
    const first = this.stateAt(start);
    if (isHalted(first)) yield stateRoot(first);
    let run = new StepRoots(first);
    for (let step = start; step < end && !run.halted; ) {
      const fault = this.#faults.find((one) => one.step > step);
      if (fault?.step === step + 1n) {
        // From here it is not far for whoever runs to the fault.
        this.#keep(step, run.save());
        const state = this.stateAt(++step);
        run = new StepRoots(state);
        yield stateRoot(state);
        continue;
      }
      const boundary = step - (step % SNAPSHOT_STRIDE) + SNAPSHOT_STRIDE;
      const stop = [end, boundary, step + PIECE].reduce(min, fault === undefined ? end : fault.step - 1n);
      const roots = run.next(Number(stop - step));
      step += BigInt(roots.length / HASH_BYTES);
      if (step === boundary || run.halted) this.#keep(step, run.save());
      yield roots;
    }
  }

  /** Roots of the states after `start`, as many as the history has there. */
  #leavesAnew(start: bigint, count: number): Uint8Array {
    const leaves = new Uint8Array(count * HASH_BYTES);
    let at = 0;
    for (const roots of this.#rootsOfSteps(start, start + BigInt(count))) {
      leaves.set(roots, at);
      at += roots.length;
    }
    return leaves.subarray(0, at);
  }

  /** Roots of the states after each stride from `start` on, up to `end` or the halt: runs of the executor as long as no fault comes. */
  *#rootsOfStrides(start: bigint, end: bigint, stride: bigint): Generator<Uint8Array> {
    let execution: Execution | undefined = this.#executor.load(this.stateAt(start));
    for (let step = start + stride; step <= end; step += stride) {
      let state: State;
      if (this.#hasFault(step - stride + 1n, step)) {
        execution = undefined;
        state = this.stateAt(step);
      } else {
        execution ??= this.#executor.load(this.stateAt(step - stride));
        const taken = execution.run(stride);
        state = execution.save();
        this.#keep(step - stride + taken, state);
      }
      yield stateRoot(state);
      if (isHalted(state)) return;
    }
  }

  #hasFault(first: bigint, last: bigint): boolean {
    return this.#faults.some(({ step }) => first <= step && step <= last);
  }

  #keep(step: bigint, state: State): void {
    const halted = isHalted(state);
    // Behind the halt every state is the same, and `halt` wants the first.
    if (halted && isHalted(this.#snapshots.before(step).state)) return;
    this.#snapshots.add(step, state, halted);
  }
}

function min(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
