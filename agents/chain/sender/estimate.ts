/** Whether a call would succeed, and what gas it takes: asked before it is signed. */
import { type Address, encodeFunctionData, type Hex, hexToBigInt, numberToHex, type PublicClient } from "viem";
import { errorAbi } from "../contract-errors.ts";
import { CallRefused } from "../call-refused.ts";
import type { Call } from "../chain.ts";

/** What was found. */
export interface Estimate {
  readonly data: Hex;
  /** Without a reserve. */
  readonly gas: bigint;
}

/**
 * Tries a call on the latest block. Throws `CallRefused` if it would revert.
 *
 * @param block The state it is tried on; `pending` only to see what a later timestamp changes.
 */
export async function estimate(
  reader: PublicClient,
  from: Address,
  call: Call,
  block: "latest" | "pending",
): Promise<Estimate> {
  const { to, abi, functionName, args, value = 0n } = call;
  const data = encodeFunctionData({ abi, functionName, args });
  const transaction = { from, to, data, value: numberToHex(value) };
  try {
    const gas = await reader.request({ method: "eth_estimateGas", params: [transaction, block] });
    return { data, gas: hexToBigInt(gas) };
  } catch (error) {
    await explain(reader, from, call, block);
    throw error;
  }
}

/** Throws `CallRefused` with the contract's error, if it is the contract that refuses. */
async function explain(
  reader: PublicClient,
  account: Address,
  call: Call,
  blockTag: "latest" | "pending",
): Promise<void> {
  const { to: address, functionName, args, value = 0n } = call;
  const abi = [...call.abi, ...errorAbi];
  try {
    await reader.simulateContract({ address, abi, functionName, args, value, account, blockTag });
  } catch (error) {
    throw CallRefused.from(error, call, account);
  }
}
