/** Bytes as text, for messages and for what CometBFT writes as JSON. */
import { ConsensusError } from "./errors.ts";

/** Bytes as lower-case hexadecimal digits, without a prefix. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * The bytes that hexadecimal digits of either case stand for, without a prefix.
 * @param what - for the message
 * @throws ConsensusError if it is anything else
 */
export function bytesOfHex(text: string, what: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text))
    throw new ConsensusError(`${what} is no sequence of bytes in hexadecimal digits`);
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}
