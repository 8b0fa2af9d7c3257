/** What somebody who lies about a Deal believes: the truth up to the lie, and what follows from it. */
import type { FragmentRun } from "../../verifier/program/fragment.ts";
import { Status } from "../../verifier/machine/codes.ts";
import type { Fragment } from "../chain/deal-log.ts";
import { garbageBook } from "../players/adversaries/garbage.ts";
import { type HonestFragment, planLie, type PlannedLie, type Wish } from "../players/adversaries/lie-plan.ts";
import type { Strategy } from "../players/adversaries/registry.ts";
import { type ComputationParts, honestComputation } from "../replay/computation.ts";
import type { Runs } from "../worker/runs.ts";
import { inventing } from "./invention.ts";
import { lyingComputation } from "./lying-computation.ts";
import { StagedReplayer } from "./staged-replayer.ts";

/** A lie that has been decided on. */
export interface Falsehood {
  readonly lie: PlannedLie;
  /** The fragments that there were, as far as the program ran them. */
  readonly honest: readonly HonestFragment[];
  /** Computes what is believed. */
  readonly replayer: StagedReplayer;
  /** The same, as a worker and a validator ask it. */
  readonly believed: Runs;
}

/**
 * Runs the fragments honestly and decides where to lie.
 *
 * @param seed different seeds invent different ends
 * @throws LieError if the lie cannot be told where it is wished for
 */
export async function decideLie(
  means: ComputationParts,
  { belief }: Pick<Strategy, "belief">,
  fragments: readonly Fragment[],
  wish: Wish,
  seed: string,
): Promise<Falsehood> {
  const truth = honestComputation(means)(() => Promise.resolve());
  const honest: HonestFragment[] = [];
  const runs: FragmentRun[] = [];
  for (const fragment of fragments) {
    const before = runs.at(-1)?.final ?? truth.initial;
    if (before.registers.status !== Status.yielded) break;
    const run = await truth.run(before, fragment);
    runs.push(run);
    honest.push({ steps: run.steps, trace: truth.history(run, fragment.index) });
  }
  const lie = planLie(honest, wish, means.executor);
  const isLie = belief === "lie";
  const make = isLie ? lyingComputation(means, { lie, before: runs }) : honestComputation(means);
  const replayer = new StagedReplayer(make, means);
  const believed = isLie ? replayer : inventing(replayer, lie.fragment, garbageBook(seed, means.heights));
  return { lie, honest, replayer, believed };
}
