/**
 * A transport of viem over several endpoints. viem's own `fallback` asks one endpoint after the
 * other, so that a block comes from one and its logs from another: here every reading that decides
 * money is about a block that a quorum agrees on, and so is its answer.
 */
import { custom, type CustomTransport } from "viem";
import type { HeadTag } from "../head.ts";
import { type Endpoints, NoQuorum } from "./endpoints.ts";

/** Which parameter names the block. */
const BLOCK_AT: ReadonlyMap<string, number> = new Map([
  ["eth_call", 1],
  ["eth_getBalance", 1],
  ["eth_getCode", 1],
  ["eth_getTransactionCount", 1],
  ["eth_getStorageAt", 2],
]);

const TAGS: ReadonlySet<unknown> = new Set<HeadTag>(["latest", "safe", "finalized"]);

/** The way to a chain through these endpoints. */
export function endpointTransport(endpoints: Endpoints): CustomTransport {
  const request = ({ method, params = [] }: { method: string; params?: readonly unknown[] }): Promise<unknown> =>
    reading(endpoints, method, params);
  return custom({ request }, { retryCount: 0 });
}

async function reading(endpoints: Endpoints, method: string, params: readonly unknown[]): Promise<unknown> {
  const place = BLOCK_AT.get(method);
  if (place !== undefined) {
    const block = params[place] ?? "latest";
    if (block === "pending") return endpoints.any(method, params);
    const at = [...params];
    at[place] = TAGS.has(block) ? await pinned(endpoints, block) : block;
    return endpoints.agreed(method, at);
  }
  switch (method) {
    case "eth_chainId":
    case "eth_getBlockByHash":
      return endpoints.agreed(method, params);
    case "eth_blockNumber":
      return (await endpoints.head("latest")).number;
    case "eth_getBlockByNumber": {
      const [block, ...rest] = params;
      if (block === "pending") return endpoints.any(method, params);
      if (!TAGS.has(block)) return endpoints.agreed(method, params);
      const head = await endpoints.head(block as HeadTag);
      return rest[0] === true ? endpoints.agreed("eth_getBlockByHash", [head.hash, true]) : head;
    }
    case "eth_getLogs": {
      const [filter] = params as [{ fromBlock?: string; toBlock?: string; blockHash?: string }];
      if (filter.blockHash !== undefined) return endpoints.agreed(method, params);
      const [fromBlock, toBlock] = await Promise.all(
        [filter.fromBlock, filter.toBlock].map((block) => numbered(endpoints, block)),
      );
      return endpoints.agreed(method, [{ ...filter, fromBlock, toBlock }]);
    }
    case "eth_getTransactionReceipt":
      return agreedOrNothing(endpoints, method, params);
    case "eth_sendRawTransaction": {
      // Whichever takes it first: the others get it all the same.
      const [sent] = await endpoints.all(method, params);
      return sent?.result;
    }
    case "eth_sendTransaction": {
      // The node signs: a second one would sign a second transaction.
      const [first] = endpoints.list;
      return first?.request(method, params);
    }
    default:
      return endpoints.any(method, params);
  }
}

/** A head by its hash (EIP-1898); as it is where one endpoint decides alone. */
async function pinned(endpoints: Endpoints, tag: unknown): Promise<unknown> {
  if (endpoints.list.length === 1) return tag;
  return { blockHash: (await endpoints.head(tag as HeadTag)).hash };
}

async function numbered(endpoints: Endpoints, block: string | undefined): Promise<string> {
  if (block === "earliest") return "0x0";
  if (block !== undefined && !TAGS.has(block)) return block;
  return (await endpoints.head((block ?? "latest") as HeadTag)).number;
}

/** What a quorum does not agree on is not there yet. */
async function agreedOrNothing(endpoints: Endpoints, method: string, params: readonly unknown[]): Promise<unknown> {
  try {
    return await endpoints.agreed(method, params);
  } catch (error) {
    if (error instanceof NoQuorum) return null;
    throw error;
  }
}
