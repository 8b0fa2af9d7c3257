/** A player at one table: reads the game, decides, sends. Honest or not depends on its book. */
import { attempt } from "../chain/attempt.ts";
import type { Chain } from "../chain/chain.ts";
import { tournamentCall } from "../chain/tournament-calls.ts";
import type { TournamentLog } from "../chain/tournament-log.ts";
import { announcement, decide, type Seat } from "../players/decide.ts";

/**
 * Does the most urgent thing that the chain accepts; tells whether there was one. An action that
 * fails hinders no other; if all fail, the first failure is thrown.
 */
export async function play(chain: Chain, log: TournamentLog, seat: Seat): Promise<boolean> {
  const game = await log.state();
  const hash = await announcement(seat);
  const time = await log.announced(hash);
  const announced = new Map(time === undefined ? [] : [[hash, time]]);
  const failures: unknown[] = [];
  for (const action of await decide({ ...game, announced }, log.params, seat, await chain.now())) {
    try {
      if (await attempt(chain, seat.owner, tournamentCall(log.address, action))) return true;
    } catch (failure) {
      failures.push(failure);
    }
  }
  if (failures.length > 0) throw failures[0];
  return false;
}
