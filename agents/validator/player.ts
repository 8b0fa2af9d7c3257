/** A player at one table: reads the game, decides, sends. Honest or not depends on its book. */
import { attempt } from "../chain/attempt.ts";
import type { Chain } from "../chain/chain.ts";
import { tournamentCall } from "../chain/tournament-calls.ts";
import type { TournamentLog } from "../chain/tournament-log.ts";
import { decide, type Seat } from "../players/decide.ts";

/** Does the most urgent thing that the chain accepts; tells whether there was one. */
export async function play(chain: Chain, log: TournamentLog, seat: Seat): Promise<boolean> {
  for (const action of await decide(await log.state(), log.params, seat, await chain.now())) {
    if (await attempt(chain, seat.owner, tournamentCall(log.address, action))) return true;
  }
  return false;
}
