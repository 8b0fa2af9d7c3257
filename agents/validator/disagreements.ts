/** Where somebody says something else than what a validator has computed: what a person should hear of. */
import type { Hex } from "viem";
import type { ClaimView, DealView } from "../chain/deal-log.ts";
import type { Disagreement } from "../chain/look.ts";
import { verdict } from "../game/rules.ts";
import type { GameState } from "../game/types.ts";
import { type Own, runBelow, tournamentOf } from "./own.ts";

/** What a validator knows that looks for disagreements. */
type Knowing = Pick<Own, "contracts" | "params" | "runs">;

/** Every claim about which the chain holds, or was told, something else than the validator computed. */
export function disagreements(view: DealView, game: GameState, own: Knowing, now: number): Disagreement[] {
  return [...view.claims.values()].flatMap((claim) => {
    const computed = runBelow(view, claim, own)?.final.root;
    const about = computed === undefined ? undefined : dissent(claim, computed, game, own, now);
    if (computed === undefined || about === undefined) return [];
    const { id, fragment, worker, finalState: claimed } = claim;
    return [{ kind: "disagreement", claim: id, fragment, worker, claimed, computed, ...about }];
  });
}

/** How it stands with what was computed; undefined if nobody says otherwise. */
function dissent(
  claim: ClaimView,
  computed: Hex,
  game: GameState,
  own: Knowing,
  now: number,
): Pick<Disagreement, "stage" | "until"> | undefined {
  const isTrue = claim.finalState === computed;
  const row = game.tournaments.get(tournamentOf(claim, own));
  switch (claim.phase) {
    case "open":
      return isTrue ? undefined : { stage: "unanswered", until: claim.since + own.params.period };
    case "disputed": {
      const alive = [...(row?.commitments.values() ?? [])].filter(({ status }) => status === "alive");
      const isAnswered = alive.some(({ finalState }) => finalState === computed);
      return { stage: isAnswered ? "answered" : "unanswered", until: row?.closes ?? now };
    }
    case "upheld":
    case "confirmed":
      return isTrue ? undefined : { stage: "lost", until: now };
    case "struck": {
      const winner = row && verdict(game, row.id, now).winner;
      return winner === undefined || winner.finalState === computed ? undefined : { stage: "lost", until: now };
    }
    case "dead":
      return undefined;
  }
}
