/**
 * A fragment's whole history as one player sees it: any state, any root, and the commitments that
 * the game asks for, at every level. Level 0 starts from the loaded state with the largest stride;
 * each further level covers one stride of the level above, and the last one has stride 1.
 */
import { HASH_BYTES } from "../merkle/keccak.ts";
import { type State, stateRoot } from "../state/state.ts";
import { isHalted } from "../state/step-state.ts";
import type { HistoryStore } from "./history-store.ts";
import type { Commitment, LeafSource } from "./commitment.ts";
import { CommitmentBuilder } from "./commitment-builder.ts";
import { decodeCommitment, encodeCommitment } from "./commitment-bytes.ts";
import { lengthOf, strideOf } from "./game-levels.ts";
import type { Execution, Executor } from "../state/executor.ts";
import type { SnapshotLimits } from "./snapshots.ts";
import { type Fault, States, TraceError } from "./states.ts";
import { StepRoots } from "./step-roots.ts";
import { lesser } from "../lesser.ts";

/** How far a commitment is. */
export interface Progress {
  /** The commitment's level in the game, 0 first. */
  readonly level: number;
  /** Steps taken since the commitment's start. */
  readonly done: bigint;
  /**
   * Steps in all: up to where the commitment ends or the history halts; undefined as long as nobody
   * has seen it halt.
   */
  readonly total: bigint | undefined;
}

/** What a trace can be told beside its initial state and heights. */
export interface TraceOptions {
  readonly executor: Executor;
  /** Lies, in the order of their steps. None may lie after the point where the history halts. */
  readonly faults?: readonly Fault[];
  readonly onProgress?: (progress: Progress) => void;
  /**
   * Lets others run in between, every {@link SLICE_MS}; a turn of the event loop by default. If it
   * rejects, the commitment does, and whoever asks for it again has it computed again.
   */
  readonly pause?: () => Promise<void>;
  /** What is kept in memory at most; by default 512 states that take 32 MiB. */
  readonly snapshots?: SnapshotLimits;
  /** Where states and commitments of a history without lies are kept beyond this process. */
  readonly store?: HistoryStore;
}

const DEFAULT_LIMITS: SnapshotLimits = { count: 512, bytes: 2 ** 25 };

/** Steps between snapshots where a history is taken step by step. */
const SNAPSHOT_STRIDE = 2n ** 16n;

/** Steps whose roots are computed at once where a history is taken step by step: some 5 ms. */
const PIECE = 1024n;

/** For how long a commitment is computed without letting others run, in milliseconds. */
const SLICE_MS = 40;

/**
 * A deterministic history of 2^(sum of heights) steps from a loaded state. What was computed once
 * is kept.
 */
export class Trace {
  /** Heights of the commitments by level. */
  readonly heights: readonly number[];
  readonly #states: States;
  readonly #store: HistoryStore | undefined;
  readonly #onProgress: ((progress: Progress) => void) | undefined;
  readonly #pause: () => Promise<void>;
  readonly #commitments = new Map<string, Promise<Commitment>>();

  /** @throws TraceError if faults are out of order, or are to be kept on disk */
  constructor(initial: State, heights: readonly number[], options: TraceOptions) {
    const { executor, faults = [], snapshots: limits = DEFAULT_LIMITS, store } = options;
    this.heights = heights;
    this.#states = new States(initial, { executor, faults, limits, store });
    this.#store = store;
    this.#onProgress = options.onProgress;
    this.#pause = options.pause ?? nextTurn;
  }

  /** Steps between two leaves of a commitment at this level. */
  stride(level: number): bigint {
    return strideOf(this.heights, level);
  }

  /** Steps that the whole history covers. */
  get length(): bigint {
    return lengthOf(this.heights);
  }

  /**
   * The state after `step` steps: at once if a snapshot is near, otherwise the executor runs there.
   */
  stateAt(step: bigint): State {
    return this.#states.at(step);
  }

  /** The root of the state after `step` steps. */
  rootAt(step: bigint): Uint8Array {
    return stateRoot(this.stateAt(step));
  }

  /** The step from which on the history stays as it is. Runs to there if that has not been done. */
  halt(): bigint {
    if (!isHalted(this.stateAt(this.length))) return this.length;
    return this.#states.before(this.length).step;
  }

  /**
   * The commitment at a level of the game that begins with the state after `start` steps. Computed
   * once, unless that fails.
   */
  commitment(level: number, start: bigint): Promise<Commitment> {
    const key = `${level}:${start}`;
    const known = this.#commitments.get(key);
    if (known !== undefined) return known;
    const commitment = this.#commit(level, start);
    this.#commitments.set(key, commitment);
    // One that failed is computed again when it is asked for again.
    commitment.catch(() => this.#commitments.delete(key));
    return commitment;
  }

  async #commit(level: number, start: bigint): Promise<Commitment> {
    const height = this.heights[level];
    if (height === undefined) throw new TraceError(`the game has no level ${level}, only ${this.heights.length}`);
    const stride = this.stride(level);
    const end = start + (stride << BigInt(height));
    const source: LeafSource | undefined =
      stride === 1n ? (first, count) => this.#leavesAnew(start + BigInt(first), count) : undefined;
    const place = { start, stride, height };
    const kept = this.#store?.commitment(place);
    const known = kept && decodeCommitment(kept, height, source);
    if (known !== undefined) return known;
    const total = this.#stepsIn(start, end);
    const builder = new CommitmentBuilder(height, source);
    let done = 0n;
    let slice = Date.now();
    for (const roots of stride === 1n ? this.#rootsOfSteps(start, end) : this.#rootsOfStrides(start, end, stride)) {
      builder.append(roots);
      done += stride * BigInt(roots.length / HASH_BYTES);
      if (Date.now() - slice > SLICE_MS) {
        this.#onProgress?.({ level, done: total === undefined ? done : lesser(done, total), total });
        await this.#pause();
        slice = Date.now();
      }
    }
    const fault = this.#states.pending;
    // A fault that the history never reaches is a mistake, not a truth: this tells it.
    if (fault !== undefined && fault.step <= end) this.stateAt(fault.step);
    this.#onProgress?.({ level, done: total ?? done, total });
    const commitment = builder.finish();
    this.#store?.keepCommitment(place, encodeCommitment(commitment));
    return commitment;
  }

  /**
   * Steps from `start` to `end` or to the halt before it; undefined if it may halt before but has
   * not been seen to.
   */
  #stepsIn(start: bigint, end: bigint): bigint | undefined {
    const { fuel, reserve } = this.stateAt(start).registers;
    const last = this.#states.before(end);
    if (isHalted(last.state)) return last.step > start ? last.step - start : 0n;
    return end - start <= fuel + reserve ? end - start : undefined;
  }

  /** Roots of the states after `start`, at least one, piece by piece up to `end` or the halt. */
  *#rootsOfSteps(start: bigint, end: bigint): Generator<Uint8Array> {
    const first = this.stateAt(start);
    if (isHalted(first)) yield stateRoot(first);
    let run = new StepRoots(first);
    for (let step = start; step < end && !run.halted();) {
      const fault = this.#states.faultBehind(step);
      if (fault?.step === step + 1n) {
        // From here it is not far for whoever runs to the fault.
        this.#states.keep(step, run.save());
        const state = this.stateAt(++step);
        run = new StepRoots(state);
        yield stateRoot(state);
        continue;
      }
      const boundary = step - (step % SNAPSHOT_STRIDE) + SNAPSHOT_STRIDE;
      const stop = [end, boundary, step + PIECE].reduce(lesser, fault === undefined ? end : fault.step - 1n);
      const roots = run.next(Number(stop - step));
      step += BigInt(roots.length / HASH_BYTES);
      if (step === boundary || run.halted()) this.#states.keep(step, run.save());
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

  /**
   * Roots of the states after each stride from `start` on, up to `end` or the halt: runs of the
   * executor as long as no fault comes.
   */
  *#rootsOfStrides(start: bigint, end: bigint, stride: bigint): Generator<Uint8Array> {
    let execution: Execution | undefined = this.#states.execution(start);
    for (let step = start + stride; step <= end; step += stride) {
      let state: State;
      const fault = this.#states.faultBehind(step - stride);
      if (fault !== undefined && fault.step <= step) {
        execution = undefined;
        state = this.stateAt(step);
      } else {
        execution ??= this.#states.execution(step - stride);
        const taken = execution.run(stride);
        state = execution.save();
        this.#states.keep(step - stride + taken, state);
      }
      yield stateRoot(state);
      if (isHalted(state)) return;
    }
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve);
  });
}
