/** The game as the chain's logs tell it: decodes the Tournament contract's logs and follows them. */
import { type Address, type Hex, type Log, parseEventLogs } from "viem";
import { type GameEvent, follow } from "../game/events.ts";
import { EMPTY_GAME, type GameState, type Params, type Side } from "../game/types.ts";
import { tournamentAbi } from "./artifacts.ts";
import type { Chain } from "./chain.ts";

const SIDES: readonly (Side | undefined)[] = [undefined, "one", "two"];

/** Decodes the logs of the contract, in the order of the chain; logs of others are left out. */
export function gameEvents(logs: readonly Log[]): GameEvent[] {
  return parseEventLogs({ abi: tournamentAbi, logs: [...logs] }).map(({ eventName, args }): GameEvent => {
    switch (eventName) {
      case "Announced":
      case "Opened":
      case "Collected":
      case "Moved":
      case "Sealed":
      case "Stepped":
      case "Paired":
        return { kind: eventName, ...args } as unknown as GameEvent;
      case "Joined":
        return { kind: eventName, ...args, owner: lower(args.owner), children: args.children };
      case "Ended":
        return { kind: eventName, ...args, winner: SIDES[args.winner] };
      case "Credited":
        return { kind: eventName, ...args, owner: lower(args.owner) };
      case "Withdrawn":
        return { kind: eventName, ...args, owner: lower(args.owner), to: lower(args.to) };
    }
  });
}

function lower(address: Address): Hex {
  return address.toLowerCase() as Hex;
}

/** Follows one Tournament contract from a block on. */
export class TournamentLog {
  /** Parameters of the contract. */
  readonly params: Params;
  readonly address: Address;
  readonly #chain: Chain;
  #next: bigint;
  #state: GameState = EMPTY_GAME;

  private constructor(chain: Chain, address: Address, params: Params, from: bigint) {
    this.#chain = chain;
    this.address = address;
    this.params = params;
    this.#next = from;
  }

  /** Reads the contract's parameters; `from` is the block in which it was deployed, or an earlier one. */
  static async follow(chain: Chain, address: Address, from = 0n): Promise<TournamentLog> {
    const read = await chain.reader.readContract({ address, abi: tournamentAbi, functionName: "params" });
    const { period, grace, heights, bonds, bounty } = read;
    const params = { period: Number(period), grace: Number(grace), heights, bonds, bounty };
    return new TournamentLog(chain, address, params, from);
  }

  /** The state after every log so far. */
  async state(): Promise<GameState> {
    const latest = await this.#chain.reader.getBlockNumber();
    if (latest >= this.#next) {
      const logs = await this.#chain.reader.getLogs({ address: this.address, fromBlock: this.#next, toBlock: latest });
      for (const event of gameEvents(logs)) this.#state = follow(this.#state, event, this.params);
      this.#next = latest + 1n;
    }
    return this.#state;
  }
}
