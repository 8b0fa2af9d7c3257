/**
 * Runs any state at all: on the interpreter where it has a fast form, on the reference step
 * function where it has none.
 */
import type { Execution, Executor } from "../state/executor.ts";
import { isHalted, noteRefusedGrowth, stepState } from "../state/step-state.ts";
import type { State } from "../state/state.ts";
import { NotWellFormed } from "./errors.ts";
import { Interpreter } from "./interpreter.ts";

/** Reference steps between two attempts to load a state that has no fast form, at most. */
const MAX_PATIENCE = 4096;

/** Steps that the interpreter is asked for at once. */
const CHUNK = 2n ** 48n;

/**
 * The executor that everybody uses. A state that it saved costs nothing to keep, and little to save
 * again.
 */
export const interpreterExecutor: Executor = {
  load: (state) => new InterpreterExecution(state),
};

/** The state after `steps` more steps, or where the machine halts. */
export function execute(state: State, steps: bigint | number): State {
  const execution = interpreterExecutor.load(state);
  execution.run(BigInt(steps));
  return execution.save();
}

class InterpreterExecution implements Execution {
  /** The state, while it has no fast form or nobody has asked for it. */
  #state: State;
  #interpreter: Interpreter | undefined;
  /** Reference steps to take before the next attempt to load. */
  #patience = 1;
  readonly refusedGrowth = new Set<number>();

  constructor(state: State) {
    this.#state = state;
  }

  run(steps: bigint): bigint {
    let taken = 0n;
    while (taken < steps) {
      const left = steps - taken;
      const progress = this.#load() ? this.#runFast(left) : this.#runReference(left);
      if (progress === 0n && this.#isHalted()) break;
      taken += progress;
    }
    return taken;
  }

  save(): State {
    if (this.#interpreter !== undefined) this.#state = this.#interpreter.save();
    return this.#state;
  }

  #isHalted(): boolean {
    return this.#interpreter === undefined ? isHalted(this.#state) : this.#interpreter.status !== 0;
  }

  /** Whether there is a fast form to run. */
  #load(): boolean {
    if (this.#interpreter?.stuck === true) {
      this.#state = this.#interpreter.save();
      this.#interpreter = undefined;
      return false;
    }
    if (this.#interpreter !== undefined) return true;
    try {
      this.#interpreter = Interpreter.load(this.#state);
      this.#interpreter.machine.refusedGrowth = this.refusedGrowth;
    } catch (error) {
      if (!(error instanceof NotWellFormed)) throw error;
      return false;
    }
    return true;
  }

  #runFast(left: bigint): bigint {
    const taken = this.#interpreter?.run(left < CHUNK ? left : CHUNK) ?? 0;
    if (taken > this.#patience) this.#patience = 1;
    return BigInt(taken);
  }

  /**
   * Longer and longer, as long as it is of no use to load the state: loading costs more than a
   * step.
   */
  #runReference(left: bigint): bigint {
    let taken = 0n;
    for (; taken < left && taken < this.#patience && !isHalted(this.#state); taken++) {
      const next = stepState(this.#state);
      noteRefusedGrowth(this.#state, next, this.refusedGrowth);
      this.#state = next;
    }
    this.#patience = Math.min(MAX_PATIENCE, 2 * this.#patience);
    return taken;
  }
}
