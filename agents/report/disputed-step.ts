/**
 * The step on which two histories part: what it is, what it does, and what each side makes of it.
 */
import { bytesToHex, type Hex } from "viem";
import { stepOf } from "../../verifier/history/game-levels.ts";
import type { Trace } from "../../verifier/history/trace.ts";
import type { Program } from "../../verifier/program/build.ts";
import { type Ending, endingAt } from "../../verifier/program/fragment.ts";
import { describeWord } from "../../verifier/program/map.ts";
import { decodeTransactions } from "../../verifier/program/transactions.ts";
import { stateRoot } from "../../verifier/state/state.ts";
import { stepState } from "../../verifier/state/step-state.ts";
import { differences, type Difference } from "./difference.ts";
import { outputText, payloadText } from "./transaction-text.ts";

/** The transaction in which two histories part. */
export interface DisputedTransaction {
  /** Its number, from 1; in a Deal over all fragments. */
  readonly number: number;
  /** What it asks for, as text. */
  readonly payload: string;
  /** How it ended for the honest side and for the liar, with the output as text. */
  readonly honest: Omit<Ending, "output"> & { readonly output: string };
  readonly liar: DisputedTransaction["honest"];
}

/** The step on which two histories part. */
export interface DisputedStep {
  /**
   * Number of the step, from 1: it leads from the state after `step` - 1 steps to the state after
   * `step` steps.
   */
  readonly step: bigint;
  /** The WebAssembly instruction. */
  readonly instruction: string;
  /** Its function, by name if the module tells one. */
  readonly function: string;
  /** Byte offset of the instruction in the module. */
  readonly offset: number;
  /** Name under which the module was linked. */
  readonly module: string;
  /** The machine's instruction word, in words. */
  readonly word: string;
  /** State roots before the step, and after it: the honest side's and the liar's. */
  readonly before: Hex;
  readonly honest: Hex;
  readonly liar: Hex;
  /** Where the two results differ. */
  readonly results: readonly Difference[];
  /**
   * The transaction that the step belongs to; undefined where the driver is done with all, or none
   * is left.
   */
  readonly transaction?: DisputedTransaction;
}

/** A fragment as both sides ran it. */
export interface Sides {
  readonly input: Uint8Array;
  readonly honest: Trace;
  readonly liar: Trace;
}

/** Explains the step before leaf `path`, on which the two traces part. */
export function explain(program: Program, sides: Sides, path: readonly bigint[]): DisputedStep {
  const { honest, liar } = sides;
  const start = stepOf(honest.heights, path);
  const before = honest.stateAt(start);
  const transaction = disputedTransaction(program, sides, before.registers.receiptCount);
  const { pc } = before.registers;
  const place = program.map.locate(pc);
  const [truth, lie] = [stepState(before), liar.stateAt(start + 1n)];
  return {
    step: start + 1n,
    instruction: place?.mnemonic ?? "none",
    function: place?.functionName ?? "none",
    offset: place?.offset ?? 0,
    module: place?.moduleName ?? "none",
    word: describeWord(before.code.get(pc)),
    before: bytesToHex(stateRoot(before)),
    honest: bytesToHex(stateRoot(truth)),
    liar: bytesToHex(stateRoot(lie)),
    results: differences({ before, honest: truth, liar: lie }, program.map),
    ...(transaction === undefined ? {} : { transaction }),
  };
}

/** Transaction `index` of a fragment (from 0), if both sides have an ending for it. */
function disputedTransaction(
  program: Program,
  { input, honest, liar }: Sides,
  index: number,
): DisputedTransaction | undefined {
  const payload = decodeTransactions(input)[index]?.payload;
  const [truth, lie] = [honest, liar].map((trace) => endingAt(trace.stateAt(trace.length), index));
  if (payload === undefined || truth === undefined || lie === undefined) return undefined;
  const told = (ending: Ending): DisputedTransaction["honest"] => ({
    ...ending,
    output: outputText(program, payload, ending.output),
  });
  return { number: index + 1, payload: payloadText(program, payload), honest: told(truth), liar: told(lie) };
}
