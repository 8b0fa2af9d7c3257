/** An endpoint of the simulated network that misbehaves as providers do. */
import { RpcRequestError } from "viem";
import { EndpointFailure } from "../chain/endpoints/failure.ts";
import type { Answer, Post, Request } from "../chain/endpoints/post.ts";
import type { RpcError } from "../chain/endpoints/refusals.ts";
import type { Draw } from "./draw.ts";
import type { Ask } from "./network.ts";
import type { Misbehaviour } from "./schedule.ts";

/** How an endpoint behaves at the moment; undefined: as it should. */
export type Mood = () => Misbehaviour | undefined;

/** When to come again after a rate limit, in milliseconds: short, since nobody waits for real here. */
const RETRY_AFTER = 5;

/** Refusals of a rate limit: each halves the pace at which it is asked, for real seconds. */
const REFUSALS = 6;

/** Blocks by which one lags. */
const LAG = 3;

/** What of its requests a flaky one does not answer. */
const FLAKY = 0.3;

/** What geth says about a block that it does not have. */
const UNKNOWN_BLOCK: Answer = { error: { code: -32_000, message: "unknown block" } };

/** The way to such an endpoint. */
export function misbehaving(name: string, ask: Ask, mood: Mood, draw: Draw): Post {
  let refusals = 0;
  return async (requests) => {
    const how = mood();
    if (how === "rate limit" && ++refusals > REFUSALS)
      return Promise.all(requests.map((one) => answer(ask, one, undefined)));
    const failure = failureOf(name, how, draw);
    if (failure !== undefined) throw failure;
    return Promise.all(requests.map((request) => answer(ask, request, how)));
  };
}

function failureOf(name: string, how: Misbehaviour | undefined, draw: Draw): EndpointFailure | undefined {
  switch (how) {
    case "unavailable":
      return new EndpointFailure(name, "unavailable", "HTTP 503");
    case "time-out":
      return new EndpointFailure(name, "time-out", "no answer in time");
    case "rate limit":
      return new EndpointFailure(name, "rate limit", "HTTP 429", { retryAfter: RETRY_AFTER });
    case "malformed":
      return new EndpointFailure(name, "malformed", "the answer is not JSON");
    case "flaky":
      return draw.happens(FLAKY) ? new EndpointFailure(name, "unavailable", "ECONNRESET") : undefined;
    default:
      return undefined;
  }
}

async function answer(ask: Ask, request: Request, how: Misbehaviour | undefined): Promise<Answer> {
  try {
    switch (how) {
      case "lagging":
        return await late(ask, request);
      case "no logs":
        return request.method === "eth_getLogs" ? { result: [] } : { result: await result(ask, request) };
      case "lying":
        return { result: lie(request, await result(ask, request)) };
      case "deaf":
        // Says that it has taken the transaction, and does nothing.
        return request.method === "eth_sendRawTransaction"
          ? { result: `0x${"00".repeat(32)}` }
          : { result: await result(ask, request) };
      default:
        return { result: await result(ask, request) };
    }
  } catch (error) {
    return { error: errorOf(error) };
  }
}

async function result(ask: Ask, { method, params }: Request): Promise<unknown> {
  return (await ask(method, params)) ?? null;
}

/** An error as JSON-RPC has it. */
function errorOf(error: unknown): RpcError {
  const { code, message, data } = error as { code?: unknown; message?: unknown; data?: unknown };
  const inner = data as { data?: unknown } | undefined;
  const bytes = typeof data === "string" ? data : inner?.data;
  const told = { code: typeof code === "number" ? code : -32_000, message: String(message) };
  return typeof bytes === "string" ? { ...told, data: bytes } : told;
}

/** Another number where there is one, nothing where there is something. */
function lie({ method }: Request, truth: unknown): unknown {
  if (method === "eth_call" && typeof truth === "string" && truth.length > 2)
    return `${truth.slice(0, -1)}${truth.endsWith("1") ? "0" : "1"}`;
  if (method === "eth_getTransactionReceipt" || method === "eth_getTransactionByHash") return null;
  if (method === "eth_getBalance") return "0x0";
  return truth;
}

/** A node that is some blocks late, reached through a load balancer. */
async function late(ask: Ask, request: Request): Promise<Answer> {
  const { method, params } = request;
  const head = Math.max(0, Number(await ask("eth_blockNumber")) - LAG);
  const at = async (changed: readonly unknown[]): Promise<Answer> => ({
    result: await result(ask, { method, params: changed }),
  });
  const isLater = async (block: unknown): Promise<boolean> => {
    if (typeof block !== "string" || !block.startsWith("0x")) return false;
    if (block.length < 66) return Number(block) > head;
    const found = (await ask("eth_getBlockByHash", [block, false])) as { number: string } | null;
    return found === null || Number(found.number) > head;
  };
  switch (method) {
    case "eth_blockNumber":
      return { result: hex(head) };
    case "eth_getBlockByNumber":
      if (params[0] === "latest") return at([hex(head), params[1]]);
      return (await isLater(params[0])) ? { result: null } : at(params);
    case "eth_getBlockByHash":
      return (await isLater(params[0])) ? { result: null } : at(params);
    case "eth_getTransactionReceipt": {
      const receipt = (await ask(method, params)) as { blockNumber: string } | null;
      return { result: receipt !== null && Number(receipt.blockNumber) > head ? null : receipt };
    }
    case "eth_getLogs": {
      const filter = (params[0] ?? {}) as { blockHash?: string; fromBlock?: string; toBlock?: string };
      if (filter.blockHash !== undefined) return (await isLater(filter.blockHash)) ? UNKNOWN_BLOCK : at(params);
      if (Number(filter.fromBlock) > head) return { result: [] };
      return at([{ ...filter, toBlock: Number(filter.toBlock) <= head ? filter.toBlock : hex(head) }]);
    }
    case "eth_call":
    case "eth_getCode":
    case "eth_getBalance":
    case "eth_getTransactionCount": {
      const [subject, block] = params;
      const hash = typeof block === "object" && block !== null ? (block as { blockHash?: string }).blockHash : block;
      if (hash === "latest" || hash === undefined) return at([subject, hex(head)]);
      return (await isLater(hash)) ? UNKNOWN_BLOCK : at(params);
    }
    default:
      return at(params);
  }
}

function hex(number: number): string {
  return `0x${Math.max(number, 0).toString(16)}`;
}

/** An endpoint as a transport of its own, for handing transactions over. */
export function requesting(name: string, post: Post): Ask {
  return async (method, params = []) => {
    const [found] = await post([{ method, params }], AbortSignal.timeout(60_000));
    if (found === undefined) throw new EndpointFailure(name, "malformed", "an answer is missing");
    if ("result" in found) return found.result;
    throw new RpcRequestError({ body: { method, params }, error: found.error, url: name });
  };
}
