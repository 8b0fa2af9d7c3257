/** Where a lie is told, and which: one whose consequences are still there at the end. */
import { Problem } from "../../../verifier/errors.ts";
import { STORES } from "../../../verifier/machine/opcodes.ts";
import { unpackWord } from "../../../verifier/machine/word.ts";
import type { Fault } from "../../../verifier/history/states.ts";
import type { Trace } from "../../../verifier/history/trace.ts";
import type { Executor } from "../../../verifier/state/executor.ts";
import { equalHashes } from "../../../verifier/merkle/keccak.ts";
import type { State } from "../../../verifier/state/state.ts";
import { stepState } from "../../../verifier/state/step-state.ts";
import { misresult, tell } from "./lies.ts";
import { endingAt } from "../../../verifier/program/fragment.ts";

/** Steps that are looked at for a store, from where the search begins. */
const REACH = 20_000;

/** The lie cannot be told where it was asked for. */
export class LieError extends Problem {
  override readonly name = "LieError";
}

/**
 * The history of somebody who lies about step `step` (from 1) of an honest history and gets away with another final state: a wrong result of
 * the instruction, or, where that leaves no trace in the end, a change of memory, or of the fuel left, which nothing undoes.
 *
 * @param make - a trace of the same run with this fault
 * @throws LieError if the step lies outside the run
 */
export function lyingTrace(honest: Trace, step: bigint, make: (fault: Fault) => Trace): Trace {
  const steps = honest.halt();
  if (step < 1n || step > steps) {
    throw new LieError(`there is no step ${step} to lie about: the computation has steps 1 to ${steps}`);
  }
  const truth = honest.rootAt(honest.length);
  const lies: ((state: State) => State)[] = [
    (state) => misresult(honest.stateAt(step - 1n), state),
    (state) => tell("memory", state),
    (state) => overcharge(state, step),
  ];
  for (const mutate of lies) {
    const trace = make({ step, mutate });
    if (!equalHashes(trace.rootAt(trace.length), truth)) return trace;
  }
  throw new LieError(`no lie about step ${step} leaves a trace in the final state`);
}

/** Takes fuel away, another amount at every step, so that two liars never claim the same. */
function overcharge(state: State, step: bigint): State {
  const { fuel, reserve } = state.registers;
  const taken = 1n + (step & 0xffffn);
  const registers =
    fuel > taken ? { ...state.registers, fuel: fuel - taken } : { ...state.registers, reserve: reserve + taken };
  return { ...state, registers };
}

/** The first step after `from` that stores to memory; the step after `from` if there is none near. */
export function storeAfter(honest: Trace, from: bigint): bigint {
  let state = honest.stateAt(from);
  for (let i = 0n; i < REACH; i++) {
    if (STORES.has(unpackWord(state.code.get(state.registers.pc)).op)) return from + i + 1n;
    state = stepState(state);
  }
  return from + 1n;
}

/** Places in a transaction that are tried for a lie. */
const PLACES = 256n;

/**
 * A store in a transaction whose wrong result makes a wrong answer: one that looks right, of the same length, if there is such a store among
 * those that are tried, else any other answer.
 *
 * @param transaction - its index in the fragment, from 0
 * @returns the number of the step; that of the first store tried if none changes the answer, and undefined if the history has no such
 *   transaction
 */
export function storeBehindAnswer(honest: Trace, transaction: number, executor: Executor): bigint | undefined {
  const [begin, end] = [firstStepOf(honest, transaction), firstStepOf(honest, transaction + 1)];
  const truth = endingAt(honest.stateAt(end), transaction);
  if (truth === undefined) return undefined;
  let first: bigint | undefined;
  let other: bigint | undefined;
  // From the last quarter on, where a query has its rows together and computes, then the rest.
  for (let i = 0n; i < PLACES; i++) {
    const place = (i + (3n * PLACES) / 4n) % PLACES;
    const step = storeAfter(honest, begin + ((end - begin) * place) / PLACES);
    first ??= step;
    if (step >= end) continue;
    const run = executor.load(misresult(honest.stateAt(step - 1n), honest.stateAt(step)));
    // A liar that has gone astray is left alone after twice the steps of the honest one.
    run.run(2n * (end - step));
    const lie = endingAt(run.save(), transaction);
    if (lie?.status !== truth.status || equalBytes(lie.output, truth.output)) continue;
    if (lie.output.length === truth.output.length) return step;
    other ??= step;
  }
  return other ?? first;
}

/** Steps after which a fragment's transactions before `transaction` have their receipts. */
function firstStepOf(honest: Trace, transaction: number): bigint {
  let [low, high] = [0n, honest.halt()];
  while (low < high) {
    const middle = (low + high) / 2n;
    if (honest.stateAt(middle).registers.count >= transaction) high = middle;
    else low = middle + 1n;
  }
  return low;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
