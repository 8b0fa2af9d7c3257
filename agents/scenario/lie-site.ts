/** Where a lie is told, and which: one whose consequences are still there at the end. */
import { STORES } from "../../verifier/machine/opcodes.ts";
import { unpackWord } from "../../verifier/machine/word.ts";
import type { Fault, Trace } from "../../verifier/history/trace.ts";
import { equalHashes } from "../../verifier/merkle/keccak.ts";
import type { State } from "../../verifier/state/state.ts";
import { stepState } from "../../verifier/state/step-state.ts";
import { misresult, tell } from "../players/adversaries/lies.ts";

/** Steps that are looked at for a store, from where the search begins. */
const REACH = 20_000;

/** The lie cannot be told where it was asked for. */
export class LieError extends Error {
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
