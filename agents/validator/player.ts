/** Plays one seat of a root tournament: what is left of a validator where there is no Deal. */
import type { Chain } from "../chain/chain.ts";
import { dutyOf } from "../chain/duty.ts";
import type { Outbox } from "../chain/intent.ts";
import type { Look, Service } from "../chain/look.ts";
import type { TournamentLog } from "../chain/tournament-log.ts";
import { announcement, collects, decide, type Seat } from "../players/decide.ts";
import { ordered, type Twist } from "../players/play.ts";
import { guard } from "./guard.ts";

/** What a player works with. */
export interface PlayerSetup {
  readonly chain: Pick<Chain, "now">;
  readonly tournaments: TournamentLog;
  readonly seat: Seat;
  readonly outbox: Outbox;
  /** What it leaves out or spoils; an honest player has none. */
  readonly twist?: Twist | undefined;
}

/** Whoever has a seat. */
export class Player implements Service {
  readonly #setup: PlayerSetup;

  constructor(setup: PlayerSetup) {
    this.#setup = setup;
  }

  async look(): Promise<Look> {
    const { chain, tournaments, seat, outbox, twist } = this.#setup;
    const { address, params } = tournaments;
    const [state, now] = await Promise.all([tournaments.state(), chain.now()]);
    const hash = announcement(seat);
    const found = hash === undefined ? undefined : await tournaments.announced(hash);
    const game = hash === undefined || found === undefined ? state : { ...state, announced: new Map([[hash, found]]) };
    const plays = [...decide({ game, params, seat, now }), ...collects(game, params, seat.owner, now)];
    const chosen = ordered(twist === undefined ? plays : twist(plays, now));
    const duties = chosen.map((play) => dutyOf(play, seat.owner, { deal: address, tournament: address }));
    // Who cheats means to be refused.
    const { allowed, refused } =
      twist === undefined ? guard(duties, game, params, now) : { allowed: duties, refused: [] };
    const { sent, failures } = await outbox.carryOut(allowed, now);
    return { sent, failures: [...refused, ...failures], warnings: [], problems: [] };
  }
}
