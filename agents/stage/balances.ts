/** What the parties of a Deal have in its contracts, as the chain tells it. */
import { type Hex, zeroAddress } from "viem";
import { dealAbi } from "../../contracts/abi/Deal.ts";
import { depositsAbi } from "../../contracts/abi/Deposits.ts";
import type { Chain } from "../chain/chain.ts";

/** Where the money of a Deal lies. */
export interface Purse {
  readonly chain: Chain;
  readonly deposits: Hex;
  readonly deal: Hex;
}

/** What a worker has locked for the Deal, in wei. */
export function lockOf({ chain, deposits, deal }: Purse, worker: Hex): Promise<bigint> {
  const args = [zeroAddress, worker, deal] as const;
  return chain.reader.readContract({ address: deposits, abi: depositsAbi, functionName: "lockOf", args });
}

/** What the Deal owes a worker for confirmed work, in wei. */
export function earningsOf({ chain, deal }: Purse, worker: Hex): Promise<bigint> {
  return chain.reader.readContract({ address: deal, abi: dealAbi, functionName: "earningsOf", args: [worker] });
}

/** What an account can take out of the deposits, in wei: rewards come there. */
export function freeOf({ chain, deposits }: Purse, account: Hex): Promise<bigint> {
  const args = [zeroAddress, account] as const;
  return chain.reader.readContract({ address: deposits, abi: depositsAbi, functionName: "freeOf", args });
}

/** What nobody gets of slashed deposits, in wei. */
export function burned({ chain, deposits }: Purse): Promise<bigint> {
  const args = [zeroAddress] as const;
  return chain.reader.readContract({ address: deposits, abi: depositsAbi, functionName: "burned", args });
}
