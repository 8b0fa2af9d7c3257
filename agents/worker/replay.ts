/** The states between a Deal's fragments, computed once each by whoever replays them. */
import type { Hex } from "viem";
import { bytesToHex } from "viem";
import { load } from "../../verifier/state/program.ts";
import { type State, stateRoot } from "../../verifier/state/state.ts";

/** Runs a state for at most so many steps; a halted state stays. */
export type Execute = (state: State, steps: bigint) => State;

/** A fragment's beginning and end. */
export interface Run {
  /** The loaded state, before the first step. */
  readonly initial: State;
  /** The halted state. */
  readonly final: State;
}

/** Replays fragments one after the other from a program's initial state. */
export class Replay {
  readonly #states: State[];
  readonly #runs: Run[] = [];
  readonly #budget: bigint;
  readonly #execute: Execute;

  constructor(initial: State, budget: bigint, execute: Execute) {
    this.#states = [initial];
    this.#budget = budget;
    this.#execute = execute;
  }

  /** The state before fragment `index`, all earlier ones having been run. */
  before(index: number): State {
    const state = this.#states[index];
    if (state === undefined) throw new RangeError(`fragment ${index - 1} has not been run`);
    return state;
  }

  /** Runs fragment `index` with its input; a second time gives the same run. */
  run(index: number, input: Uint8Array): Run {
    const known = this.#runs[index];
    if (known !== undefined) return known;
    const initial = load(this.before(index), input, this.#budget);
    const final = this.#execute(initial, this.#budget + 1n);
    this.#runs[index] = { initial, final };
    this.#states[index + 1] = final;
    return { initial, final };
  }
}

/** A state's root as the chain writes it. */
export function rootHex(state: State): Hex {
  return bytesToHex(stateRoot(state));
}
