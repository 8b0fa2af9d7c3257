/** What a dispute ended with, as data. */
import type { DisputedStep } from "./disputed-step.ts";
import type { GasFigures } from "./gas-book.ts";
import type { Times } from "./stopwatch.ts";

/** Who was right in the end. */
export type Verdict = "liar lost" | "liar won" | "undecided";

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
export interface Report extends GasFigures {
  readonly verdict: Verdict;
  /** The step that was executed; undefined if everything was decided by time. */
  readonly disputed: DisputedStep | undefined;
  /** Steps of the computation in all. */
  readonly steps: bigint;
  /** How long the phases took, where they were measured. */
  readonly times?: Times;
  readonly deposits: readonly Balance[];
}

/** The report as JSON: numbers that may be large are decimal strings. */
export function reportJson(report: Report): Record<string, unknown> {
  const { disputed, deposits, gas, gasByKind } = report;
  return {
    verdict: report.verdict,
    ...(disputed === undefined ? { step: null } : disputedJson(disputed)),
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

function disputedJson(disputed: DisputedStep): Record<string, unknown> {
  const { step, before, honest, liar, results, transaction, ...place } = disputed;
  return {
    step: step.toString(),
    ...{ instruction: place.instruction, function: place.function, offset: place.offset, module: place.module },
    word: place.word,
    ...{ states: { before, honest, liar }, results, transaction: transaction ?? null },
  };
}
