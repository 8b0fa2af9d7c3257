/** Calls of foreign modules as inputs of fragments, each a transaction of the typed convention. */
import type { Program } from "../../verifier/program/build.ts";
import { TRANSACTION_HEADER } from "../../verifier/program/drivers/loop.ts";
import { encodeTransactions, encodeTypedPayload, type Transaction } from "../../verifier/program/transactions.ts";
import type { Call } from "./record.ts";

/** As much as any program here could want. */
const FUEL = 2n ** 40n;

/** Bytes of a fragment's input: few, so that a run goes over several fragments. */
const FRAGMENT_BYTES = 16_384;

/** A transaction of a playback. */
export interface Move {
  readonly call: Pick<Call, "name" | "args">;
  /** Of an attempt; a call that is meant to succeed has as much as it wants. */
  readonly fuel?: bigint;
}

/** Inputs of fragments that make calls, each as full as it can be. */
export function inputsOf(program: Pick<Program, "exports">, moves: readonly Move[]): Uint8Array[] {
  const numbers = new Map(program.exports.map(({ name }, number) => [name, number]));
  const groups: Transaction[][] = [];
  let left = 0;
  for (const { call, fuel } of moves) {
    const payload = encodeTypedPayload(numbers.get(call.name) ?? -1, call.args);
    const length = TRANSACTION_HEADER + payload.length;
    if (length > left) {
      groups.push([]);
      left = FRAGMENT_BYTES;
    }
    groups.at(-1)?.push({ fuel: fuel ?? FUEL, keep: fuel === undefined, payload });
    left -= length;
  }
  return groups.map(encodeTransactions);
}
