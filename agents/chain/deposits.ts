/** The deposits of accounts, as the Deposits contract tells them. */
import { type Address, getAbiItem } from "viem";
import { depositsAbi } from "../../contracts/abi/Deposits.ts";
import type { Chain } from "./chain.ts";
import { lowerCase } from "./lower-case.ts";

/** What cools off, and when it is its owner's again. */
export interface Cooling {
  /** In the token's smallest unit. */
  readonly amount: bigint;
  /** In seconds of the chain's time. */
  readonly availableAt: number;
}

/** What an account has in one token; amounts in its smallest unit. */
export interface Deposit {
  readonly account: Address;
  readonly free: bigint;
  /** What is locked, by who holds the lock. */
  readonly locked: readonly { readonly holder: Address; readonly amount: bigint }[];
  readonly cooling: readonly Cooling[];
}

/** Where deposits lie. */
export interface Ledger {
  readonly deposits: Address;
  readonly token: Address;
}

/**
 * An account's deposits. The chain has no list of an account's locks: they are asked for by their
 * holders.
 *
 * @param holders whose locks are looked up
 */
export async function depositOf(
  { reader }: Chain,
  { deposits: address, token }: Ledger,
  account: Address,
  holders: readonly Address[],
): Promise<Deposit> {
  const at = { address, abi: depositsAbi } as const;
  const [free, cooling, ...locks] = await Promise.all([
    reader.readContract({ ...at, functionName: "freeOf", args: [token, account] }),
    reader.readContract({ ...at, functionName: "coolingOf", args: [token, account] }),
    ...holders.map((holder) => reader.readContract({ ...at, functionName: "lockOf", args: [token, account, holder] })),
  ]);
  return {
    ...{ account, free },
    locked: holders.flatMap((holder, i) => ((locks[i] ?? 0n) > 0n ? [{ holder, amount: locks[i] ?? 0n }] : [])),
    cooling: cooling.map(({ amount, availableAt }) => ({ amount, availableAt: Number(availableAt) })),
  };
}

const LOCKED = getAbiItem({ abi: depositsAbi, name: "Locked" });

/**
 * Who has ever held a lock of an account, or what accounts a holder has ever had locks of, from the
 * logs since a block.
 */
export async function lockers(
  { reader }: Chain,
  { deposits: address, token }: Ledger,
  of: { readonly account: Address } | { readonly holder: Address },
  fromBlock: bigint,
): Promise<{ readonly accounts: readonly Address[]; readonly holders: readonly Address[] }> {
  const logs = await reader.getLogs({ address, event: LOCKED, args: { token, ...of }, fromBlock, toBlock: "latest" });
  const named = logs.flatMap(({ args: { account, holder } }) => (account && holder ? [{ account, holder }] : []));
  return {
    accounts: [...new Set(named.map(({ account }) => lowerCase(account)))],
    holders: [...new Set(named.map(({ holder }) => lowerCase(holder)))],
  };
}
