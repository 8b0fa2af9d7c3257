/**
 * Follows the logs of a contract, also where the chain changes its mind: what a reorganisation
 * undoes is undone here.
 */
import type { AbiEvent, Address, Hash, Log } from "viem";
import type { Chain } from "./chain.ts";

/** Blocks that are asked for at once; a node that finds that too many is asked for fewer. */
const SPAN = 10_000n;

/**
 * States that are kept to go back to: one a look at the chain. A deeper reorganisation begins from
 * the first block.
 */
const TRAIL = 128;

/** What to follow. */
export interface Subject<S> {
  readonly address: Address;
  readonly events: readonly AbiEvent[];
  /** The block in which the contract was deployed, or an earlier one. */
  readonly from: bigint;
  readonly initial: S;
  /**
   * The state after more logs; must leave the old one as it is. `time` gives the timestamp of a
   * log's block.
   */
  readonly reduce: (state: S, logs: readonly Log[], time: (log: Log) => number) => S;
}

interface Point<S> {
  readonly number: bigint;
  readonly hash: Hash;
  readonly state: S;
}

/** The state of a subject, from its logs alone. */
export class LogFollower<S> {
  readonly #chain: Chain;
  readonly #subject: Subject<S>;
  #trail: Point<S>[] = [];

  constructor(chain: Chain, subject: Subject<S>) {
    this.#chain = chain;
    this.#subject = subject;
  }

  /** The state after every log up to the latest block. */
  async state(): Promise<S> {
    for (;;) {
      const known = await this.#canonical();
      const latest = await this.#chain.reader.getBlock({ blockTag: "latest" });
      if (known !== undefined && known.number >= latest.number) return known.state;
      const from = known === undefined ? this.#subject.from : known.number + 1n;
      const state = await this.#read(known?.state ?? this.#subject.initial, from, latest.number);
      // Logs of two branches may have been mixed if the chain changed in between: then this reading
      // counts for nothing.
      if ((await this.#hashOf(latest.number)) !== latest.hash) continue;
      this.#trail.push({ number: latest.number, hash: latest.hash, state });
      if (this.#trail.length > TRAIL) this.#trail.shift();
      return state;
    }
  }

  /** The newest known state whose block is still on the chain; the others are forgotten. */
  async #canonical(): Promise<Point<S> | undefined> {
    for (let last = this.#trail.at(-1); last !== undefined; last = this.#trail.at(-1)) {
      if ((await this.#hashOf(last.number)) === last.hash) return last;
      this.#trail.pop();
    }
    return undefined;
  }

  async #hashOf(blockNumber: bigint): Promise<Hash | undefined> {
    try {
      return (await this.#chain.reader.getBlock({ blockNumber })).hash;
    } catch {
      return undefined; // no such block any more
    }
  }

  async #read(state: S, from: bigint, to: bigint): Promise<S> {
    let result = state;
    for (let first = from; first <= to; first += SPAN) {
      const last = first + SPAN - 1n < to ? first + SPAN - 1n : to;
      const logs = await this.#logs(first, last);
      const times = await this.#times(logs);
      result = this.#subject.reduce(result, logs, (log) => times.get(log.blockNumber ?? -1n) ?? 0);
    }
    return result;
  }

  /** Asks for half as many blocks where a node refuses. */
  async #logs(fromBlock: bigint, toBlock: bigint): Promise<Log[]> {
    const { address, events } = this.#subject;
    try {
      return await this.#chain.reader.getLogs({ address, events, fromBlock, toBlock });
    } catch (error) {
      if (fromBlock === toBlock) throw error;
      const middle = (fromBlock + toBlock) / 2n;
      return [...(await this.#logs(fromBlock, middle)), ...(await this.#logs(middle + 1n, toBlock))];
    }
  }

  async #times(logs: readonly Log[]): Promise<Map<bigint, number>> {
    const times = new Map<bigint, number>();
    for (const { blockNumber } of logs) {
      if (blockNumber === null || times.has(blockNumber)) continue;
      times.set(blockNumber, Number((await this.#chain.reader.getBlock({ blockNumber })).timestamp));
    }
    return times;
  }
}
