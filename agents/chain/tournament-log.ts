/**
 * The game as the chain's logs tell it: decodes the Tournament contract's logs and follows them.
 */
import { type Abi, type AbiEvent, type Address, type Hex, type Log, toEventSelector } from "viem";
import { tournamentAbi } from "../../contracts/abi/Tournament.ts";
import { type GameEvent, follow } from "../game/events.ts";
import { type Announcement, EMPTY_GAME, type GameState, type Params, type Side } from "../game/types.ts";
import type { Chain } from "./chain.ts";
import { eventLogs } from "./event-logs.ts";
import { LogFollower } from "./log-follower.ts";
import { lowerCase } from "./lower-case.ts";

const SIDES: readonly (Side | undefined)[] = [undefined, "one", "two"];

/** Decodes the logs of the contract, in the order of the chain; logs of others are left out. */
export function gameEvents(logs: readonly Log[]): GameEvent[] {
  return eventLogs(tournamentAbi, logs).map(({ eventName, args }): GameEvent => {
    switch (eventName) {
      case "Announced":
      case "Shown":
      case "Opened":
      case "Collected":
      case "Moved":
      case "Sealed":
      case "Stepped":
      case "Paired":
        return { kind: eventName, ...args } as unknown as GameEvent;
      case "Joined":
        return { kind: eventName, ...args, owner: lowerCase(args.owner), children: args.children };
      case "Displaced":
        return { kind: eventName, ...args, owner: lowerCase(args.owner) };
      case "Ended":
        return { kind: eventName, ...args, winner: SIDES[args.winner] };
      case "Credited":
        return { kind: eventName, ...args, owner: lowerCase(args.owner) };
      case "Withdrawn":
        return { kind: eventName, ...args, owner: lowerCase(args.owner), to: lowerCase(args.to) };
    }
  });
}

/**
 * All events but those of announcements, which tell of no tournament and of no owner: `announced`
 * asks for the one that matters.
 */
const EVENTS = (tournamentAbi as Abi).filter(
  (item): item is AbiEvent => item.type === "event" && item.name !== "Announced" && item.name !== "Shown",
);

/** Hashes of the events that are followed. */
export const GAME_EVENTS: readonly Hex[] = EVENTS.map((event) => toEventSelector(event));

/** The game after more of the contract's logs. */
export function followGame(game: GameState, logs: readonly Log[], params: Params): GameState {
  return gameEvents(logs).reduce((state, event) => follow(state, event, params), game);
}

/** Reads the parameters of a Tournament contract. */
export async function readParams({ reader }: Chain, address: Address): Promise<Params> {
  const read = await reader.readContract({ address, abi: tournamentAbi, functionName: "params" });
  const { period, grace, heights, bonds, bounty } = read;
  return { period: Number(period), grace: Number(grace), heights, bonds, bounty };
}

/** The game of a Tournament contract, or the part of it that concerns somebody. */
export class TournamentLog {
  /** Parameters of the contract. */
  readonly params: Params;
  readonly address: Address;
  readonly #chain: Chain;
  readonly #state: () => Promise<GameState>;

  /** @param state gives the game as it is now */
  constructor(chain: Chain, address: Address, params: Params, state: () => Promise<GameState>) {
    this.#chain = chain;
    this.address = address;
    this.params = params;
    this.#state = state;
  }

  /**
   * Follows all tournaments of a contract, everybody's, after reading its parameters; `from` is the
   * block in which it was deployed, or an earlier one.
   */
  static async follow(chain: Chain, address: Address, from = 0n): Promise<TournamentLog> {
    const params = await readParams(chain, address);
    const all = [{ address: lowerCase(address), events: GAME_EVENTS }];
    const follower = new LogFollower<GameState>(chain, {
      ...{ from, initial: EMPTY_GAME, timed: false, queries: () => all },
      reduce: (game, logs) => followGame(game, logs, params),
    });
    return new TournamentLog(chain, address, params, () => follower.state());
  }

  /** The state after every log so far, but for announcements. */
  state(): Promise<GameState> {
    return this.#state();
  }

  /** An announcement that was not shown yet, whoever has made and paid for it. */
  async announced(announcement: Hex): Promise<Announcement | undefined> {
    const { address } = this;
    const call = { address, abi: tournamentAbi, functionName: "announcementState", args: [announcement] } as const;
    const found = await this.#chain.reader.readContract(call);
    return found.number === 0 ? undefined : found;
  }
}
