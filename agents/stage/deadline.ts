/**
 * When something can happen next by time alone: what an embedded chain's clock is moved on to when
 * nobody has anything to do.
 */
import { clockRuns } from "../game/rules.ts";
import type { GameState } from "../game/types.ts";
import { type DealView, isPending } from "../chain/deal-log.ts";

/**
 * The first instant after `now` at which a clock runs out, a tournament closes or a claim's window
 * ends; undefined if none will.
 *
 * @param lead seconds before each of them at which somebody wakes up
 */
export function nextDeadline(
  game: GameState,
  deal: DealView | undefined,
  period: number,
  now: number,
  lead = 0,
): number | undefined {
  const instants = [
    ...[...game.tournaments.values()].map((row) => row.closes),
    ...[...game.matches.values()]
      .filter((match) => match.phase === "playing" && clockRuns(match, now))
      .map((match) => match.since + match.clocks[match.turn]),
    ...[...(deal?.claims.values() ?? [])].filter(isPending).map((claim) => claim.since + period),
  ];
  const later = instants.flatMap((instant) => [instant - lead, instant]).filter((instant) => instant > now);
  return later.length === 0 ? undefined : Math.min(...later);
}
