/** What `worker run`, `worker join` and `worker quit` do. */
import { zeroAddress } from "viem";
import { dealAbi } from "../../../contracts/abi/Deal.ts";
import { depositsAbi } from "../../../contracts/abi/Deposits.ts";
import { dealCall, depositsCall, paymentOf } from "../../chain/calls.ts";
import type { Call } from "../../chain/call.ts";
import { type DealFacts, readDeal } from "../../chain/deal-facts.ts";
import { Worker } from "../../worker/worker.ts";
import { connectSigning, type Signing } from "../connection.ts";
import { ExitCode, UserError } from "../failure.ts";
import type { SettingOptions } from "../options/settings.ts";
import { beginService, type ServiceOptions } from "../serving.ts";
import { configOf } from "../settings.ts";
import { transact } from "../transact.ts";

/** Options of `worker run` as commander gives them. */
export interface RunOptions extends ServiceOptions {
  readonly join?: boolean;
}

/** Options of the others. */
export interface SeatOptions extends SettingOptions {
  readonly dryRun?: boolean;
}

/** Executes fragments, claims, backs and confirms until it is told to stop. */
export async function runWorker(options: RunOptions): Promise<number> {
  const { signing, deal, log, outbox, lineups, replayer, telling, live } = await beginService("worker", options);
  const { chain, self } = signing;
  const { dryRun = false } = options;
  if (!(await hasSeat(signing, deal))) {
    if (options.join !== true) {
      const hint = "arbiter worker join locks the collateral; --join does it here";
      throw new UserError(`${self} has no seat in the Deal ${deal.address}`, { hint });
    }
    await transact(signing, await joiningCalls(signing, deal), { dryRun });
  }
  telling.note(`worker ${self} serves the Deal ${deal.address}`);
  const replay = replayer();
  const worker = new Worker({
    ...{ chain, self, deal: log, replayer: replay, outbox, lineups, period: deal.params.period },
    // Of a price in another token nobody here knows what it is worth.
    worth: deal.terms.paymentToken === zeroAddress ? deal.terms.price / BigInt(deal.terms.maxWorkers) : 0n,
  });
  await live(worker, replay);
  return ExitCode.success;
}

/** Locks the collateral: what is free already is used first. */
export async function joinDeal(options: SeatOptions): Promise<number> {
  const { signing, deal } = await opened(options);
  if (await hasSeat(signing, deal)) throw new UserError(`${signing.self} has a seat in ${deal.address} already`);
  return transact(signing, await joiningCalls(signing, deal), options);
}

/** Gives the seat back; the collateral cools off. */
export async function quitDeal(options: SeatOptions): Promise<number> {
  const { signing, deal } = await opened(options);
  return transact(signing, [dealCall(deal.address, "quit", [])], options);
}

async function opened(options: SeatOptions): Promise<{ signing: Signing; deal: DealFacts }> {
  const config = configOf(options);
  const address = config.need("deal");
  const signing = await connectSigning(config);
  return { signing, deal: await readDeal(signing.chain, address) };
}

async function hasSeat({ chain, self }: Signing, { address }: DealFacts): Promise<boolean> {
  return (await chain.reader.readContract({ address, abi: dealAbi, functionName: "seatOf", args: [self] })) !== 0n;
}

async function joiningCalls({ chain, self }: Signing, deal: DealFacts): Promise<Call[]> {
  const { collateralToken: token, collateral } = deal.terms;
  const at = { address: deal.deposits, abi: depositsAbi } as const;
  const free = await chain.reader.readContract({ ...at, functionName: "freeOf", args: [token, self] });
  const missing = collateral > free ? collateral - free : 0n;
  const lock = depositsCall(deal.deposits, "lock", [deal.address, token, collateral, deal.termsHash]);
  if (missing === 0n) return [lock];
  const { value, approval } = paymentOf(token, missing, deal.deposits);
  return [...approval, depositsCall(deal.deposits, "deposit", [token, missing], value), lock];
}
