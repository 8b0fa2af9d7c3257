/** Whether a call would succeed, without sending it. */
import type { Address, PublicClient } from "viem";
import { CallRefused } from "./call-refused.ts";
import type { Call } from "./call.ts";
import { errorAbi } from "./contract-errors.ts";

/** On which state a call is tried, and with how much gas. */
export type Circumstances =
  | { readonly blockTag: "latest" | "pending"; readonly gas?: bigint }
  | { readonly blockNumber: bigint; readonly gas?: bigint };

/** Throws `CallRefused` if a call would revert. */
export async function simulate(
  reader: PublicClient,
  from: Address,
  call: Call,
  circumstances: Circumstances,
): Promise<void> {
  const { to: address, functionName, args, value = 0n } = call;
  const abi = [...call.abi.filter(({ type }) => type !== "error"), ...errorAbi];
  try {
    await reader.simulateContract({ address, abi, functionName, args, value, account: from, ...circumstances });
  } catch (error) {
    throw CallRefused.from(error, call, from);
  }
}
