/** Why an endpoint gave no answer that counts. */
import { Problem } from "../../../verifier/errors.ts";

/**
 * - `time-out`: no answer in time.
 * - `rate limit`: too many requests; it says when to come again, or not.
 * - `too wide`: `eth_getLogs` over more blocks, or with more results, than it gives at once.
 * - `unavailable`: no connection, a server's error, a missing permission.
 * - `no such block`: it does not have the block that was asked about: it lags, or the block is gone.
 * - `malformed`: an answer that is none.
 * - `resting`: it failed too often, and is left alone for a while.
 */
export type FailureKind =
  "time-out" | "rate limit" | "too wide" | "unavailable" | "no such block" | "malformed" | "resting";

/** What else a failure tells. */
export interface FailureDetails {
  /** When to come again, in milliseconds from now. */
  readonly retryAfter?: number | undefined;
  /** `too wide`: how many blocks it admits, if it says so. */
  readonly admits?: bigint | undefined;
  /** `too wide`: not the range, but what is in it. */
  readonly crowded?: boolean;
}

/** An endpoint failed: another may not. An error that the chain's rules give is none. */
export class EndpointFailure extends Problem {
  override readonly name = "EndpointFailure";
  readonly endpoint: string;
  readonly kind: FailureKind;
  readonly details: FailureDetails;

  constructor(endpoint: string, kind: FailureKind, text: string, details: FailureDetails = {}) {
    super(`${kind}: ${text}`, { place: `endpoint ${endpoint}` });
    this.endpoint = endpoint;
    this.kind = kind;
    this.details = details;
  }
}

/** Kinds that another try a moment later may mend. */
const PASSING: ReadonlySet<FailureKind> = new Set(["time-out", "rate limit", "unavailable", "malformed"]);

/** Whether the same endpoint may be asked again. */
export function passes(error: unknown): error is EndpointFailure {
  return error instanceof EndpointFailure && PASSING.has(error.kind);
}

/** Whether a failure speaks against the endpoint: a limit or a missing block does not. */
export function disables(error: unknown): boolean {
  return error instanceof EndpointFailure && passes(error) && error.kind !== "rate limit";
}
