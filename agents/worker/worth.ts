/** What a claim is worth to a worker. */
import { type Address, parseEther, zeroAddress } from "viem";

/** Of a Deal's terms, what decides it. Amounts are in wei, or in a token's smallest unit. */
export interface Pay {
  readonly price: bigint;
  readonly paymentToken: Address;
  readonly maxWorkers: number;
  readonly collateral: bigint;
  readonly collateralToken: Address;
}

/** What a claim is taken to be worth where nobody here knows what its price is; wei. */
const UNKNOWN = { least: parseEther("0.02"), most: parseEther("0.1") };

/**
 * What a worker's part of a fragment's price is worth, in wei: what it pays for gas is capped by
 * that. A price in another token is taken to be worth what is locked for it, from 0.02 to 0.1
 * ether, so that a transaction that is stuck can be replaced.
 */
export function worthOf({ price, paymentToken, maxWorkers, collateral, collateralToken }: Pay): bigint {
  if (paymentToken === zeroAddress) return price / BigInt(maxWorkers);
  const locked = collateralToken === zeroAddress ? collateral : 0n;
  return locked < UNKNOWN.least ? UNKNOWN.least : locked > UNKNOWN.most ? UNKNOWN.most : locked;
}
