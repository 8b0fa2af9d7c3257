/**
 * Where a lie is told, and which: one that shows in what an instruction does, and whose
 * consequences are still there at the end.
 */
import { Problem } from "../../../verifier/errors.ts";
import { equalHashes } from "../../../verifier/merkle/keccak.ts";
import { STORES } from "../../../verifier/instructions/table.ts";
import { unpackWord } from "../../../verifier/machine/word.ts";
import type { Fault } from "../../../verifier/history/states.ts";
import type { Trace } from "../../../verifier/history/trace.ts";
import { endingAt } from "../../../verifier/program/fragment.ts";
import type { Executor } from "../../../verifier/state/executor.ts";
import { type State, stateRoot } from "../../../verifier/state/state.ts";
import { isHalted, stepState } from "../../../verifier/state/step-state.ts";
import { type VisibleLie, visibleLies } from "./visible-lies.ts";

/** The lie cannot be told where it was asked for. */
export class LieError extends Problem {
  override readonly name = "LieError";
}

/** A lie that leads to another final state. */
export interface ChosenLie extends Fault {
  readonly about: VisibleLie["about"];
  /** Root of the final state that the liar claims. */
  readonly finalRoot: Uint8Array;
}

/** Steps that are looked at for an instruction that suits, from where the search begins. */
const REACH = 20_000;

/**
 * Suitable instructions that are tried one after the other, and places further on in the history
 * that are tried then.
 */
const NEAR = 8;
const FAR = 16n;

/** Lies that are tried about each of them. */
const VARIANTS = 2;

/**
 * Steps that a liar may take beyond twice what the honest one has left; then it has gone astray and
 * is given up.
 */
const SLACK = 2n ** 20n;

/** Places in a transaction that are tried for a lie about its answer. */
const PLACES = 256n;

/** What makes an instruction suitable. */
type Suits = (before: State) => boolean;

const stores: Suits = (before) => STORES.has(unpackWord(before.code.get(before.registers.pc)).op);
const shows: Suits = (before) => isOfValue(visibleLies(before)[0]);

const isOfValue = (lie: VisibleLie | undefined): boolean => lie?.about === "store" || lie?.about === "value";

/**
 * Looks for lies about an honest history: such whose final state is neither the true one nor one
 * that is taken.
 */
export class LieSearch {
  readonly #honest: Trace;
  readonly #executor: Executor;
  readonly #steps: bigint;
  readonly #taken: readonly Uint8Array[];

  /**
   * @param executor follows the liar to its end
   * @param taken roots of final states that others claim, 32 bytes each
   */
  constructor(honest: Trace, executor: Executor, taken: readonly Uint8Array[] = []) {
    this.#honest = honest;
    this.#executor = executor;
    this.#steps = honest.halt();
    this.#taken = [honest.rootAt(this.#steps), ...taken];
  }

  /**
   * A lie about step `step`, from 1: the one that shows best among those that make a difference in
   * the end.
   *
   * @throws LieError if there is no such step
   */
  at(step: bigint): ChosenLie {
    if (step < 1n || step > this.#steps) {
      throw new LieError(`there is no step ${step} to lie about: the computation has steps 1 to ${this.#steps}`);
    }
    const chosen = this.#choose(step, visibleLies(this.#honest.stateAt(step - 1n)));
    if (chosen !== undefined) return chosen;
    throw new LieError(`no lie about step ${step} leaves a trace in the final state`);
  }

  /**
   * A lie about a step after `from`: about what it stores if such a step is near or further on,
   * else about another value; about whatever comes next where no such lie makes a difference.
   */
  after(from: bigint): ChosenLie {
    for (const suits of [stores, shows]) {
      for (const step of this.#sites(from, suits)) {
        const lies = visibleLies(this.#honest.stateAt(step - 1n)).filter(isOfValue);
        const chosen = this.#choose(step, lies.slice(0, VARIANTS));
        if (chosen !== undefined) return chosen;
      }
    }
    return this.at(from < this.#steps ? from + 1n : this.#steps);
  }

  /**
   * A lie about a store in a transaction that makes a wrong answer: one that looks right, of the
   * same length, if there is such a store among those that are tried, else any other answer.
   *
   * @param transaction its index in the fragment, from 0
   * @returns undefined if the history has no such transaction, or no lie that was tried changes
   *   its answer
   */
  aboutAnswer(transaction: number): ChosenLie | undefined {
    const [begin, end] = [this.#firstStepOf(transaction), this.#firstStepOf(transaction + 1)];
    const truth = endingAt(this.#honest.stateAt(end), transaction);
    if (truth === undefined) return undefined;
    let other: ChosenLie | undefined;
    // From the last quarter on, where a query has its rows together and computes, then the rest.
    for (let i = 0n; i < PLACES; i++) {
      const place = (i + (3n * PLACES) / 4n) % PLACES;
      const step = this.#next(begin + ((end - begin) * place) / PLACES, stores, REACH);
      const lie = step === undefined ? undefined : visibleLies(this.#honest.stateAt(step - 1n)).find(isOfValue);
      if (step === undefined || step >= end || lie === undefined) continue;
      const claimed = endingAt(this.#follow(step, lie, end), transaction);
      if (claimed?.status !== truth.status || equalBytes(claimed.output, truth.output)) continue;
      const looksRight = claimed.output.length === truth.output.length;
      if (!looksRight && other !== undefined) continue;
      const chosen = this.#choose(step, [lie]);
      if (looksRight && chosen !== undefined) return chosen;
      other ??= chosen;
    }
    return other;
  }

  /** The first of some lies that leads to an end that nobody has taken. */
  #choose(step: bigint, lies: readonly VisibleLie[]): ChosenLie | undefined {
    for (const lie of lies) {
      const end = this.#follow(step, lie, this.#steps);
      const finalRoot = stateRoot(end);
      if (isHalted(end) && !this.#taken.some((taken) => equalHashes(taken, finalRoot)))
        return { step, ...lie, finalRoot };
    }
    return undefined;
  }

  /**
   * The state of a liar when the honest one is at step `end`, or has been there for as long again.
   */
  #follow(step: bigint, lie: VisibleLie, end: bigint): State {
    const run = this.#executor.load(lie.mutate(this.#honest.stateAt(step)));
    run.run(2n * (end - step) + SLACK);
    return run.save();
  }

  /** Steps that suit: first those that come next, then one at each of some places further on. */
  *#sites(from: bigint, suits: Suits): Generator<bigint> {
    let at: bigint | undefined = from;
    for (let i = 0; i < NEAR && at !== undefined; i++) {
      at = this.#next(at, suits, REACH);
      if (at !== undefined) yield at;
    }
    for (let i = 1n; i < FAR; i++) {
      const step = this.#next(from + ((this.#steps - from) * i) / FAR, suits, REACH / 10);
      if (step !== undefined) yield step;
    }
  }

  /** The first step after `from` that suits; undefined if there is none within reach. */
  #next(from: bigint, suits: Suits, reach: number): bigint | undefined {
    let state = this.#honest.stateAt(from);
    for (let i = 1n; i <= reach && !isHalted(state); i++) {
      if (suits(state)) return from + i;
      state = stepState(state);
    }
    return undefined;
  }

  /** Steps after which a fragment's transactions before `transaction` have their receipts. */
  #firstStepOf(transaction: number): bigint {
    let [low, high] = [0n, this.#steps];
    while (low < high) {
      const middle = (low + high) / 2n;
      if (this.#honest.stateAt(middle).registers.receiptCount >= transaction) high = middle;
      else low = middle + 1n;
    }
    return low;
  }
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
