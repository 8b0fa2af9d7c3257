/** A contract that makes the logs that it is asked for: for tests of whoever follows logs. */
import { concat, type Hex, numberToHex, pad } from "viem";
import type { Query } from "../../agents/chain/block-reader.ts";
import type { Subject } from "../../agents/chain/log-follower.ts";
import type { TestNode } from "./nodes.ts";

const ADDRESS = "0x00000000000000000000000000000000000000aa";

/** PUSH1 32, CALLDATALOAD, PUSH0, CALLDATALOAD, PUSH0, PUSH0, LOG2, STOP. */
const CODE = "0x6020355f355f5fa200";

/** Of all logs. */
export const EVENT: Hex = `0x${"e7".repeat(32)}`;

/** Everything that it logs. */
export const ALL: Query = { address: ADDRESS, events: [EVENT] };

/** A logger on a node. */
export class Logger {
  readonly #node: TestNode;
  readonly #from: Hex;

  private constructor(node: TestNode, from: Hex) {
    this.#node = node;
    this.#from = from;
  }

  /** Puts the contract on a node with unlocked accounts. */
  static async on(node: TestNode): Promise<Logger> {
    const [from = "0x"] = (await node.request("eth_accounts")) as Hex[];
    // Hardhat's node knows this name as well.
    await node.request("hardhat_setCode", [ADDRESS, CODE]);
    return new Logger(node, from);
  }

  /** Logs a number, in a block of its own where the node mines at once. */
  async log(number: number): Promise<void> {
    const data = concat([EVENT, word(number)]);
    const call = { from: this.#from, to: ADDRESS, data, gas: "0x186a0" };
    const hash = await this.#node.request("eth_sendTransaction", [call]);
    // anvil answers before it has mined.
    while ((await this.#node.request("eth_getTransactionReceipt", [hash])) === null)
      await new Promise((later) => setTimeout(later, 2));
  }

  /** Mines empty blocks. Hardhat's node does not link those of `hardhat_mine` by their hashes. */
  async mine(blocks: number): Promise<void> {
    for (let block = 0; block < blocks; block++) await this.#node.request("evm_mine");
  }

  /** What the node itself tells of all logs. */
  async truth(): Promise<number[]> {
    const filter = { address: ADDRESS, fromBlock: "0x0", toBlock: "latest" };
    const logs = (await this.#node.request("eth_getLogs", [filter])) as { topics: Hex[] }[];
    return logs.map(({ topics: [, number] }) => Number(number));
  }
}

/** The argument of a log. */
export function word(number: number): Hex {
  return pad(numberToHex(number), { size: 32 });
}

/** The numbers that were logged, in order. */
export function numbers(change: Partial<Subject<readonly number[]>> = {}): Subject<readonly number[]> {
  return {
    ...{ from: 0n, initial: [], timed: false, queries: () => [ALL] },
    reduce: (state, logs) => [...state, ...logs.map(({ topics: [, number] }) => Number(number))],
    ...change,
  };
}
