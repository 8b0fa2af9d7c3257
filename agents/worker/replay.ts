/**
 * A Deal's fragments as somebody ran them, from the bytes that the chain has: the state between any
 * two.
 */
import { bytesToHex, type Hex } from "viem";
import { Crash, Problem } from "../../verifier/errors.ts";
import { Status } from "../../verifier/machine/codes.ts";
import type { FragmentRun } from "../../verifier/program/fragment.ts";
import { inputRoot } from "../../verifier/state/program.ts";
import { type State, stateRoot } from "../../verifier/state/state.ts";
import type { Fragment } from "../chain/deal-log.ts";

/** What a replay needs of a submitted fragment. */
export type Submitted = Pick<Fragment, "index" | "inputRoot" | "input">;

/** Runs a fragment from the state before it. */
export type RunOne = (before: State, fragment: Submitted) => FragmentRun;

/**
 * Whoever reads the chain for us gave other bytes than those that were submitted: nothing can be
 * computed from them.
 */
export class WrongInput extends Problem {
  override readonly name = "WrongInput";

  /** @param actual root of the bytes */
  constructor({ index, inputRoot: submitted, input }: Submitted, actual: Hex) {
    const problem = `the ${input.length} bytes of fragment ${index} have root ${actual}, but ${submitted} was submitted`;
    super(problem, { hint: "ask another node of the chain" });
  }
}

interface Known {
  readonly inputRoot: Hex;
  readonly length: number;
  readonly run: FragmentRun;
}

/**
 * Runs fragments one after the other from a program's initial state, each once for the same input.
 * If the chain changes its mind about a fragment's input, that fragment and all after it are
 * forgotten.
 */
export class Replay {
  readonly #initial: State;
  readonly #run: RunOne;
  #known: readonly Known[] = [];

  constructor(initial: State, run: RunOne) {
    this.#initial = initial;
    this.#run = run;
  }

  /** The state before fragment `index`, all earlier ones having been run. */
  before(index: number): State {
    const state = index === 0 ? this.#initial : this.#known[index - 1]?.run.final;
    if (state === undefined) throw new Crash(`fragment ${index - 1} has not been run`);
    return state;
  }

  /** A fragment's run, if it has been run with this input. */
  known({ index, inputRoot: root, input }: Submitted): FragmentRun | undefined {
    const known = this.#known[index];
    return known?.inputRoot === root && known.length === input.length ? known.run : undefined;
  }

  /**
   * Whether the program has ended, finished or trapped, before fragment `index`: then no further
   * fragment can be run.
   */
  endedBefore(index: number): boolean {
    return this.before(index).registers.status !== Status.yielded;
  }

  /**
   * Runs a fragment, all earlier ones having been run; a second time gives the same run.
   *
   * @throws WrongInput if its bytes are not those that were submitted
   */
  run(fragment: Submitted): FragmentRun {
    const known = this.known(fragment);
    if (known !== undefined) return known;
    const { index, input } = fragment;
    const root = bytesToHex(inputRoot(input));
    if (root !== fragment.inputRoot) throw new WrongInput(fragment, root);
    const run = this.#run(this.before(index), fragment);
    this.#known = [...this.#known.slice(0, index), { inputRoot: root, length: input.length, run }];
    return run;
  }
}

/** A state's root as the chain writes it. */
export function rootHex(state: State): Hex {
  return bytesToHex(stateRoot(state));
}
