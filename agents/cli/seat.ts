/** A worker's seat in a Deal. */
import { dealAbi } from "../../contracts/abi/Deal.ts";
import { depositsAbi } from "../../contracts/abi/Deposits.ts";
import { depositsCall, paymentOf } from "../chain/calls.ts";
import type { Call } from "../chain/call.ts";
import type { DealFacts } from "../chain/deal-facts.ts";
import type { Signing } from "./connection.ts";
import { UserError } from "./failure.ts";
import { transact } from "./transact.ts";

/** Whether the account has one. */
export async function hasSeat({ chain, self }: Signing, { address }: DealFacts): Promise<boolean> {
  return (await chain.reader.readContract({ address, abi: dealAbi, functionName: "seatOf", args: [self] })) !== 0n;
}

/** What has to be sent for one: what is free already is locked first. */
export async function joiningCalls({ chain, self }: Signing, deal: DealFacts): Promise<Call[]> {
  const { collateralToken: token, collateral } = deal.terms;
  const at = { address: deal.deposits, abi: depositsAbi } as const;
  const free = await chain.reader.readContract({ ...at, functionName: "freeOf", args: [token, self] });
  const missing = collateral > free ? collateral - free : 0n;
  const lock = depositsCall(deal.deposits, "lock", [deal.address, token, collateral, deal.termsHash]);
  if (missing === 0n) return [lock];
  const { value, approval } = paymentOf(token, missing, deal.deposits);
  return [...approval, depositsCall(deal.deposits, "deposit", [token, missing], value), lock];
}

/** What is done without a seat. */
export interface SeatWish {
  /** Take one. */
  readonly join: boolean;
  /** Only tell what would be sent for it. */
  readonly dryRun: boolean;
}

/** Sees to it that the account has a seat. Throws `UserError` if it has none and shall not take one. */
export async function requireSeat(signing: Signing, deal: DealFacts, { join, dryRun }: SeatWish): Promise<void> {
  if (await hasSeat(signing, deal)) return;
  if (!join) {
    const hint = "arbiter worker join locks the collateral; --join does it here";
    throw new UserError(`${signing.self} has no seat in the Deal ${deal.address}`, { hint });
  }
  await transact(signing, await joiningCalls(signing, deal), { dryRun });
}
