/** What really happens in the fragments of a Deal, whoever says what. */
import { bytesToHex, type Hex } from "viem";
import { interpreterExecutor as executor } from "../../verifier/interpreter/execute.ts";
import type { Program } from "../../verifier/program/build.ts";
import { runFragment } from "../../verifier/program/fragment.ts";
import { initialState, load } from "../../verifier/state/program.ts";
import { type State, stateRoot } from "../../verifier/state/state.ts";
import type { Fragment } from "../chain/deal-log.ts";
import { BUDGET } from "./guest.ts";

/** A fragment as it really runs. */
export interface TrueRun {
  /** The state before the input is there, and with it. */
  readonly before: State;
  readonly loaded: State;
  readonly final: State;
  readonly steps: bigint;
  /** Roots of `before` and `final`. */
  readonly previous: Hex;
  readonly root: Hex;
}

/** Runs each fragment once. */
export class Truth {
  readonly #initial: State;
  readonly #runs = new Map<string, TrueRun>();

  constructor({ image }: Program) {
    this.#initial = initialState(image);
  }

  /** The run of the fragment at a position, after those before it. */
  at(fragments: readonly Pick<Fragment, "id" | "input">[], index: number): TrueRun {
    const before = index === 0 ? this.#initial : this.at(fragments, index - 1).final;
    const { id = "0x", input = new Uint8Array(0) } = fragments[index] ?? {};
    const previous = bytesToHex(stateRoot(before));
    const key = `${id} ${previous}`;
    const known = this.#runs.get(key);
    if (known !== undefined) return known;
    const { final, steps } = runFragment(before, input, { budget: BUDGET, executor });
    const loaded = load(before, input, BUDGET);
    const run = { before, loaded, final, steps, previous, root: bytesToHex(stateRoot(final)) };
    this.#runs.set(key, run);
    return run;
  }
}
