/** Instants as CometBFT has them: `google.protobuf.Timestamp`, and RFC 3339 in JSON. */
import { escaped, shortened } from "../printable.ts";
import { ConsensusError } from "./errors.ts";
import { concat, integerField } from "./protobuf.ts";

const NANOSECONDS = 1_000_000_000;

/** Seconds have 40 bits on chain, which is far more than the year 9999 that CometBFT ends with. */
const END = 1n << 40n;

/** An instant to the nanosecond. */
export interface Instant {
  /** Since 1970, UTC. */
  readonly seconds: bigint;
  /** 0 to 999,999,999. */
  readonly nanoseconds: number;
}

/**
 * An instant from 1970 on as a message.
 * @throws ConsensusError if its parts are out of their ranges
 */
export function instantMessage({ seconds, nanoseconds }: Instant): Uint8Array {
  if (seconds < 0n || seconds >= END) throw new ConsensusError(`an instant cannot be ${seconds} s after 1970`);
  if (!Number.isInteger(nanoseconds) || nanoseconds < 0 || nanoseconds >= NANOSECONDS)
    throw new ConsensusError(`an instant cannot have ${nanoseconds} ns`);
  return concat(integerField(1, seconds), integerField(2, nanoseconds));
}

/**
 * An instant in UTC as text: `2026-11-30T14:05:06.123456789Z`.
 * @throws ConsensusError if it is none, or before 1970
 */
export function parseInstant(text: string): Instant {
  const [, whole, fraction = ""] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text) ?? [];
  const milliseconds = whole === undefined ? Number.NaN : Date.parse(`${whole}Z`);
  // Date.parse takes the 31st of a month of 30 days for the day after: there is no such day.
  if (!(milliseconds >= 0) || new Date(milliseconds).toISOString().slice(0, 19) !== whole)
    throw new ConsensusError(`"${escaped(shortened(text, 40))}" is no instant in UTC since 1970`);
  return { seconds: BigInt(milliseconds / 1000), nanoseconds: Number(fraction.padEnd(9, "0")) };
}
