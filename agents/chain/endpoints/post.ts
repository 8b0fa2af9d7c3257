/** One request over HTTP, with one or several requests of JSON-RPC in it. */
import { getHttpRpcClient } from "viem/utils";
import { EndpointFailure } from "./failure.ts";
import type { RpcError } from "./refusals.ts";

/** What is asked. */
export interface Request {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What is answered to one request. */
export type Answer = { readonly result: unknown } | { readonly error: RpcError };

/** Posts requests and gives the answers in their order; all of them fail with the post. */
export type Post = (requests: readonly Request[], signal: AbortSignal) => Promise<Answer[]>;

/** The most bytes of an answer: an endpoint must not fill our memory. */
export const LARGEST = 64 * 2 ** 20;

/**
 * A way to an endpoint. Its failures name the endpoint and never the URL, which may hold a key.
 *
 * @param timeout of a connection and its answer, in milliseconds
 */
export function poster(endpoint: string, url: string, timeout: number): Post {
  const client = getHttpRpcClient(url, { maxResponseBodySize: LARGEST, timeout });
  return async (requests, signal) => {
    let status = 0;
    let retryAfter: number | undefined;
    const onResponse = (response: Response): void => {
      status = response.status;
      retryAfter = seconds(response.headers.get("retry-after"));
    };
    const bodies = requests.map(({ method, params }, id) => ({ id, method, params }));
    const [only] = bodies;
    if (only === undefined) return [];
    const body = bodies.length === 1 ? only : bodies;
    let data: unknown;
    try {
      data = await client.request({ body, fetchOptions: { signal }, onResponse });
    } catch (error) {
      throw failureOf(endpoint, error, status, retryAfter);
    }
    // Answers of a batch may come in any order; one error without a list is for all of them.
    const list: readonly unknown[] | undefined = Array.isArray(data) ? data : undefined;
    const byId = new Map(list?.map((item) => [(item as { id?: unknown } | null)?.id, item]));
    return bodies.map(({ id }) => answer(endpoint, list === undefined ? data : byId.get(id), status, retryAfter));
  };
}

function answer(endpoint: string, item: unknown, status: number, retryAfter: number | undefined): Answer {
  if (status === 429) throw new EndpointFailure(endpoint, "rate limit", "HTTP 429", { retryAfter });
  return readAnswer(endpoint, item, `HTTP ${status}`);
}

/**
 * An answer of JSON-RPC.
 *
 * @param how it came, to tell with a failure
 * @throws EndpointFailure if it is none
 */
export function readAnswer(endpoint: string, item: unknown, how: string): Answer {
  if (typeof item === "object" && item !== null) {
    const { error, result } = item as { error?: Partial<RpcError> | null; result?: unknown };
    if (error !== undefined && error !== null) {
      const { code, message, data } = error;
      const told = { code: typeof code === "number" ? code : 0, message: String(message) };
      return { error: data === undefined ? told : { ...told, data } };
    }
    if (result !== undefined) return { result };
  }
  throw new EndpointFailure(endpoint, "malformed", `an answer without a result (${how})`);
}

function failureOf(endpoint: string, error: unknown, status: number, retryAfter: number | undefined): EndpointFailure {
  const name = error instanceof Error ? error.name : "";
  if (name === "TimeoutError" || name === "AbortError")
    return new EndpointFailure(endpoint, "time-out", "no answer in time");
  if (status === 429) return new EndpointFailure(endpoint, "rate limit", "HTTP 429", { retryAfter });
  if (status === 413) return new EndpointFailure(endpoint, "too wide", "HTTP 413", { crowded: true });
  if (name === "ResponseBodyTooLargeError")
    return new EndpointFailure(endpoint, "too wide", `more than ${LARGEST} bytes`, { crowded: true });
  if (status >= 400) return new EndpointFailure(endpoint, "unavailable", `HTTP ${status}`, { retryAfter });
  if (status >= 200) return new EndpointFailure(endpoint, "malformed", "the answer is not JSON");
  return new EndpointFailure(endpoint, "unavailable", connection(error));
}

/** What became of the connection, in the words of the operating system. */
function connection(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string") return code;
  }
  return "no connection";
}

function seconds(header: string | null): number | undefined {
  const number = Number(header ?? Number.NaN);
  return Number.isFinite(number) && number >= 0 ? Math.min(number, 600) * 1_000 : undefined;
}
