/** What happened on the chain in a play, read from its blocks after it is over. */
import { type Hex, hexToBigInt, numberToHex } from "viem";
import { inOrder, type BlockLog } from "../chain/block-reader.ts";
import { gameEvents } from "../chain/tournament-log.ts";
import type { GameEvent } from "../game/events.ts";
import { HONEST, type Honest } from "./schedule.ts";
import type { World } from "./world.ts";

/** A transaction of an honest account that was mined. */
export interface Mined {
  readonly to: Hex;
  readonly data: Hex;
  readonly success: boolean;
  readonly gas: bigint;
  /** Gas times price, in wei. */
  readonly paid: bigint;
}

/** A log, and the timestamp of its block in seconds. */
export interface Timed {
  readonly event: GameEvent;
  readonly time: number;
}

/** The chain's own word about a play. */
export interface Ledger {
  readonly mined: Readonly<Record<Honest, readonly Mined[]>>;
  /** Of the Tournament contract, in the order of the chain. */
  readonly events: readonly Timed[];
  /** All transactions of the play, the liars' and reverted ones included, and their gas. */
  readonly transactions: number;
  readonly gas: bigint;
}

interface Block {
  readonly timestamp: Hex;
  readonly transactions: readonly { readonly hash: Hex; readonly from: Hex; readonly to: Hex; readonly input: Hex }[];
}

interface Receipt {
  readonly status: Hex;
  readonly gasUsed: Hex;
  readonly effectiveGasPrice: Hex;
}

/** Reads everything after a block. */
export async function readLedger({ ask, cast, reader }: World, tournament: Hex, after: bigint): Promise<Ledger> {
  const head = await reader.getBlockNumber();
  const mined: Record<Honest, Mined[]> = { validator: [], worker: [] };
  const times = new Map<bigint, number>();
  let transactions = 0;
  let gas = 0n;
  for (let number = after + 1n; number <= head; number++) {
    const block = (await ask("eth_getBlockByNumber", [numberToHex(number), true])) as Block;
    times.set(number, Number(block.timestamp));
    for (const { hash, from, to, input } of block.transactions) {
      const receipt = (await ask("eth_getTransactionReceipt", [hash])) as Receipt;
      const used = hexToBigInt(receipt.gasUsed);
      const paid = used * hexToBigInt(receipt.effectiveGasPrice);
      transactions++;
      gas += used;
      const who = HONEST.find((role) => cast[role] === from);
      if (who !== undefined) mined[who].push({ to, data: input, success: receipt.status === "0x1", gas: used, paid });
    }
  }
  const logs = await reader.getLogs({ address: tournament, fromBlock: after, toBlock: head });
  const events = inOrder(logs as BlockLog[]).flatMap((log) => {
    return gameEvents([log]).map((event) => ({ event, time: times.get(log.blockNumber) ?? 0 }));
  });
  return { mined, events, transactions, gas };
}
