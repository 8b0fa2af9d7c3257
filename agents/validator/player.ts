/** A player at one table: reads the game, decides, sends. Honest or not depends on its book. */
import { type Chain, CallRefused } from "../chain/chain.ts";
import { tournamentCall } from "../chain/tournament-calls.ts";
import type { TournamentLog } from "../chain/tournament-log.ts";
import { decide, type Seat } from "../players/decide.ts";

/** Errors of the contract that mean that somebody else was faster; the next look at the game shows it. */
const OVERTAKEN: ReadonlySet<string> = new Set([
  "MatchNotPlaying",
  "MatchNotLive",
  "OpeningWrong",
  "HeightUnfit",
  "CommitmentKnown",
  "TournamentClosed",
  "ClockSpent",
  "BondCollected",
]);

/** Does the most urgent thing that the chain accepts; tells whether there was one. What somebody else did first is left out. */
export async function play(chain: Chain, log: TournamentLog, seat: Seat): Promise<boolean> {
  for (const action of await decide(await log.state(), log.params, seat, await chain.now())) {
    try {
      await chain.send(seat.owner, tournamentCall(log.address, action));
      return true;
    } catch (error) {
      if (!(error instanceof CallRefused && OVERTAKEN.has(error.reason.split("(")[0] ?? ""))) throw error;
    }
  }
  return false;
}
