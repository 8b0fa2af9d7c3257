/** Ways of misbehaving for faulty-proxy.ts, each as met with a real provider. */
import type { Behaviour, Fault, Upstream } from "./faulty-proxy.ts";

/** Only requests of these methods. */
export function only(methods: readonly string[], behaviour: Behaviour): Behaviour {
  return (request, upstream) => (methods.includes(request.method) ? behaviour(request, upstream) : undefined);
}

/** Only the first requests that would be met with a fault. */
export function times(most: number, behaviour: Behaviour): Behaviour {
  let left = most;
  return async (request, upstream) => {
    if (left === 0) return undefined;
    const fault = await behaviour(request, upstream);
    if (fault !== undefined) left -= 1;
    return fault;
  };
}

/** A share of the requests, from 0 to 1: the same ones for the same seed. */
export function sometimes(seed: number, share: number, behaviour: Behaviour): Behaviour {
  const next = numbers(seed);
  return (request, upstream) => (next() < share ? behaviour(request, upstream) : undefined);
}

/** Numbers from 0 up to, not including, 1: Mulberry32 (T. Ettinger, 2017). */
export function numbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every request meets the same fault. */
export function always(fault: Fault): Behaviour {
  return () => fault;
}

/** The provider's servers are down. */
export const UNAVAILABLE: Fault = { kind: "http", status: 503, body: "no backend is currently healthy" };

/** An answer that is no JSON: a page of somebody's proxy. */
export const GARBAGE: Fault = { kind: "http", status: 200, body: "<html><body>Welcome to nginx</body></html>" };

/** No log, whatever there is: a node whose logs are not indexed yet. */
export const noLogs: Behaviour = only(["eth_getLogs"], always({ kind: "result", result: [] }));

/** The node's results are changed on their way. */
export function lying(method: string, change: (result: unknown) => unknown): Behaviour {
  return only([method], async ({ params }, upstream) => ({
    kind: "result",
    result: change(await upstream(method, params)),
  }));
}

/** At most so many requests a second, told by HTTP or as an error of JSON-RPC. */
export function rateLimited(perSecond: number, fault: Fault = TOO_MANY): Behaviour {
  let recent: number[] = [];
  return () => {
    const now = performance.now();
    recent = recent.filter((time) => time > now - 1_000);
    if (recent.length >= perSecond) return fault;
    recent.push(now);
    return undefined;
  };
}

/** What a rate limit answers by HTTP. */
export const TOO_MANY: Fault = { kind: "http", status: 429, body: "Too Many Requests", retryAfter: 1 };

/** `eth_getLogs` over more blocks than this is refused with an error of JSON-RPC. */
export function narrow(blocks: number, code: number, message: string): Behaviour {
  return only(["eth_getLogs"], ({ params }) => {
    const { fromBlock, toBlock } = (params[0] ?? {}) as { fromBlock?: string; toBlock?: string };
    const wide = Number(toBlock) - Number(fromBlock) >= blocks;
    return wide ? { kind: "error", code, message } : undefined;
  });
}

/**
 * A node that is so many blocks late, reached through a load balancer: what it does not have yet
 * are blocks without a log, and no blocks.
 */
export function lagging(blocks: number): Behaviour {
  return async ({ method, params }, upstream) => {
    const head = Number(await upstream("eth_blockNumber", [])) - blocks;
    switch (method) {
      case "eth_blockNumber":
        return { kind: "result", result: hex(head) };
      case "eth_getBlockByNumber":
        if (params[0] === "latest") return at(method, [hex(head), params[1]], upstream);
        return Number(params[0]) > head ? { kind: "result", result: null } : undefined;
      case "eth_getBlockByHash":
        return (await isLater(params[0], head, upstream)) ? { kind: "result", result: null } : undefined;
      case "eth_getTransactionReceipt": {
        const receipt = (await upstream(method, params)) as { blockNumber: string } | null;
        return receipt !== null && Number(receipt.blockNumber) > head ? { kind: "result", result: null } : undefined;
      }
      case "eth_getLogs": {
        const filter = (params[0] ?? {}) as { blockHash?: string; fromBlock?: string; toBlock?: string };
        if (filter.blockHash !== undefined)
          return (await isLater(filter.blockHash, head, upstream)) ? UNKNOWN_BLOCK : undefined;
        if (Number(filter.fromBlock) > head) return { kind: "result", result: [] };
        const toBlock = Number(filter.toBlock) <= head ? filter.toBlock : hex(head);
        return at(method, [{ ...filter, toBlock }], upstream);
      }
      case "eth_call":
      case "eth_getCode":
      case "eth_getBalance":
      case "eth_getTransactionCount": {
        const block = params[1];
        const hash = typeof block === "object" && block !== null ? (block as { blockHash?: string }).blockHash : block;
        if (hash === "latest" || hash === undefined) return at(method, [params[0], hex(head)], upstream);
        return (await isLater(hash, head, upstream)) ? UNKNOWN_BLOCK : undefined;
      }
      default:
        return undefined;
    }
  };
}

/** What geth says about a block that it does not have. */
const UNKNOWN_BLOCK: Fault = { kind: "error", code: -32_000, message: "unknown block" };

async function at(method: string, params: readonly unknown[], upstream: Upstream): Promise<Fault> {
  return { kind: "result", result: await upstream(method, params) };
}

async function isLater(block: unknown, head: number, upstream: Upstream): Promise<boolean> {
  if (typeof block !== "string" || !block.startsWith("0x")) return false;
  if (block.length < 66) return Number(block) > head;
  const found = (await upstream("eth_getBlockByHash", [block, false])) as { number: string } | null;
  return found === null || Number(found.number) > head;
}

function hex(number: number): string {
  return `0x${Math.max(number, 0).toString(16)}`;
}
