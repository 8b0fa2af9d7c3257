/** Calls of the Deal and of Deposits, by the names of their functions. */
import { type Address, type ContractFunctionName, erc20Abi, zeroAddress } from "viem";
import { dealAbi } from "../../contracts/abi/Deal.ts";
import { depositsAbi } from "../../contracts/abi/Deposits.ts";
import type { Call } from "./call.ts";

type Sending<Abi extends typeof dealAbi | typeof depositsAbi> = ContractFunctionName<Abi, "payable" | "nonpayable">;

/** A call of a Deal. */
export function dealCall(
  to: Address,
  functionName: Sending<typeof dealAbi>,
  args: readonly unknown[],
  value = 0n,
): Call {
  return { label: functionName, to, abi: dealAbi, functionName, args, value };
}

/** A call of Deposits. */
export function depositsCall(
  to: Address,
  functionName: Sending<typeof depositsAbi>,
  args: readonly unknown[],
  value = 0n,
): Call {
  return { label: functionName, to, abi: depositsAbi, functionName, args, value };
}

/** Money that a contract takes: what is sent with the call, and what must be allowed before it. */
export interface Payment {
  readonly value: bigint;
  /** To be carried out first; none for ETH. */
  readonly approval: readonly Call[];
}

/** Lets a contract take an amount of a token; ETH goes with the call. */
export function paymentOf(token: Address, amount: bigint, spender: Address): Payment {
  if (token === zeroAddress) return { value: amount, approval: [] };
  const args = [spender, amount] as const;
  return { value: 0n, approval: [{ label: "approve", to: token, abi: erc20Abi, functionName: "approve", args }] };
}
