/** What an account has in every ledger that a Deal touches, as the chain tells it. */
import { type Address, erc20Abi, zeroAddress } from "viem";
import { dealAbi } from "../../contracts/abi/Deal.ts";
import { depositsAbi } from "../../contracts/abi/Deposits.ts";
import { tournamentAbi } from "../../contracts/abi/Tournament.ts";
import type { Chain } from "./chain.ts";
import type { DealFacts } from "./deal-facts.ts";
import { lowerCase } from "./lower-case.ts";

/** Where money can lie. */
export type Ledger = "wallet" | "free" | "locked" | "cooling" | "earnings" | "funds" | "credit";

/** An amount in a ledger. */
export interface Entry {
  readonly ledger: Ledger;
  readonly contract: Address | undefined;
  /** Zero means ETH. */
  readonly token: Address;
  /** In the token's smallest unit. */
  readonly amount: bigint;
  /** How much of it can be taken out at once. */
  readonly available: bigint;
}

/** All ledgers of an account, in one Deal and its contracts. */
export async function ledgersOf(
  { reader }: Chain,
  { address: deal, deposits, tournament, terms }: DealFacts,
  account: Address,
): Promise<Entry[]> {
  const { collateralToken, paymentToken, customer } = terms;
  const isCustomer = customer.toLowerCase() === account.toLowerCase();
  const held = { address: deposits, abi: depositsAbi } as const;
  const inDeal = { address: deal, abi: dealAbi } as const;
  const tokens = [...new Set([zeroAddress, lowerCase(collateralToken), lowerCase(paymentToken)])];
  const [{ timestamp }, free, locked, cooling, earnings, funds, reserved, credit, ...wallets] = await Promise.all([
    reader.getBlock(),
    reader.readContract({ ...held, functionName: "freeOf", args: [collateralToken, account] }),
    reader.readContract({ ...held, functionName: "lockOf", args: [collateralToken, account, deal] }),
    reader.readContract({ ...held, functionName: "coolingOf", args: [collateralToken, account] }),
    reader.readContract({ ...inDeal, functionName: "earningsOf", args: [account] }),
    reader.readContract({ ...inDeal, functionName: "funds" }),
    reader.readContract({ ...inDeal, functionName: "reserved" }),
    reader.readContract({ address: tournament, abi: tournamentAbi, functionName: "credit", args: [account] }),
    ...tokens.map((token) =>
      token === zeroAddress
        ? reader.getBalance({ address: account })
        : reader.readContract({ address: token, abi: erc20Abi, functionName: "balanceOf", args: [account] }),
    ),
  ]);
  const sum = (entries: typeof cooling): bigint => entries.reduce((total, { amount }) => total + amount, 0n);
  const entry = (ledger: Ledger, contract: Address, token: Address, amount: bigint, available: bigint): Entry => {
    return { ledger, contract, token: lowerCase(token), amount, available };
  };
  const matured = cooling.filter(({ availableAt }) => availableAt <= timestamp);
  return [
    ...tokens.map((token, i): Entry => {
      const amount = wallets[i] ?? 0n;
      return { ledger: "wallet", contract: undefined, token, amount, available: amount };
    }),
    entry("free", deposits, collateralToken, free, free),
    entry("locked", deposits, collateralToken, locked, 0n),
    entry("cooling", deposits, collateralToken, sum(cooling), sum(matured)),
    entry("earnings", deal, paymentToken, earnings, earnings),
    ...(isCustomer ? [entry("funds", deal, paymentToken, funds, funds - reserved)] : []),
    entry("credit", tournament, zeroAddress, credit, credit),
  ];
}
