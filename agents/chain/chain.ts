/**
 * A chain as the agents see it: reading, the clock, and sending with a receipt. The only place with
 * effects on a chain.
 */
import { setTimeout } from "node:timers/promises";
import {
  type Address,
  createPublicClient,
  createWalletClient,
  encodeFunctionData,
  type Hex,
  type Log,
  type PublicClient,
  size,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
  type Transport,
  type WalletClient,
} from "viem";
import { Problem } from "../../verifier/errors.ts";
import type { Call } from "./call.ts";
import { CallRefused, REVERTED } from "./call-refused.ts";
import { simulate } from "./simulate.ts";

/** A call that was mined. */
export interface Sent {
  readonly label: string;
  readonly from: Address;
  readonly hash: Hex;
  readonly gas: bigint;
  readonly calldataBytes: number;
  readonly block: bigint;
  readonly logs: readonly Log[];
}

/** How long a receipt may take, in milliseconds. */
const PATIENCE_MS = 180_000;

/** How long a chain is waited for, in milliseconds. */
interface Waits {
  /** How often something is asked for again. */
  readonly pollingInterval?: number;
  /** How long a receipt may take. */
  readonly patience?: number;
  /**
   * How long a block with a later timestamp is waited for where a call wants one: not at all where
   * blocks are mined on demand.
   */
  readonly laterBlock?: number;
}

/** Reads a chain and sends to it. */
export class Chain {
  readonly reader: PublicClient;
  readonly #wallet: WalletClient;
  readonly #patience: number;
  readonly #laterBlock: number;
  readonly #observers: ((sent: Sent) => void)[] = [];

  /**
   * @param transport How to reach a node whose accounts are unlocked.
   */
  constructor(transport: Transport, { pollingInterval = 50, patience = PATIENCE_MS, laterBlock = 0 }: Waits = {}) {
    this.#patience = patience;
    this.#laterBlock = laterBlock;
    this.reader = createPublicClient({ transport, pollingInterval, cacheTime: 0 });
    this.#wallet = createWalletClient({ transport });
  }

  /** Tells of every transaction that this object sends. */
  observe(observer: (sent: Sent) => void): void {
    this.#observers.push(observer);
  }

  /** Timestamp of the latest block, in seconds. */
  async now(): Promise<number> {
    return Number((await this.reader.getBlock()).timestamp);
  }

  /** What an account has, in wei. */
  balance(account: Address): Promise<bigint> {
    return this.reader.getBalance({ address: account });
  }

  /** Throws `CallRefused` if a call would revert, in a later block too. */
  async rehearse(from: Address, call: Call): Promise<void> {
    await this.#isReady(from, call);
  }

  /**
   * Sends a call and waits for its receipt. A call that only wants a later timestamp than the
   * latest block's is sent when there is one. Throws `CallRefused` when it reverts.
   */
  async send(from: Address, call: Call): Promise<Sent> {
    const { to, abi, functionName, args, value = 0n } = call;
    const end = performance.now() + this.#laterBlock;
    // A node that has mined nothing for so long mines on demand.
    while (!(await this.#isReady(from, call)) && performance.now() < end) await setTimeout(this.reader.pollingInterval);
    const data = encodeFunctionData({ abi, functionName, args });
    const hash = await this.#wallet.sendTransaction({ account: from, to, data, value, chain: null });
    const sent = await this.#mined(call.label, from, hash, data);
    // It would have succeeded a moment ago: somebody else's transaction came before it.
    if (sent === undefined)
      throw new CallRefused(call, from, { reason: REVERTED, text: `${REVERTED} in transaction ${hash}` });
    return sent;
  }

  /**
   * Whether a call succeeds on the latest state. False if it does so only on the pending one: that
   * tells what a later timestamp changes, and nothing that may be relied on, for what is pending
   * there need not be mined before.
   */
  async #isReady(from: Address, call: Call): Promise<boolean> {
    const on = (blockTag: "latest" | "pending"): Promise<void> => simulate(this.reader, from, call, { blockTag });
    try {
      await on("latest");
      return true;
    } catch (refusal) {
      const isAllowedLater = await on("pending").then(
        () => true,
        () => false,
      );
      if (isAllowedLater) return false;
      throw refusal;
    }
  }

  /** Deploys a contract and gives its address. */
  async deploy(from: Address, label: string, data: Hex): Promise<Address> {
    const hash = await this.#wallet.sendTransaction({ account: from, data, chain: null });
    if ((await this.#mined(label, from, hash, data)) === undefined) throw new Problem(`${label}: ${hash} reverted`);
    const { contractAddress } = await this.reader.getTransactionReceipt({ hash });
    if (!contractAddress) throw new Problem(`${label}: the transaction ${hash} created no contract`);
    return contractAddress;
  }

  /** Waits for the receipt; undefined if the transaction reverted. */
  async #mined(label: string, from: Address, hash: Hex, data: Hex): Promise<Sent | undefined> {
    const receipt = await this.#receipt(label, hash);
    if (receipt.status !== "success") return undefined;
    const { gasUsed: gas, blockNumber: block, logs } = receipt;
    const sent: Sent = { label, from, hash, gas, calldataBytes: size(data), block, logs };
    for (const observer of this.#observers) observer(sent);
    return sent;
  }

  /**
   * Asks for a receipt until it is there. viem's `waitForTransactionReceipt` asks only when a block
   * comes, and passes over one that comes while it still reads the block before: on a node that
   * mines on demand there may be no other.
   */
  async #receipt(label: string, hash: Hex): Promise<TransactionReceipt> {
    for (const end = performance.now() + this.#patience; ;) {
      try {
        return await this.reader.getTransactionReceipt({ hash });
      } catch (error) {
        if (!(error instanceof TransactionReceiptNotFoundError)) throw error;
        if (performance.now() > end) throw new Problem(`${label}: ${hash} was not mined in ${this.#patience} ms`);
      }
      await setTimeout(this.reader.pollingInterval);
    }
  }
}
