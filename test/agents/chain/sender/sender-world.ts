/** A sender at work on a real node, for tests. */
import { createPublicClient, type Hex, http, numberToHex, parseEther, type PublicClient } from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { Sender, type SenderSetup } from "../../../../agents/chain/sender/outbox.ts";
import type { Intent, Outcome } from "../../../../agents/chain/intent.ts";
import { Intents } from "../../../../agents/store/intents.ts";
import { openStore, type Store } from "../../../../agents/store/store.ts";
import type { TestNode } from "../../../support/nodes.ts";

/** The first account of local nodes. */
export const ACCOUNT = mnemonicToAccount("test test test test test test test test test test test junk");

/** Stands for the hash of block 0. */
export const GENESIS = "0x00";

const ABI = [
  { type: "function", name: "note", inputs: [{ type: "uint256" }], outputs: [], stateMutability: "payable" },
] as const;

/** An account without code takes whatever it is sent. */
const ANYBODY = "0x00000000000000000000000000000000000000b0";

/** Another account of local nodes. */
export const OTHER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

/**
 * Runtime code that refuses with `NotAnnounced` until the time is after the one that it is called
 * with: `if (timestamp > calldata[4]) stop; revert(selector ‖ 0)`.
 */
export const LATER = "0x600435421160165763f032b09460e01b5f5260245ffd5b00";

/** What may differ from an ordinary wish. */
export interface WishOptions extends Partial<Omit<Intent, "call" | "key">> {
  readonly value?: bigint;
  readonly to?: Hex;
}

/** A wish of its own: its transaction tells it by its number. */
export function wish(number: number, options: WishOptions = {}): Intent {
  const { value = 0n, to = ANYBODY, ...rest } = options;
  return {
    key: `wish ${number}`,
    from: ACCOUNT.address,
    call: { label: "note", to, abi: ABI, functionName: "note", args: [BigInt(number)], value },
    deadline: Infinity,
    stake: parseEther("10"),
    ...rest,
  };
}

/** A node, and one sender after another on the same journal. */
export class SenderWorld {
  readonly node: TestNode;
  readonly reader: PublicClient;
  readonly store: Store;
  readonly journal: Intents;
  sender: Sender;
  readonly #setup: SenderSetup;
  #mines = true;

  private constructor(node: TestNode, chainId: number, given: Partial<SenderSetup>) {
    this.node = node;
    this.reader = createPublicClient({ transport: http(node.url), cacheTime: 0, pollingInterval: 50 });
    this.store = openStore(":memory:", { chainId, genesis: GENESIS, deal: ANYBODY, account: ACCOUNT.address });
    this.journal = new Intents(this.store);
    const { reader, journal } = this;
    this.#setup = { chainId, reader, signer: ACCOUNT, journal, endpoints: { open: [http(node.url)] }, ...given };
    this.sender = new Sender(this.#setup);
  }

  static async on(node: TestNode, given: Partial<SenderSetup> = {}): Promise<SenderWorld> {
    return new SenderWorld(node, Number(await node.request("eth_chainId")), given);
  }

  /** A new sender with the same journal, as after a restart. */
  restart(given: Partial<SenderSetup> = {}): void {
    this.sender = new Sender({ ...this.#setup, ...given });
  }

  /** The time of the head, in seconds. */
  async now(): Promise<number> {
    return Number((await this.reader.getBlock()).timestamp);
  }

  async look(...intents: readonly Intent[]): Promise<Outcome> {
    const outcome = await this.sender.carryOut(intents, await this.now());
    if (this.#mines) await this.#minedAll();
    return outcome;
  }

  /** A node that mines at once still takes a moment for it. */
  async #minedAll(): Promise<void> {
    for (let tries = 0; tries < 500; tries++) {
      const { pending } = (await this.node.request("txpool_status").catch(() => ({ pending: "0x0" }))) as {
        pending: string;
      };
      if (Number(pending) === 0) return;
      await new Promise((over) => setTimeout(over, 10));
    }
  }

  /** Mines blocks of which the first is so many seconds later. */
  async mine(seconds = 12): Promise<void> {
    await this.node.request("evm_increaseTime", [seconds]);
    await this.node.request("evm_mine");
  }

  /** From now on only `mine` mines. */
  async manual(): Promise<void> {
    this.#mines = false;
    await this.node.request("evm_setAutomine", [false]);
  }

  /** The numbers of the wishes that were mined, in the order of the chain. */
  async noted(): Promise<number[]> {
    const head = Number(await this.node.request("eth_blockNumber"));
    const numbers: number[] = [];
    for (let number = 0; number <= head; number++) {
      const { transactions } = (await this.node.request("eth_getBlockByNumber", [numberToHex(number), true])) as {
        transactions: { input: Hex; from: Hex }[];
      };
      for (const { input, from } of transactions) {
        if (from.toLowerCase() === ACCOUNT.address.toLowerCase() && input.length === 74)
          numbers.push(Number(`0x${input.slice(10)}`));
      }
    }
    return numbers;
  }

  async close(): Promise<void> {
    this.store.close();
    await this.node.close();
  }
}

/** What failures say, each with its wish. */
export function told({ failures }: Outcome): string[] {
  return failures.map(
    ({ intent, cause }) => `${intent.key}: ${cause instanceof Error ? cause.message : String(cause)}`,
  );
}
