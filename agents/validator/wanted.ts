/** Which fragments a validator has to have run, and which it needs no more. */
import type { Hex } from "viem";
import { type DealView, fragmentsFrom, isPending } from "../chain/deal-log.ts";
import { verdict } from "../game/rules.ts";
import type { GameState } from "../game/types.ts";
import { type Own, runBelow, tournamentOf } from "./own.ts";

/**
 * The fragments to be run, by their ids, in this order: whatever is submitted and not decided, as
 * soon as it is submitted; but nothing beyond a claim that is known to be false, for whatever
 * follows it dies with it.
 */
export function wantedRuns(view: DealView, own: Pick<Own, "runs">): Hex[] {
  const claims = new Map([...view.claims.values()].filter(isPending).map((claim) => [claim.fragment, claim]));
  const wanted: Hex[] = [];
  for (const fragment of fragmentsFrom(view, view.hidden ? view.resolved - 1 : view.resolved)) {
    wanted.push(fragment.id);
    const claim = claims.get(fragment.index);
    const run = claim && runBelow(view, claim, own);
    if (run !== undefined && run.final.root !== claim?.finalState) break;
  }
  return wanted;
}

/**
 * The first fragment whose run is still of use: that of the oldest claim whose tournament goes on,
 * or else the first that is not decided; one earlier while nobody has shown what the last verdict
 * installed.
 */
export function firstUseful(view: DealView, game: GameState, own: Pick<Own, "contracts">, now: number): number {
  const playing = [...view.claims.values()].filter((claim) => {
    if (claim.phase === "open") return false;
    const row = game.tournaments.get(tournamentOf(claim, own));
    return row !== undefined && !verdict(game, row.id, now).finished;
  });
  const undecided = view.hidden ? view.resolved - 1 : view.resolved;
  return Math.min(undecided, ...playing.map(({ fragment }) => fragment));
}
