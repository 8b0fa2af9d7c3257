/** A Deal's fragments as somebody ran them: the state between any two, and the history of each. */
import { bytesToHex, type Hex } from "viem";
import { Crash } from "../../verifier/errors.ts";
import { Status } from "../../verifier/machine/opcodes.ts";
import type { Trace } from "../../verifier/history/trace.ts";
import { load } from "../../verifier/state/program.ts";
import { type State, stateRoot } from "../../verifier/state/state.ts";

/** Makes the history of a fragment from its loaded state. */
export type TraceOf = (initial: State, fragment: number) => Trace;

/** One fragment, run to its end. */
export interface Run {
  /** The loaded state, before the first step. */
  readonly initial: State;
  /** The halted state. */
  readonly final: State;
  readonly trace: Trace;
}

/** Runs fragments one after the other from a program's initial state, each once. */
export class Replay {
  readonly #states: State[];
  readonly #runs: Run[] = [];
  readonly #budget: bigint;
  readonly #traceOf: TraceOf;

  /** @param budget the Deal's: steps that a fragment may take */
  constructor(initial: State, budget: bigint, traceOf: TraceOf) {
    this.#states = [initial];
    this.#budget = budget;
    this.#traceOf = traceOf;
  }

  /** The state before fragment `index`, all earlier ones having been run. */
  before(index: number): State {
    const state = this.#states[index];
    if (state === undefined) throw new Crash(`fragment ${index - 1} has not been run`);
    return state;
  }

  /** Fragment `index`, if it has been run. */
  known(index: number): Run | undefined {
    return this.#runs[index];
  }

  /** Whether the program has ended, finished or trapped, before fragment `index`: then no further fragment can be run. */
  endedBefore(index: number): boolean {
    return this.before(index).registers.status !== Status.yielded;
  }

  /** Runs fragment `index` with its input; a second time gives the same run. */
  run(index: number, input: Uint8Array): Run {
    const known = this.#runs[index];
    if (known !== undefined) return known;
    const initial = load(this.before(index), input, this.#budget);
    const trace = this.#traceOf(initial, index);
    const run = { initial, final: trace.stateAt(this.#budget + 1n), trace };
    this.#runs[index] = run;
    this.#states[index + 1] = run.final;
    return run;
  }
}

/** A state's root as the chain writes it. */
export function rootHex(state: State): Hex {
  return bytesToHex(stateRoot(state));
}
