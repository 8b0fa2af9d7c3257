/** Which runs have failed, for whoever should hear of it. */
import { Problem } from "../../verifier/errors.ts";
import { type DealView, fragmentsFrom } from "../chain/deal-log.ts";
import type { Runs } from "./runs.ts";

/** The runs that have failed, as long as they are of use. */
export function replayProblems(view: DealView, runs: Pick<Runs, "replayed">): Problem[] {
  return fragmentsFrom(view, view.resolved).flatMap(({ id, index }) => {
    const replayed = runs.replayed(id);
    return replayed.phase === "failed" ? [new Problem(replayed.reason, { place: `fragment ${index}` })] : [];
  });
}
