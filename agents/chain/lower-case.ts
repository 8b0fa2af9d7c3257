/** Addresses as the agents write them, so that the same one is the same text. */
import type { Address } from "viem";

/** An address without the capitals of its checksum (EIP-55). */
export function lowerCase(address: Address): Address {
  return address.toLowerCase() as Address;
}
