/** One fragment run off chain, and what came out of it. */
import { Outcome, Status, TRAP_TEXT } from "../machine/opcodes.ts";
import type { Executor } from "../state/executor.ts";
import type { Program } from "./build.ts";
import { readResults, type TransactionResult } from "./transactions.ts";
import { initialState, load } from "../state/program.ts";
import type { State } from "../state/state.ts";

/** Steps that a fragment of one transaction gets beside the transaction's fuel. */
export const OVERHEAD = 1n << 24n;

/** How far a run is. */
export type OnSteps = (done: bigint) => void;

/** Steps to the first report of progress, and milliseconds between two: a fast executor gets more steps at a time. */
const FIRST_SLICE = 10_000_000n;
const REPORT_MS = 200;

/** A finished run. */
export interface Execution {
  readonly final: State;
  readonly steps: bigint;
}

/** The state in which a program's first fragment begins. */
export function begin(program: Program, input: Uint8Array, budget: bigint): State {
  return load(initialState(program.image), input, budget);
}

/** Runs a state to its end. */
export function runToEnd(executor: Executor, initial: State, onSteps: OnSteps): Execution {
  const run = executor.load(initial);
  let steps = 0n;
  for (let slice = FIRST_SLICE; ;) {
    const begun = performance.now();
    const taken = run.run(slice);
    steps += taken;
    if (taken < slice) return { final: run.save(), steps };
    onSteps(steps);
    if (performance.now() - begun < REPORT_MS) slice *= 2n;
  }
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
  const { status, code } = state.registers;
  if (status === Status.trapped) return trapped(code);
  return endingAt(state, 0) ?? { status: "skipped", trap: null, output: new Uint8Array() };
}

/** How a fragment's transaction (from 0) ended, as its receipt in a later state tells; undefined if there is none. */
export function endingAt({ header, registers, memory }: State, transaction: number): Ending | undefined {
  const result = readResults(header, registers, (index) => memory.get(index))[transaction];
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
