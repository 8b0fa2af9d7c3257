/**
 * A chain whose every block is decided here: which transactions it has and in which order, when it
 * comes, what gas costs, and which blocks another branch replaces. The state is that of the embedded
 * chain; the pool of transactions, and what a node tells of it, is our own.
 */
import { encodeFunctionData, type Hex, numberToHex } from "viem";
import { Crash } from "../../verifier/errors.ts";
import type { Call } from "../chain/call.ts";
import { lowerCase } from "../chain/lower-case.ts";
import { Pool, type Waiting, waitingOf } from "./pool.ts";

/** Asks the embedded chain. */
export type Ask = (method: string, params?: readonly unknown[]) => Promise<unknown>;

/** A call of an account whose key the node has. */
export interface Unsigned {
  readonly from: Hex;
  readonly call: Call;
}

/** How a block is made. */
export interface Making {
  /** Seconds after the block before it. */
  readonly seconds: number;
  /** Comes in at once, and is lost with the block. */
  readonly unsigned: readonly Unsigned[];
  /** Whether these come first. */
  readonly first: boolean;
  /** Signed transactions that are left out although they could be in it. */
  readonly leavesOut?: (waiting: Waiting) => boolean;
}

interface Block {
  /** The embedded chain before it. */
  readonly snapshot: unknown;
  readonly signed: readonly Waiting[];
  readonly seconds: number;
}

/** Seconds from block to block as a rule. */
export const BLOCK_TIME = 12;

/** Gas of a block, and what a transaction without an estimate may use. */
const BLOCK_GAS = 60_000_000n;
const UNSIGNED_GAS = 2_000_000n;

/** How many transactions without an estimate a block has room for, beside those that are signed. */
export const MOST_UNSIGNED = 24;

/** What is given for being first, and for being last. */
const HIGH_TIP = 10_000_000_000n;
const LOW_TIP = 0n;
const MOST_FEE = 10_000_000_000_000n;

/** Blocks after which nobody expects another branch, and is told `safe`. */
const FINAL = 64n;
const SAFE = 32n;

/** Decides blocks. */
export class Network {
  readonly pool = new Pool();
  readonly #ask: Ask;
  #blocks: Block[] = [];
  #baseFee: bigint;
  /** What the base fee goes towards, an eighth a block. */
  targetFee: bigint;

  /**
   * @param ask the embedded chain, which mines only when it is told to
   * @param baseFee of the first block, in wei
   */
  constructor(ask: Ask, baseFee: bigint) {
    this.#ask = ask;
    this.#baseFee = this.targetFee = baseFee;
  }

  /** What there is now is never replaced. */
  settle(): void {
    this.#blocks = [];
  }

  /** Answers as a node does. */
  async request(method: string, params: readonly unknown[] = []): Promise<unknown> {
    switch (method) {
      case "eth_sendRawTransaction":
        return this.#take(params[0] as Hex);
      case "eth_getTransactionCount":
        if (params[1] !== "pending") break;
        return numberToHex(this.pool.next(lowerCase(params[0] as Hex), await this.#mined(params[0] as Hex)));
      case "eth_getTransactionByHash": {
        const waiting = this.pool.find(params[0] as Hex);
        if (waiting !== undefined) return { hash: waiting.hash, from: waiting.from, nonce: numberToHex(waiting.nonce) };
        break;
      }
    }
    return this.#ask(method, await Promise.all(params.map((one) => this.#untagged(one))));
  }

  /** Makes the next block. */
  async mine({ seconds, unsigned, first, leavesOut }: Making): Promise<void> {
    const snapshot = await this.#ask("evm_snapshot");
    this.#baseFee = towards(this.#baseFee, this.targetFee);
    await this.#ask("hardhat_setNextBlockBaseFeePerGas", [numberToHex(this.#baseFee)]);
    const counts = new Map<Hex, number>();
    for (const from of this.pool.accounts()) counts.set(from, await this.#mined(from));
    const mined = (account: Hex): number => counts.get(account) ?? 0;
    let room = BLOCK_GAS;
    const signed: Waiting[] = [];
    const late = new Set<Hex>();
    for (const waiting of this.pool.ready(this.#baseFee, mined)) {
      if (late.has(waiting.from) || waiting.gas > room || leavesOut?.(waiting) === true) {
        late.add(waiting.from);
        continue;
      }
      room -= waiting.gas;
      signed.push(waiting);
    }
    for (const one of signed) await this.#ask("eth_sendRawTransaction", [one.raw]);
    for (const { from, call } of unsigned.slice(0, Number(room / UNSIGNED_GAS))) {
      const { to, abi, functionName, args, value = 0n } = call;
      const load = { from, to, data: encodeFunctionData({ abi, functionName, args }), value: numberToHex(value) };
      const fees = {
        maxFeePerGas: numberToHex(MOST_FEE),
        maxPriorityFeePerGas: numberToHex(first ? HIGH_TIP : LOW_TIP),
      };
      await this.#ask("eth_sendTransaction", [{ ...load, gas: numberToHex(UNSIGNED_GAS), ...fees }]);
    }
    const head = (await this.#ask("eth_getBlockByNumber", ["latest", false])) as { timestamp: Hex };
    await this.#ask("evm_setNextBlockTimestamp", [numberToHex(Number(head.timestamp) + Math.max(1, seconds))]);
    await this.#ask("evm_mine");
    this.#blocks.push({ snapshot, signed, seconds });
    for (const from of this.pool.accounts()) counts.set(from, await this.#mined(from));
    this.pool.clean(mined);
  }

  /**
   * Replaces the newest blocks by as many others, which come a second later each; never more time
   * than so many blocks take as a rule.
   *
   * @param lost tells of each signed transaction in them whether no node remembers it
   * @param back tells of each other whether the new blocks may have it
   */
  async reorganise(depth: number, lost: (one: Waiting) => boolean, back: (one: Waiting) => boolean): Promise<void> {
    let first = this.#blocks.length;
    let seconds = 0;
    while (first > 0 && this.#blocks.length - first < depth) {
      seconds += this.#blocks[first - 1]?.seconds ?? 0;
      // A block that comes after a long time stands for many without a transaction.
      if (seconds > depth * BLOCK_TIME) break;
      first--;
    }
    const gone = this.#blocks.slice(first);
    const [oldest] = gone;
    if (oldest === undefined) return;
    this.#blocks = this.#blocks.slice(0, first);
    if ((await this.#ask("evm_revert", [oldest.snapshot])) !== true) throw new Crash("the chain has no such snapshot");
    for (const one of gone.flatMap(({ signed }) => signed)) {
      if (lost(one)) continue;
      try {
        this.pool.add(one, await this.#mined(one.from));
      } catch {
        // It was replaced meanwhile.
      }
    }
    for (const block of gone) {
      await this.mine({ seconds: block.seconds + 1, unsigned: [], first: false, leavesOut: (one) => !back(one) });
    }
  }

  async #take(raw: Hex): Promise<Hex> {
    const one = await waitingOf(raw);
    this.pool.add(one, await this.#mined(one.from));
    return one.hash;
  }

  async #mined(account: Hex): Promise<number> {
    return Number(await this.#ask("eth_getTransactionCount", [account, "latest"]));
  }

  /** The embedded chain takes its newest block for final. */
  async #untagged(param: unknown): Promise<unknown> {
    if (param !== "finalized" && param !== "safe") return param;
    const head = BigInt((await this.#ask("eth_blockNumber")) as Hex);
    const depth = param === "safe" ? SAFE : FINAL;
    return numberToHex(head > depth ? head - depth : 0n);
  }
}

/** The next base fee on the way to another: at most an eighth away. */
function towards(fee: bigint, target: bigint): bigint {
  const most = (fee * 9n) / 8n;
  const least = (fee * 7n + 7n) / 8n;
  return target > most ? most : target < least ? least : target;
}
