/**
 * What a replay computes with: a program, whoever executes it, and what is made of a fragment.
 * Honest, or with a lie in it where a liar is played.
 */
import { Trace, type TraceOptions } from "../../verifier/history/trace.ts";
import type { HistoryStore } from "../../verifier/history/history-store.ts";
import type { ProgramImage } from "../../verifier/state/image.ts";
import { type FragmentRun, runSlices } from "../../verifier/program/fragment.ts";
import type { Executor } from "../../verifier/state/executor.ts";
import { initialState, load } from "../../verifier/state/program.ts";
import type { State } from "../../verifier/state/state.ts";
import type { Submitted } from "./replayer.ts";

/**
 * Lets others run. Resolves when it is the caller's turn again; rejects if nobody wants the result
 * any more.
 */
export type Pause = () => Promise<void>;

/** Computes fragments and their histories; pauses often enough for others to have their turn. */
export interface Computation {
  /** The state before the first fragment. */
  readonly initial: State;
  /** Of the levels' trees. */
  readonly heights: readonly number[];
  /** Runs a fragment from the state before it, which is a yielded one. */
  run(before: State, fragment: Submitted): Promise<FragmentRun>;
  /** The history of a run of the fragment at a position. */
  history(run: FragmentRun, index: number): Trace;
}

/** Makes a computation that pauses by what it is given. */
export type MakeComputation = (pause: Pause) => Computation;

/** What an honest computation is made of. */
export interface ComputationParts {
  readonly image: ProgramImage;
  readonly executor: Executor;
  /** Steps that a fragment may take, as the Deal has it. */
  readonly budget: bigint;
  readonly heights: readonly number[];
  /** Where states and commitments of a long history are kept beyond this process. */
  readonly store?: ((loaded: State) => HistoryStore) | undefined;
  /** Hears of work that goes on, in steps. */
  readonly onProgress?: ((work: string, done: bigint, total?: bigint) => void) | undefined;
}

/** Computes what is true. */
export function honestComputation(parts: ComputationParts): MakeComputation {
  const { image, executor, budget, heights, store, onProgress } = parts;
  return (pause) => ({
    initial: initialState(image),
    heights,
    async run(before, { index, input }) {
      const slices = runSlices(load(before, input, budget), executor);
      for (let slice = slices.next(); ; slice = slices.next()) {
        if (slice.done === true) return slice.value;
        onProgress?.(`fragment ${index + 1}, steps`, slice.value);
        await pause();
      }
    },
    history({ initial }) {
      const options = traceOptions(parts, pause);
      return new Trace(initial, heights, store === undefined ? options : { ...options, store: store(initial) });
    },
  });
}

/** How a history is computed that is kept nowhere but in memory. */
export function traceOptions(
  { executor, onProgress }: Pick<ComputationParts, "executor" | "onProgress">,
  pause: Pause,
): TraceOptions {
  return {
    ...{ executor, pause },
    onProgress: ({ level, done, total }) => onProgress?.(`commitment, level ${level}`, done, total),
  };
}
