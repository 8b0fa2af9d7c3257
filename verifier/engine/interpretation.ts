/** What the interpreter does for the engine. */
import type { Execution } from "../history/executor.ts";
import { unpackSizes } from "../interpreter/core.ts";
import { NotWellFormed } from "../interpreter/errors.ts";
import { interpreterExecutor } from "../interpreter/execute.ts";
import { Interpreter } from "../interpreter/interpreter.ts";
import type { State } from "../state/state.ts";

/** Reference steps, of some 10 µs each, that cost less than an interpreter, to which all memory is copied. */
export function walkOf({ registers }: State): bigint {
  const pages = unpackSizes(registers.sizes).reduce((sum, count) => sum + count, 0);
  return BigInt(32 + 8 * Math.min(pages, 256));
}

/** A state on the interpreter: step by step as long as that can, else on the executor that can run any state. */
export class Interpretation {
  #stepper: Interpreter | undefined;
  #execution: Execution | undefined;

  constructor(state: State) {
    try {
      this.#stepper = Interpreter.load(state);
    } catch (error) {
      if (!(error instanceof NotWellFormed)) throw error;
      this.#execution = interpreterExecutor.load(state);
    }
  }

  /** The interpreter, while it needs no help. */
  get stepper(): Interpreter | undefined {
    return this.#stepper?.stuck === true ? undefined : this.#stepper;
  }

  run(steps: bigint): bigint {
    let taken = 0n;
    for (let stepper = this.stepper; stepper !== undefined && taken < steps; stepper = this.stepper) {
      const progress = BigInt(stepper.run(steps - taken));
      taken += progress;
      if (progress === 0n && !stepper.stuck) return taken;
    }
    if (taken === steps) return taken;
    this.#execution ??= interpreterExecutor.load(this.save());
    this.#stepper = undefined;
    return taken + this.#execution.run(steps - taken);
  }

  save(): State {
    const saved = this.#stepper?.save() ?? this.#execution?.save();
    if (saved === undefined) throw new RangeError("an interpretation has one of two forms");
    return saved;
  }
}
