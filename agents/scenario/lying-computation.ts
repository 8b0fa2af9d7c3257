/** What a liar computes with: the truth, but for one fragment's history with a lie in it. */
import { Trace } from "../../verifier/history/trace.ts";
import { FragmentRun } from "../../verifier/program/fragment.ts";
import { load } from "../../verifier/state/program.ts";
import type { PlannedLie } from "../players/adversaries/lie-plan.ts";
import { type ComputationParts, honestComputation, type MakeComputation, traceOptions } from "../replay/computation.ts";

/** A lie, and the honest runs of the fragments before it. */
export interface Lying {
  readonly lie: PlannedLie;
  readonly before: readonly FragmentRun[];
}

/** Computes what follows from a lie. */
export function lyingComputation(parts: ComputationParts, { lie, before: known }: Lying): MakeComputation {
  const { budget, heights } = parts;
  return (pause) => {
    const truth = honestComputation(parts)(pause);
    let lying: Trace | undefined;
    return {
      ...{ initial: truth.initial, heights },
      run(before, fragment) {
        const { index, input } = fragment;
        const run = index < lie.fragment ? known[index] : undefined;
        if (run !== undefined) return Promise.resolve(run);
        if (index !== lie.fragment) return truth.run(before, fragment);
        const initial = load(before, input, budget);
        lying = new Trace(initial, heights, { ...traceOptions(parts, pause), faults: [lie] });
        return Promise.resolve(new FragmentRun(initial, lying.stateAt(budget + 1n), lying.halt()));
      },
      history: (run, index) => (index === lie.fragment ? lying : undefined) ?? truth.history(run, index),
    };
  };
}
