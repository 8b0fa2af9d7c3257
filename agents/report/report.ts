/** What a dispute ended with, ready for people and for machines. */
import type { Hex } from "viem";
import { bytesToHex } from "viem";
import { stepState } from "../../verifier/state/step-state.ts";
import type { Trace } from "../../verifier/history/trace.ts";
import type { Program } from "../../verifier/program/build.ts";
import { describeWord } from "../../verifier/program/map.ts";
import { decodeTransactions } from "../../verifier/program/transactions.ts";
import { stateRoot } from "../../verifier/state/state.ts";
import type { GameState, MatchState } from "../game/types.ts";
import { stepOf } from "../../verifier/history/game-levels.ts";
import { differences, type Difference } from "./difference.ts";
import { type Ending, endingAt } from "../../verifier/program/fragment.ts";
import { outputText, payloadText } from "./transaction-text.ts";
import type { Times } from "./stopwatch.ts";
import type { GasBook, GasLine } from "./gas-book.ts";

/** Who was right in the end. */
export type Verdict = "liar lost" | "liar won" | "undecided";

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
  /** Number of the step, from 1: it leads from the state after `step` - 1 steps to the state after `step` steps. */
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
  /** The transaction that the step belongs to; undefined where the driver is done with all, or none is left. */
  readonly transaction?: DisputedTransaction;
}

/** What somebody has in a contract, before and after; wei. */
export interface Balance {
  readonly name: string;
  readonly role: string;
  readonly before: bigint;
  readonly after: bigint;
  /** Where it lies, or what became of it. */
  readonly note: string;
}

/** The end of a dispute. */
export interface Report {
  readonly verdict: Verdict;
  readonly disputed: DisputedStep;
  /** Steps of the computation in all. */
  readonly steps: bigint;
  readonly moves: number;
  /** How long the phases took, where they were measured. */
  readonly times?: Times;
  readonly gas: { readonly move: number; readonly step: number; readonly total: bigint };
  readonly gasByKind: readonly GasLine[];
  readonly deposits: readonly Balance[];
}

/** The positions at every level that lead to the step at which a match ended, from the top; undefined if it was not executed. */
export function pathOf(game: GameState, match: MatchState): readonly bigint[] {
  const parent = game.matches.get(match.tournament);
  return parent === undefined ? [match.pos] : [...pathOf(game, parent), match.pos];
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
  const transaction = disputedTransaction(program, sides, before.registers.count);
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
    results: differences(truth, lie),
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

/** The figures of a dispute's gas. */
export function gasOf(book: GasBook): Pick<Report, "moves" | "gas" | "gasByKind"> {
  return { moves: book.moves, gas: { ...book.averages(), total: book.disputeTotal() }, gasByKind: book.lines() };
}

/** The report as JSON: numbers that may be large are decimal strings. */
export function reportJson(report: Report): Record<string, unknown> {
  const { disputed, deposits, gas, gasByKind } = report;
  return {
    verdict: report.verdict,
    step: disputed.step.toString(),
    instruction: disputed.instruction,
    function: disputed.function,
    offset: disputed.offset,
    module: disputed.module,
    word: disputed.word,
    states: { before: disputed.before, honest: disputed.honest, liar: disputed.liar },
    results: disputed.results,
    transaction: disputed.transaction ?? null,
    steps: report.steps.toString(),
    moves: report.moves,
    ...(report.times === undefined ? {} : { times: report.times }),
    gas: { move: gas.move, step: gas.step, total: Number(gas.total) },
    gasByKind: gasByKind.map((line) => ({
      ...line,
      total: Number(line.total),
      least: Number(line.least),
      greatest: Number(line.greatest),
    })),
    deposits: deposits.map(({ before, after, ...rest }) => ({
      ...rest,
      before: before.toString(),
      after: after.toString(),
    })),
  };
}
