/**
 * Runs a fragment: transactions go in; the next state, receipts and outputs come out. Whoever
 * follows a program's fragments does it with this function, on the executor of its choice.
 */
import { Outcome, Status, TRAP_TEXT } from "../machine/codes.ts";
import type { Executor } from "../state/executor.ts";
import type { ProgramImage } from "../state/image.ts";
import { initialState, load } from "../state/program.ts";
import type { State } from "../state/state.ts";
import { encodeTransactions, readResults, type Transaction, type TransactionResult } from "./transactions.ts";

/** Steps that a fragment of one transaction gets beside the transaction's fuel. */
export const OVERHEAD = 1n << 24n;

/** Hears how many steps have been taken. */
export type OnSteps = (done: bigint) => void;

/**
 * Steps of the first slice of a run, and the least milliseconds of the later ones: a fast executor
 * gets more steps at a time.
 */
const FIRST_SLICE = 1_000_000n;
const LEAST_SLICE_MS = 100;

/** How a fragment is run. */
export interface FragmentOptions {
  /** Steps that the fragment may take: a u64. */
  readonly budget: bigint;
  readonly executor: Executor;
  readonly onSteps?: OnSteps;
}

/** A fragment that was run to its end. */
export class FragmentRun {
  /** The loaded state, before the first step. */
  readonly initial: State;
  /** The halted state: the next fragment begins in it, if it is a yielded one. */
  readonly final: State;
  readonly steps: bigint;
  #results: readonly TransactionResult[] | undefined;

  /** @param steps that lead from the one state to the other */
  constructor(initial: State, final: State, steps: bigint) {
    this.initial = initial;
    this.final = final;
    this.steps = steps;
  }

  /**
   * Receipts and outputs of the transactions, in their order; fewer than transactions if the
   * program ended before. Read when asked for.
   */
  get results(): readonly TransactionResult[] {
    this.#results ??= resultsOf(this.final);
    return this.#results;
  }
}

/**
 * Runs a fragment from the state before it.
 *
 * @param before a yielded state: a program's initial one, or what the fragment before left
 * @param input transactions, or the bytes that they are encoded in
 * @throws StateError if the state is not a yielded one, the input does not fit or the budget is
 *   no u64
 */
export function runFragment(
  before: State,
  input: Uint8Array | readonly Transaction[],
  options: FragmentOptions,
): FragmentRun {
  const bytes = input instanceof Uint8Array ? input : encodeTransactions(input);
  return runLoaded(load(before, bytes, options.budget), options);
}

/** Runs a fragment that has been loaded. */
export function runLoaded(initial: State, { executor, onSteps }: Omit<FragmentOptions, "budget">): FragmentRun {
  const slices = runSlices(initial, executor);
  for (let slice = slices.next(); ; slice = slices.next()) {
    if (slice.done === true) return slice.value;
    onSteps?.(slice.value);
  }
}

/**
 * Runs a fragment that has been loaded, and stops after every slice of some 100 to 200 ms. Gives
 * the steps so far, and the run in the end.
 */
export function* runSlices(initial: State, executor: Executor): Generator<bigint, FragmentRun> {
  const run = executor.load(initial);
  let steps = 0n;
  for (let slice = FIRST_SLICE; ;) {
    const begun = performance.now();
    const taken = run.run(slice);
    steps += taken;
    if (taken < slice) return new FragmentRun(initial, run.save(), steps);
    const quick = performance.now() - begun < LEAST_SLICE_MS;
    yield steps;
    if (quick) slice *= 2n;
  }
}

/** The state in which a program's first fragment begins. */
export function begin({ image }: { readonly image: ProgramImage }, input: Uint8Array, budget: bigint): State {
  return load(initialState(image), input, budget);
}

/** Receipts and outputs that the transactions of a fragment have left in a state. */
export function resultsOf({ header, registers, memory }: State): TransactionResult[] {
  return readResults(header, registers, (index) => memory.get(index));
}

/** How a single transaction ended. */
export interface Ending {
  readonly status: "returned" | "trapped" | "left" | "skipped";
  /** The trap's text, if there was one. */
  readonly trap: string | null;
  /** What the transaction wrote. */
  readonly output: Uint8Array;
}

/** The ending of the only transaction of a fragment. */
export function endingOf(state: State): Ending {
  const { status, trapCode } = state.registers;
  if (status === Status.trapped) return trapped(trapCode);
  return endingAt(state, 0) ?? { status: "skipped", trap: null, output: new Uint8Array() };
}

/**
 * How a fragment's transaction (from 0) ended, as its receipt in a later state tells; undefined if
 * there is none.
 */
export function endingAt(state: State, transaction: number): Ending | undefined {
  const result = resultsOf(state)[transaction];
  return result === undefined ? undefined : ending(result);
}

function ending({ kind, code, output }: TransactionResult): Ending {
  switch (kind) {
    case Outcome.success:
      return { status: "returned", trap: null, output };
    case Outcome.trap:
      return trapped(code);
    case Outcome.left:
      return { status: "left", trap: null, output };
    default:
      return { status: "skipped", trap: null, output };
  }
}

function trapped(code: number): Ending {
  return { status: "trapped", trap: TRAP_TEXT.get(code) ?? `trap ${code}`, output: new Uint8Array() };
}
