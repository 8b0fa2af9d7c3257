/** Addresses on the command line. */
import type { Address } from "viem";
import { UserError } from "./failure.ts";

/** Reads an address; undefined if none is given. */
export function addressOf(text: string, name: string): Address;
export function addressOf(text: string | undefined, name: string): Address | undefined;
export function addressOf(text: string | undefined, name: string): Address | undefined {
  if (text === undefined) return undefined;
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return text.toLowerCase() as Address;
  throw new UserError(`${name} takes an address, 0x and 40 hexadecimal digits, not "${text}"`);
}
