/** Whether answers of several endpoints are the same. */
import type { RpcRequestError } from "viem";

/** What an endpoint answered: a result, or an error that the chain's rules give. */
export type Reply = { readonly result: unknown } | { readonly error: RpcRequestError };

/** Of a block, what we use. Providers add fields of their own. */
const BLOCK = ["number", "hash", "parentHash", "timestamp", "logsBloom", "baseFeePerGas", "gasLimit"];
const LOG = ["address", "topics", "data", "blockNumber", "blockHash", "transactionHash", "logIndex"];
const RECEIPT = ["transactionHash", "blockHash", "blockNumber", "status", "gasUsed", "effectiveGasPrice"];

const FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["eth_getBlockByNumber", BLOCK],
  ["eth_getBlockByHash", BLOCK],
  ["eth_getLogs", LOG],
  ["eth_getTransactionReceipt", [...RECEIPT, "contractAddress"]],
]);

/** The same text for the same answer. */
export function fingerprint(method: string, reply: Reply): string {
  if ("error" in reply) {
    // Nodes have their own words for a revert, but not their own data.
    const { data, code, message } = reply.error as { data?: unknown; code: number; message: string };
    if (typeof data === "string") return `error ${data}`;
    return /revert/i.test(message) ? "error revert" : `error ${code}`;
  }
  const fields = FIELDS.get(method);
  const own = (value: unknown): unknown =>
    fields === undefined ? value : Array.isArray(value) ? value.map(own) : chosen(value, fields);
  const logs = method === "eth_getTransactionReceipt" ? logsOf(reply.result) : undefined;
  return JSON.stringify([own(reply.result), logs], sorted);
}

/** An answer in so many words that a person can tell two apart. */
export function inShort(reply: Reply): string {
  if ("error" in reply) return `error ${reply.error.code}`;
  const { result } = reply;
  if (Array.isArray(result)) return `${result.length} logs`;
  if (typeof result === "object" && result !== null) {
    const { number, hash } = result as { number?: unknown; hash?: unknown };
    if (typeof hash === "string") return `block ${Number(number)} is ${hash.slice(0, 12)}…`;
  }
  const text = JSON.stringify(result, sorted);
  return text.length > 80 ? `${text.slice(0, 76)}…` : text;
}

function chosen(value: unknown, fields: readonly string[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  return fields.map((field) => lower((value as Record<string, unknown>)[field]));
}

/** Addresses may be written with capitals. */
function lower(value: unknown): unknown {
  return typeof value === "string" ? value.toLowerCase() : value;
}

function logsOf(receipt: unknown): unknown {
  const { logs } = (receipt ?? {}) as { logs?: unknown };
  return Array.isArray(logs) ? logs.map((log) => chosen(log, LOG)) : undefined;
}

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
