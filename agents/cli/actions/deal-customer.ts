/** What `deal fund`, `deal close` and `deal withdraw` do. */
import { dealAbi } from "../../../contracts/abi/Deal.ts";
import { dealCall, paymentOf } from "../../chain/calls.ts";
import { type DealFacts, readDeal } from "../../chain/deal-facts.ts";
import { amountOf } from "../../config/amounts.ts";
import { addressOf } from "../addresses.ts";
import { connectSigning, type Signing } from "../connection.ts";
import { UserError } from "../failure.ts";
import type { SettingOptions } from "../options/settings.ts";
import { configOf } from "../settings.ts";
import { transact } from "../transact.ts";

/** Options as commander gives them. */
export interface CustomerOptions extends SettingOptions {
  readonly to?: string;
  readonly dryRun?: boolean;
}

/** Pays into the Deal. */
export async function fundDeal(given: string, options: CustomerOptions): Promise<number> {
  const amount = parsedAmount(given);
  const { signing, deal } = await opened(options);
  const { value, approval } = paymentOf(deal.terms.paymentToken, amount, deal.address);
  return transact(signing, [...approval, dealCall(deal.address, "fund", [amount], value)], options);
}

/** Closes the Deal. */
export async function closeDeal(options: CustomerOptions): Promise<number> {
  const { signing, deal } = await opened(options);
  return transact(signing, [dealCall(deal.address, "close", [])], options);
}

/** Takes out what is not reserved, or a part of it. */
export async function withdrawFunds(given: string | undefined, options: CustomerOptions): Promise<number> {
  const part = given === undefined ? undefined : parsedAmount(given);
  const { signing, deal } = await opened(options);
  const to = addressOf(options.to, "--to") ?? signing.self;
  const amount = part ?? (await unreserved(signing, deal));
  if (amount === 0n) throw new UserError("everything in the Deal is reserved for pending claims, or nothing is there");
  return transact(signing, [dealCall(deal.address, "withdrawFunds", [amount, to])], options, { amount });
}

async function opened(options: CustomerOptions): Promise<{ signing: Signing; deal: DealFacts }> {
  const config = configOf(options);
  const address = config.need("deal");
  const signing = await connectSigning(config);
  return { signing, deal: await readDeal(signing.chain, address) };
}

async function unreserved({ chain }: Signing, { address }: DealFacts): Promise<bigint> {
  const read = (functionName: "funds" | "reserved"): Promise<bigint> =>
    chain.reader.readContract({ address, abi: dealAbi, functionName });
  return (await read("funds")) - (await read("reserved"));
}

function parsedAmount(given: string): bigint {
  const amount = amountOf(given);
  if (amount !== undefined) return amount;
  throw new UserError(`"${given}" is no amount: "0.1 ether", "50 gwei", or a whole number in the smallest unit`);
}
