/** What strangers' tournaments cost whoever follows the logs of a Tournament contract. */
import { type Hex, numberToHex, pad, toEventSelector } from "viem";
import { LogFollower, type Subject } from "../agents/chain/log-follower.ts";
import { followGame, GAME_EVENTS } from "../agents/chain/tournament-log.ts";
import { EMPTY_GAME, type GameState, type Params } from "../agents/game/types.ts";
import { measurement, type Rows, type Setting } from "./measurement.ts";
import { fixed } from "./table.ts";
import { BenchError } from "./workloads/workload.ts";

const STRANGERS = [10_000, 100_000, 1_000_000] as const;
const QUICK_STRANGERS = [500, 1_000] as const;

/** Tournaments that are opened in a block. */
const A_BLOCK = 5;

const CONTRACT: Hex = `0x${"c0".repeat(20)}`;
const OPENED = toEventSelector("Opened(bytes32,bytes32,uint48)");
const PARAMS: Params = { period: 1, grace: 1, heights: [3], bonds: [1n], bounty: 1n };

/** Following everybody's tournaments, and none of them; processor time of the node in memory too. */
export interface FollowingResult {
  readonly strangers: number;
  readonly everybody: { readonly seconds: number; readonly requests: number };
  readonly own: { readonly seconds: number; readonly requests: number };
}

/** A node of a chain on which strangers have opened tournaments. */
class Node {
  requests = 0;
  readonly #strangers: number;

  constructor(strangers: number) {
    this.#strangers = strangers;
  }

  readonly request = ({ method, params = [] }: { method: string; params?: readonly unknown[] }): Promise<unknown> => {
    this.requests += 1;
    if (method === "eth_getBlockByNumber") return Promise.resolve(this.#block(params[0] as string));
    const [{ fromBlock, toBlock, topics }] = params as [{ fromBlock: Hex; toBlock: Hex; topics: readonly unknown[] }];
    // Whoever asks for a name of its own gets none of these.
    return Promise.resolve(topics.length > 1 ? [] : this.#logs(Number(fromBlock), Number(toBlock)));
  };

  #block(block: string): object {
    const number = block === "latest" ? this.#strangers / A_BLOCK + 100 : Number(block);
    const [hash, parentHash] = [hashOf(number), hashOf(number - 1)];
    return { number: numberToHex(number), hash, parentHash, timestamp: "0x1", logsBloom: `0x${"00".repeat(256)}` };
  }

  #logs(from: number, to: number): object[] {
    const logs: object[] = [];
    const last = Math.min(to + 1, this.#strangers / A_BLOCK);
    for (let block = from; block < last; block++)
      for (let place = 0; place < A_BLOCK; place++) {
        const name = pad(numberToHex(block * A_BLOCK + place + 1), { size: 32 });
        logs.push({
          ...{
            address: CONTRACT,
            topics: [OPENED, name],
            data: `0x${"00".repeat(63)}01`,
            logIndex: numberToHex(place),
          },
          ...{
            blockNumber: numberToHex(block),
            blockHash: hashOf(block),
            transactionHash: name,
            transactionIndex: "0x0",
          },
        });
      }
    return logs;
  }
}

function hashOf(block: number): Hex {
  return pad(numberToHex(block + 1), { size: 32 });
}

function subjectOf(first: readonly Hex[] | undefined): Subject<GameState> {
  const query = { address: CONTRACT, events: GAME_EVENTS, ...(first === undefined ? {} : { first }) };
  return {
    ...{ from: 0n, initial: EMPTY_GAME, timed: false, queries: () => [query] },
    reduce: (game, logs) => followGame(game, logs, PARAMS),
  };
}

async function follow(strangers: number, first?: readonly Hex[]): Promise<FollowingResult["own"]> {
  const node = new Node(strangers);
  const reader = { request: node.request } as unknown as ConstructorParameters<typeof LogFollower>[0]["reader"];
  const follower = new LogFollower({ reader }, subjectOf(first));
  const begun = process.cpuUsage();
  const { tournaments } = await follower.state();
  if (tournaments.size !== (first === undefined ? strangers : 0)) throw new BenchError("tournaments are missing");
  const { user, system } = process.cpuUsage(begun);
  return { seconds: (user + system) / 1e6, requests: node.requests };
}

async function measure({ quick, note }: Setting): Promise<FollowingResult[]> {
  const results: FollowingResult[] = [];
  await follow(1_000);
  for (const strangers of quick ? QUICK_STRANGERS : STRANGERS) {
    note(`following: ${strangers} strangers`);
    const everybody = await follow(strangers);
    results.push({ strangers, everybody, own: await follow(strangers, [hashOf(-1)]) });
  }
  return results;
}

function tables(results: readonly FollowingResult[]): Rows[] {
  return [
    {
      title: "Following a Tournament contract with strangers' tournaments, processor time",
      head: ["strangers", "everybody's, s", "µs each", "only one's own, s", "requests"],
      rows: results.map(({ strangers, everybody, own }) => [
        strangers.toLocaleString("en"),
        fixed(everybody.seconds),
        fixed((everybody.seconds / strangers) * 1e6),
        fixed(own.seconds),
        own.requests.toLocaleString("en"),
      ]),
    },
  ];
}

/** Following. */
export const followingMeasurement = measurement("following", "what strangers cost whoever follows logs", measure, {
  tables,
});
