/**
 * Blocks and their logs as JSON-RPC has them, checked as far as an answer can be checked by itself.
 */
import {
  type Abi,
  decodeFunctionResult,
  encodeFunctionData,
  formatLog,
  type Hex,
  type Log,
  numberToHex,
  type PublicClient,
} from "viem";
import { Problem } from "../../verifier/errors.ts";
import { mayContain } from "./bloom.ts";
import type { Head, HeadTag } from "./head.ts";

/** A block's header, as far as it is used here. */
export interface Header extends Head {
  readonly parentHash: Hex;
  readonly logsBloom: Hex;
}

/** Which logs are wanted. Addresses are lower-case. */
export interface Query {
  readonly address: Hex;
  /** Hashes of the events that are wanted. */
  readonly events: readonly Hex[];
  /** What the first indexed argument may be; undefined: anything. */
  readonly first?: readonly Hex[];
}

/** A log of a block. */
export type BlockLog = Log<bigint, number, false>;

/** Values that a provider takes at one place of a filter. */
const AT_ONCE = 256;

/**
 * Calls that are made as one: what they give has to be no longer than a contract's code may be, as
 * which a node returns it.
 */
const CALLS_AT_ONCE = 32;

/** A question to a contract. */
export interface Reading {
  readonly to: Hex;
  readonly abi: Abi;
  readonly functionName: string;
  readonly args: readonly unknown[];
}

/** An endpoint gave what nobody asked for. */
class WrongAnswer extends Problem {
  constructor(what: string) {
    super(what, { hint: "ask another endpoint" });
  }
}

/** Reads blocks. */
export class BlockReader {
  readonly #reader: Pick<PublicClient, "request" | "multicall">;

  constructor(reader: Pick<PublicClient, "request" | "multicall">) {
    this.#reader = reader;
  }

  /** The newest block of a kind. */
  async head(tag: HeadTag): Promise<Header> {
    const header = await this.#header("eth_getBlockByNumber", tag);
    if (header === undefined) throw new Problem(`the chain has no ${tag} block`);
    return header;
  }

  /** The block of this number; undefined if there is none. */
  async header(number: bigint): Promise<Header | undefined> {
    const header = await this.#header("eth_getBlockByNumber", numberToHex(number));
    if (header !== undefined && header.number !== number) throw new WrongAnswer(`a block with number ${header.number}`);
    return header;
  }

  /** The logs of a range of blocks, in the order of the chain. */
  async logs(queries: readonly Query[], from: bigint, to: bigint): Promise<BlockLog[]> {
    return this.#logs(queries, { fromBlock: numberToHex(from), toBlock: numberToHex(to) });
  }

  /** The logs of one block. Throws if the chain does not have it. */
  logsOf(queries: readonly Query[], blockHash: Hex): Promise<BlockLog[]> {
    return this.#logs(queries, { blockHash });
  }

  /** What a contract says in a block (EIP-1898). */
  async callAt(hash: Hex, to: Hex, abi: Abi, functionName: string, args: readonly unknown[] = []): Promise<unknown> {
    const data = encodeFunctionData({ abi, functionName, args });
    const params = [{ to, data }, { blockHash: hash }] as const;
    const result = await this.#reader.request({ method: "eth_call", params: params as never });
    return decodeFunctionResult({ abi, functionName, args, data: result });
  }

  /**
   * What contracts say in a block, in the order of the questions, for a request each 32 of them.
   * No contract of the chain has a part in it: the call brings the code that asks.
   */
  async callsAt(hash: Hex, questions: readonly Reading[]): Promise<unknown[]> {
    const parts: Promise<unknown[]>[] = [];
    for (let first = 0; first < questions.length; first += CALLS_AT_ONCE) {
      const contracts = questions
        .slice(first, first + CALLS_AT_ONCE)
        .map(({ to, ...rest }) => ({ address: to, ...rest }));
      const how = { allowFailure: false, batchSize: 0, deployless: true, blockHash: hash } as const;
      parts.push(this.#reader.multicall({ contracts, ...how }));
    }
    return (await Promise.all(parts)).flat();
  }

  async #header(method: "eth_getBlockByNumber", block: string): Promise<Header | undefined> {
    const raw: unknown = await this.#reader.request({ method, params: [block as Hex, false] });
    if (raw === null || raw === undefined) return undefined;
    const { number, hash, parentHash, timestamp, logsBloom } = raw as Record<string, unknown>;
    return {
      ...{ number: quantity(number), hash: bytes(hash, 32), timestamp: Number(quantity(timestamp)) },
      ...{ parentHash: bytes(parentHash, 32), logsBloom: bytes(logsBloom, 256) },
    };
  }

  async #logs(queries: readonly Query[], range: object): Promise<BlockLog[]> {
    const parts = queries.flatMap((query) => split(query));
    const found = await Promise.all(
      parts.map(async (query) => {
        const { address, events, first } = query;
        const filter = { address, topics: [[...events], ...(first === undefined ? [] : [[...first]])], ...range };
        const raw = await this.#reader.request({ method: "eth_getLogs", params: [filter as never] });
        const logs = raw.map((log) => formatLog(log) as BlockLog);
        const other = logs.find((log) => !matches(query, log));
        if (other !== undefined) throw new WrongAnswer(`a log of ${other.address} that was not asked for`);
        return logs;
      }),
    );
    return inOrder(found.flat());
  }
}

/** Logs in the order of the chain. */
export function inOrder(logs: readonly BlockLog[]): BlockLog[] {
  return logs.toSorted((a, b) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex);
}

/** Whether a block may have a log that is asked for; false is certain, if its header is right. */
export function mayHave({ logsBloom }: Header, { address, events, first }: Query): boolean {
  const any = (list: readonly Hex[]): boolean => list.some((item) => mayContain(logsBloom, item));
  return mayContain(logsBloom, address) && any(events) && (first === undefined || any(first));
}

function matches({ address, events, first }: Query, log: BlockLog): boolean {
  const [event, argument] = log.topics;
  return (
    log.address.toLowerCase() === address &&
    event !== undefined &&
    events.includes(event) &&
    (first === undefined || (argument !== undefined && first.includes(argument)))
  );
}

/** Filters that are short enough for a provider. */
function split(query: Query): Query[] {
  const { first } = query;
  if (first === undefined) return [query];
  const parts: Query[] = [];
  for (let place = 0; place < first.length; place += AT_ONCE)
    parts.push({ ...query, first: first.slice(place, place + AT_ONCE) });
  return parts;
}

function quantity(value: unknown): bigint {
  if (typeof value !== "string" || !/^0x[\da-f]{1,16}$/i.test(value)) throw new WrongAnswer("a block without a number");
  return BigInt(value);
}

function bytes(value: unknown, length: number): Hex {
  if (typeof value !== "string" || !/^0x[\da-f]*$/i.test(value) || value.length !== 2 + 2 * length)
    throw new WrongAnswer("a block without hashes");
  return value.toLowerCase() as Hex;
}
