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

/** Plays a seat until there is nothing to do now; tells whether there was anything. */
export async function play(chain: Chain, log: TournamentLog, seat: Seat): Promise<boolean> {
  const [action] = await decide(await log.state(), log.params, seat, await chain.now());
  if (action === undefined) return false;
  try {
    await chain.send(seat.owner, tournamentCall(log.address, action));
  } catch (error) {
    if (!(error instanceof CallRefused && OVERTAKEN.has(error.reason.split("(")[0] ?? ""))) throw error;
  }
  return true;
}
