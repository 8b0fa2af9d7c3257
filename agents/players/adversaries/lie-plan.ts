/**
 * In which of a program's fragments a liar lies, and how: decided once it has run them all
 * honestly.
 */
import type { Trace } from "../../../verifier/history/trace.ts";
import type { Executor } from "../../../verifier/state/executor.ts";
import { type ChosenLie, LieError, LieSearch } from "./lie-site.ts";

/** Where somebody wants the lie; by default deep inside. */
export interface Wish {
  /** Step, counted from 1 over all fragments. */
  readonly at?: bigint | undefined;
  /** The fragment in which it lies, from 0, if no step is given. */
  readonly fragment?: number | undefined;
  /**
   * A transaction about whose answer the liar lies, if no step is given: its fragment and its index
   * in it, from 0.
   */
  readonly about?: { readonly fragment: number; readonly transaction: number } | undefined;
}

/** A fragment as the liar ran it honestly. */
export interface HonestFragment {
  readonly steps: bigint;
  readonly trace: Trace;
}

/** A lie with its fragment. */
export interface PlannedLie extends ChosenLie {
  readonly fragment: number;
  /** Steps of the fragments before. */
  readonly offset: bigint;
}

/** Where the lie is told if nobody says where: after this share of all steps. */
const DEPTH = { numerator: 6n, denominator: 10n };

/**
 * Chooses the lie.
 *
 * @throws LieError if the step that is wished for lies outside the computation
 */
export function planLie(fragments: readonly HonestFragment[], wish: Wish, executor: Executor): PlannedLie {
  if (wish.at === undefined && wish.about !== undefined) {
    const { fragment, transaction } = wish.about;
    const { trace } = fragments[fragment] ?? {};
    const lie = trace && new LieSearch(trace, executor).aboutAnswer(transaction);
    if (lie !== undefined) return { fragment, offset: stepsOf(fragments.slice(0, fragment)), ...lie };
  }
  if (wish.at === undefined && wish.fragment !== undefined) {
    const { trace, steps } = fragments[wish.fragment] ?? {};
    if (trace === undefined || steps === undefined) throw new LieError(`fragment ${wish.fragment} is never run`);
    const lie = new LieSearch(trace, executor).after((steps * DEPTH.numerator) / DEPTH.denominator);
    return { fragment: wish.fragment, offset: stepsOf(fragments.slice(0, wish.fragment)), ...lie };
  }
  const total = stepsOf(fragments);
  const wanted = wish.at ?? (total * DEPTH.numerator) / DEPTH.denominator;
  let offset = 0n;
  for (const [fragment, { steps, trace }] of fragments.entries()) {
    if (wanted >= 1n && wanted <= offset + steps) {
      const search = new LieSearch(trace, executor);
      const lie = wish.at === undefined ? search.after(wanted - offset) : search.at(wanted - offset);
      return { fragment, offset, ...lie };
    }
    offset += steps;
  }
  throw new LieError(`--lie-at ${wanted} lies outside the computation, whose steps are 1 to ${total}`);
}

function stepsOf(fragments: readonly HonestFragment[]): bigint {
  return fragments.reduce((sum, { steps }) => sum + steps, 0n);
}
