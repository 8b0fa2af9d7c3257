/** Finds the step at which a lie is worth telling: one whose consequences are still there at the end. */
import { STORES } from "../../verifier/machine/opcodes.ts";
import { unpackWord } from "../../verifier/machine/word.ts";
import type { Fault, Trace } from "../../verifier/history/trace.ts";
import { stepState } from "../../verifier/state/step-state.ts";
import { misresult } from "../players/adversaries/lies.ts";

/** Steps that are looked at for a store, from where the search begins. */
const REACH = 20_000;

/** The fault of somebody who claims a wrong result of step `step` (from 1) of an honest history. */
export function faultAt(honest: Trace, step: bigint): Fault {
  return { step, mutate: (state) => misresult(honest.stateAt(step - 1n), state) };
}

/** The first step after `from` that stores to memory; `from` itself if there is none near. */
export function storeAfter(honest: Trace, from: bigint): bigint {
  let state = honest.stateAt(from);
  for (let i = 0n; i < REACH; i++) {
    if (STORES.has(unpackWord(state.code.get(state.registers.pc)).op)) return from + i + 1n;
    state = stepState(state);
  }
  return from + 1n;
}
