/**
 * `eth_getLogs` over any range with an endpoint that admits only so many blocks at once: how many
 * is learned from its refusals, and remembered.
 */
import { numberToHex } from "viem";
import { EndpointFailure } from "./failure.ts";

/** A filter of `eth_getLogs`: a range of block numbers, or one block by its hash. */
export interface LogFilter {
  readonly fromBlock?: string;
  readonly toBlock?: string;
  readonly blockHash?: string;
}

/** What is tried first. */
const WIDEST = 10_000n;

/** Ranges that are asked for at once, once it is known how wide they may be. */
const AT_ONCE = 32;

/** Asks for the logs of one range; throws an `EndpointFailure` if it is too wide. */
type Ask = (filter: object) => Promise<unknown[]>;

/** Reads ranges of any width, in the order of the chain. */
export class LogRanges {
  readonly #ask: Ask;
  #span: bigint;
  /** The endpoint has answered a range of this width, or of a wider one. */
  #proven = 0n;

  constructor(ask: Ask, span = WIDEST) {
    this.#ask = ask;
    this.#span = span;
  }

  /** The most blocks that are asked for at once. */
  get span(): bigint {
    return this.#span;
  }

  /** How many blocks a filter with numbers asks for; 1 for any other. */
  static blocks(filter: LogFilter): bigint {
    const { fromBlock, toBlock } = filter;
    return isNumber(fromBlock) && isNumber(toBlock) ? BigInt(toBlock) - BigInt(fromBlock) + 1n : 1n;
  }

  async read(filter: LogFilter): Promise<unknown[]> {
    const { fromBlock, toBlock } = filter;
    if (!isNumber(fromBlock) || !isNumber(toBlock)) return this.#ask(filter);
    const logs: unknown[] = [];
    const last = BigInt(toBlock);
    for (let next = BigInt(fromBlock); next <= last;) {
      // One range alone until the width is proven: else each wave of guesses would be refused.
      const most = this.#proven >= this.#span ? AT_ONCE : 1;
      const parts: { from: bigint; to: bigint }[] = [];
      for (; parts.length < most && next <= last; next += this.#span) {
        const end = next + this.#span - 1n;
        parts.push({ from: next, to: end < last ? end : last });
      }
      next = (parts.at(-1)?.to ?? last) + 1n;
      for (const part of await Promise.all(parts.map(({ from, to }) => this.#part(filter, from, to))))
        logs.push(...part);
    }
    return logs;
  }

  async #part(filter: LogFilter, from: bigint, to: bigint): Promise<unknown[]> {
    const blocks = to - from + 1n;
    try {
      const logs = await this.#ask({ ...filter, fromBlock: numberToHex(from), toBlock: numberToHex(to) });
      if (blocks > this.#proven) this.#proven = blocks;
      return logs;
    } catch (error) {
      const tooWide = error instanceof EndpointFailure && error.kind === "too wide";
      if (!tooWide || blocks === 1n) throw error;
      const { admits = blocks / 2n, crowded = false } = error.details;
      const width = admits < blocks ? admits : blocks / 2n;
      if (!crowded && width < this.#span) {
        this.#span = width;
        this.#proven = 0n;
      }
      if (!crowded) return this.read({ ...filter, fromBlock: numberToHex(from), toBlock: numberToHex(to) });
      const end = from + blocks / 2n - 1n;
      return [...(await this.#part(filter, from, end)), ...(await this.#part(filter, end + 1n, to))];
    }
  }
}

function isNumber(block: string | undefined): block is string {
  return block !== undefined && /^0x[\da-f]{1,16}$/i.test(block);
}
