/** CometBFT's RPC: JSON-RPC 2.0 over HTTP. */
import { Problem } from "../../verifier/errors.ts";
import { escaped, shortened } from "../../verifier/printable.ts";

/** The engine did not answer, or refused what was asked. */
export class EngineRpcError extends Problem {
  override readonly name = "EngineRpcError";
}

/** Longer than the engine waits for a transaction's block (`timeout_broadcast_tx_commit`). */
const TIMEOUT_MILLISECONDS = 15_000;

/**
 * Asks an engine; gives the `result` of its answer, which is to be distrusted.
 *
 * @param address - host and port of its RPC
 * @throws EngineRpcError if there is no answer, or it is an error
 */
export async function ask(
  address: string,
  method: string,
  params: Readonly<Record<string, unknown>> = {},
): Promise<unknown> {
  let answer: unknown;
  try {
    const response = await fetch(`http://${address}/`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    answer = await response.json();
  } catch (error) {
    throw new EngineRpcError(`the engine at ${address} does not answer ${method}`, { cause: error });
  }
  const { result, error } = (typeof answer === "object" && answer !== null ? answer : {}) as {
    result?: unknown;
    error?: unknown;
  };
  if (result === undefined || result === null || error !== undefined)
    throw new EngineRpcError(`the engine refuses ${method}: ${escaped(shortened(JSON.stringify(error ?? null), 300))}`);
  return result;
}
