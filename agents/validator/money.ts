/** Whether a validator has the money that its disputes can ask for. */
import type { DealView } from "../chain/deal-log.ts";
import type { Warning } from "../chain/look.ts";
import { verdict } from "../game/rules.ts";
import type { GameState } from "../game/types.ts";
import { canBeat } from "../players/decide.ts";
import { commitmentCost, isAnnounced, tournamentCost } from "../players/purse.ts";
import { seatOf } from "./actions.ts";
import { type Own, runBelow, takesPart, tournamentOf } from "./own.ts";

/** Warns as soon as wallet and credit are less than what the disputes can ask for. */
export function moneyWarnings(view: DealView, game: GameState, own: Own, now: number): Warning[] {
  const needed = moneyNeeded(view, game, own, now);
  const held = own.wallet + (game.credits.get(own.self) ?? 0n);
  return held < needed ? [{ kind: "short of money", needed, held }] : [];
}

/**
 * What the disputes that are going on, and those that the validator has to begin, can ask for, in
 * wei: half as many meetings in each tournament as it has opponents, before any bond comes back.
 */
export function moneyNeeded(view: DealView, game: GameState, own: Own, now: number): bigint {
  const { params } = own;
  let needed = 0n;
  for (const claim of view.claims.values()) {
    const run = runBelow(view, claim, own);
    if (run === undefined || !takesPart(view, game, own, claim)) continue;
    if (claim.phase === "open") {
      const wrong = run.final.root !== claim.finalState && canBeat(now, claim.since + params.period);
      if (!wrong) continue;
      const seat = seatOf(view, claim, own);
      const isPaid = isAnnounced({ game, seat }, seat.book.commitment([])?.root);
      needed += commitmentCost(params, 0, 1) - (isPaid ? (params.bonds[0] ?? 0n) : 0n);
      continue;
    }
    const row = game.tournaments.get(tournamentOf(claim, own));
    if (row === undefined || verdict(game, row.id, now).finished) continue;
    needed += tournamentCost({ game, params, seat: seatOf(view, claim, own), now }, row);
  }
  return needed;
}
