/** What the interpreter does for the engine. */
import type { Execution } from "../state/executor.ts";
import { unpackSizes } from "../interpreter/core.ts";
import { NotWellFormed } from "../interpreter/errors.ts";
import { interpreterExecutor } from "../interpreter/execute.ts";
import type { Stepper } from "../interpreter/hand-over.ts";
import { Interpreter } from "../interpreter/interpreter.ts";
import type { State } from "../state/state.ts";

/**
 * Reference steps, of some 10 µs each, that cost less than an interpreter, to which all memory is
 * copied.
 */
export function walkOf(state: State): bigint {
  return BigInt(32 + 8 * Math.min(pagesOf(state), 256));
}

/**
 * Pages of memories, 64 MiB, that the interpreter takes a copy of in a fraction of the time that a
 * program takes to compile.
 */
const MOST_COPIED = 1024;

/** Whether an interpreter alone, with a copy of all memory, would cost more than it gives. */
export function isLarge(state: State): boolean {
  return pagesOf(state) > MOST_COPIED;
}

function pagesOf({ registers }: State): number {
  return unpackSizes(registers.sizes).reduce((sum, count) => sum + count, 0);
}

/**
 * A state on the interpreter: step by step as long as that can, else on the executor that can run
 * any state.
 */
export class Interpretation {
  #form: { readonly stepper: Stepper } | { readonly execution: Execution };
  #refusedGrowth = new Set<number>();

  private constructor(form: { readonly stepper: Stepper } | { readonly execution: Execution }) {
    this.#form = form;
  }

  /** A state that the interpreter has loaded. */
  static on(stepper: Stepper): Interpretation {
    return new Interpretation({ stepper });
  }

  /** A state in memory of the interpreter's own. */
  static alone(state: State): Interpretation {
    try {
      return new Interpretation({ stepper: Interpreter.load(state) });
    } catch (error) {
      if (!(error instanceof NotWellFormed)) throw error;
      return new Interpretation({ execution: interpreterExecutor.load(state) });
    }
  }

  /** From here on the regions of memories whose growth fails are added to a set. */
  noteRefusedGrowth(into: Set<number>): void {
    this.#refusedGrowth = into;
    if ("stepper" in this.#form) this.#form.stepper.machine.refusedGrowth = into;
  }

  /** The interpreter, while it needs no help. */
  get stepper(): Stepper | undefined {
    return "stepper" in this.#form && !this.#form.stepper.stuck ? this.#form.stepper : undefined;
  }

  /** Takes up to so many steps, fewer only where the machine halts. */
  run(steps: bigint): bigint {
    let taken = 0n;
    for (let stepper = this.stepper; stepper !== undefined && taken < steps; stepper = this.stepper) {
      const progress = BigInt(stepper.run(steps - taken));
      taken += progress;
      if (progress === 0n && !stepper.stuck) return taken;
    }
    if (taken === steps) return taken;
    if ("stepper" in this.#form) this.#form = { execution: interpreterExecutor.load(this.save()) };
    const { execution } = this.#form;
    taken += execution.run(steps - taken);
    for (const region of execution.refusedGrowth) this.#refusedGrowth.add(region);
    return taken;
  }

  save(): State {
    return "stepper" in this.#form ? this.#form.stepper.save() : this.#form.execution.save();
  }
}
