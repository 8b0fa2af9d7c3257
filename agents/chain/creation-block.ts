/** In which block a contract came to be. */
import type { Address, PublicClient } from "viem";
import { Problem } from "../../verifier/errors.ts";

/** What is asked of a node. */
type Reader = Pick<PublicClient, "getCode" | "getBlockNumber">;

/**
 * The first block after which an address has code, by bisection: some 25 requests. Undefined if it
 * has none.
 *
 * @throws Problem if the node has no states of old blocks
 */
export async function creationBlock(reader: Reader, address: Address): Promise<bigint | undefined> {
  let last = await reader.getBlockNumber();
  if (!(await hasCode(reader, address, last))) return undefined;
  let first = 0n;
  while (first < last) {
    const middle = (first + last) / 2n;
    if (await hasCode(reader, address, middle)) last = middle;
    else first = middle + 1n;
  }
  return last;
}

async function hasCode(reader: Reader, address: Address, blockNumber: bigint): Promise<boolean> {
  try {
    const code = await reader.getCode({ address, blockNumber });
    return code !== undefined && code !== "0x";
  } catch (cause) {
    throw new Problem(`the node cannot tell which code ${address} had in block ${blockNumber}`, {
      hint: "ask a node that keeps old states (an archive node)",
      cause,
    });
  }
}
