/**
 * Work that is measured: a call of a WebAssembly program that takes long, made in V8 and on the
 * machine with the same modules, the same calls before it, and the same arguments.
 */
import { Problem } from "../../verifier/errors.ts";
import { engineExecutor } from "../../verifier/engine/executor.ts";
import { buildProgram, type ModuleSource, type Program } from "../../verifier/program/build.ts";
import { resultsOf, runFragment } from "../../verifier/program/fragment.ts";
import { decodeTypedOutput, encodeTransactions, encodeTypedPayload } from "../../verifier/program/transactions.ts";
import { Outcome } from "../../verifier/machine/codes.ts";
import type { ProgramLimits } from "../../verifier/program/layout.ts";
import { initialState, load } from "../../verifier/state/program.ts";
import type { State } from "../../verifier/state/state.ts";
import { inputsOf } from "../../examples/foreign/inputs.ts";
import { compile, type CompiledModule, instantiate, numberOf } from "../../examples/foreign/instances.ts";
import type { Call } from "../../examples/foreign/record.ts";

/** Fuel of a measured call: as much as any takes. */
export const FUEL = 10n ** 15n;

/** Groups whose ratios are summed up apart. */
export type Group = "guest" | "database" | "foreign" | "generated";

/** What is computed. */
export interface Recipe {
  readonly name: string;
  readonly group: Group;
  /** In a few words. */
  readonly computes: string;
  /** In the order of instantiation; the last one exports the functions that are called. */
  readonly modules: readonly ModuleSource[];
  readonly limits?: Partial<ProgramLimits>;
  /** Calls before the measured one. */
  readonly setup: readonly Pick<Call, "name" | "args">[];
  /** The measured call: an export, and its arguments as bits. Its result is an i32. */
  readonly call: { readonly name: string; readonly args: (size: number) => readonly bigint[] };
  /**
   * How much of it there is, for figures and for comparisons of every state with the interpreter's.
   */
  readonly sizes: { readonly full: number; readonly small: number };
}

/**
 * Thrown when V8 and the machine do not compute the same, or something did not go as a measurement
 * needs it.
 */
export class BenchError extends Problem {
  override readonly name = "BenchError";
}

/** A recipe that has been compiled and set up. */
export class Workload {
  readonly recipe: Recipe;
  readonly program: Program;
  readonly #compiled: readonly CompiledModule[];
  /** The state after the calls that precede the measured one. */
  readonly #ready: State;

  constructor(recipe: Recipe) {
    this.recipe = recipe;
    this.program = buildProgram(recipe.modules, {
      convention: "typed",
      allowMissingImports: true,
      limits: recipe.limits ?? {},
    });
    this.#compiled = compile(recipe.modules);
    this.#ready = this.#setUp();
  }

  /** The state in which the measured call begins: a transaction of its own for each size. */
  start(...sizes: readonly number[]): State {
    const { name, args } = this.recipe.call;
    const calls = sizes.map((size) => encodeTypedPayload(this.#numberOf(name), args(size)));
    const transactions = calls.map((payload) => ({ fuel: FUEL, keep: false, payload }));
    return load(this.#ready, encodeTransactions(transactions), BigInt(1 + sizes.length) * FUEL);
  }

  /** The measured call in V8, in instances of its own that are set up already. */
  native(size: number): () => number {
    const { modules, setup, call } = this.recipe;
    const last = instantiate(this.#compiled).get(modules.at(-1)?.name ?? "");
    const initialize = last?.exports["_initialize"] as (() => void) | undefined;
    initialize?.();
    const bind = (name: string, bits: readonly bigint[]): (() => unknown) => {
      const { params } = this.program.exports[this.#numberOf(name)]!.type;
      const fn = last?.exports[name] as (...args: unknown[]) => unknown;
      const args = params.map((type, i) => numberOf(type, bits[i] ?? 0n));
      return () => fn(...args);
    };
    for (const { name, args } of setup) bind(name, args)();
    return bind(call.name, call.args(size)) as () => number;
  }

  /**
   * What the measured call gave on the machine.
   * @throws BenchError if it did not succeed
   */
  result(state: State): number {
    const result = resultsOf(state).at(-1);
    if (result?.kind !== Outcome.success) {
      throw new BenchError(`${this.recipe.name} ended with outcome ${result?.kind ?? "none"} on the machine`);
    }
    return Number(decodeTypedOutput(result.output, ["i32"])[0]) | 0;
  }

  #numberOf(name: string): number {
    const number = this.program.exports.findIndex((exported) => exported.name === name);
    if (number < 0) throw new BenchError(`${this.recipe.name} exports no function "${name}"`);
    return number;
  }

  #setUp(): State {
    const executor = engineExecutor(this.program);
    let state = initialState(this.program.image);
    const moves = this.recipe.setup.map((call) => ({ call }));
    for (const input of inputsOf(this.program, moves)) {
      const { final, results } = runFragment(state, input, { budget: 2n * FUEL, executor });
      state = final;
      const failed = results.find(({ kind }) => kind !== Outcome.success);
      if (failed !== undefined) {
        throw new BenchError(`${this.recipe.name} is not set up: a call ended with outcome ${failed.kind}`);
      }
    }
    return state;
  }
}
