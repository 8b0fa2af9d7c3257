/**
 * A Deal and the tournaments about its claims, seen at one block: only what concerns this Deal is
 * asked for, however many strangers use the same Tournament contract.
 */
import { type Address, type Hex, pad } from "viem";
import { EMPTY_GAME, type GameState, type Params } from "../game/types.ts";
import type { BlockLog, BlockReader, Query } from "./block-reader.ts";
import type { Chain } from "./chain.ts";
import { dealContradiction } from "./deal-contradiction.ts";
import { DEAL_EVENTS, DealLog, type DealView, followDeal, NO_DEAL, toldBy, withoutSettled } from "./deal-log.ts";
import { gameContradiction } from "./game-contradiction.ts";
import type { Head } from "./head.ts";
import { LogFollower, type Seen } from "./log-follower.ts";
import { namesIn, openNames } from "./open-names.ts";
import { followGame, GAME_EVENTS, TournamentLog } from "./tournament-log.ts";
import type { Point } from "./trail.ts";
import { lowerCase } from "./lower-case.ts";

/** What is watched. */
export interface Watched {
  readonly deal: Address;
  /** The contract that decides about the Deal's claims. */
  readonly tournament: Address;
  /** Of the tournament. */
  readonly params: Params;
  /** The block in which the Deal was deployed, or an earlier one. */
  readonly from: bigint;
  /** Whose credits are followed, in lower case. */
  readonly owners: readonly Hex[];
}

/** A Deal and its disputes after the same block. */
export interface DealAndGame {
  readonly deal: DealView;
  /** The tournaments about the Deal's claims, and the credits of the owners. */
  readonly game: GameState;
}

/** Watches one Deal. */
export class DealWatch {
  readonly deal: DealLog;
  readonly tournaments: TournamentLog;
  readonly #follower: LogFollower<DealAndGame>;
  #settled = 0;

  /** @param trail of an earlier watch of the same */
  constructor(chain: Chain, watched: Watched, trail: readonly Point<DealAndGame>[] = []) {
    const { params, from } = watched;
    const [deal, tournament] = [lowerCase(watched.deal), lowerCase(watched.tournament)];
    const owners = watched.owners.map((owner) => pad(owner, { size: 32 }));
    this.#follower = new LogFollower<DealAndGame>(
      chain,
      {
        ...{ from, initial: { deal: NO_DEAL, game: EMPTY_GAME }, timed: true },
        queries: ({ game }, logs, time): Query[] => [
          { address: deal, events: DEAL_EVENTS },
          {
            address: tournament,
            events: GAME_EVENTS,
            first: [...new Set([...owners, ...openNames(game, time), ...namesIn(logs)])],
          },
        ],
        reduce: (before, logs, time) => {
          const of = (address: Hex): BlockLog[] => logs.filter((log) => lowerCase(log.address) === address);
          const view = followDeal(before.deal, of(deal), time);
          return {
            deal: withoutSettled(view, Math.min(this.#settled, view.resolved)),
            game: followGame(before.game, of(tournament), params),
          };
        },
        contradiction: async (state, head, blocks) =>
          (await dealContradiction(deal, toldBy(state.deal), head.hash, blocks)) ??
          gameAt(tournament, state.game, head, blocks),
      },
      trail,
    );
    this.deal = new DealLog(chain, deal, async () => (await this.look()).state.deal);
    this.tournaments = new TournamentLog(chain, tournament, params, async () => (await this.look()).state.game);
  }

  /** Both after every log so far, and the block after which it is so. */
  look(): Promise<Seen<DealAndGame>> {
    return this.#follower.look();
  }

  /** What another watch can go on from. */
  get trail(): readonly Point<DealAndGame>[] {
    return this.#follower.trail;
  }

  /** Inputs of earlier fragments than this one, and settled claims about them, are needed no more. */
  letGo(before: number): void {
    this.#settled = Math.max(this.#settled, before);
  }
}

function gameAt(
  tournament: Hex,
  game: GameState,
  { hash, timestamp }: Head,
  blocks: BlockReader,
): Promise<string | undefined> {
  return gameContradiction(tournament, game, openNames(game, timestamp), hash, blocks);
}
