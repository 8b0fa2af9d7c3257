/** What `worker run`, `worker join` and `worker quit` do. */
import { dealCall } from "../../chain/calls.ts";
import { type DealFacts, readDeal } from "../../chain/deal-facts.ts";
import { Worker } from "../../worker/worker.ts";
import { worthOf } from "../../worker/worth.ts";
import { connectSigning, type Signing } from "../connection.ts";
import { ExitCode, UserError } from "../failure.ts";
import type { SettingOptions } from "../options/settings.ts";
import { beginService, type ServiceOptions } from "../serving.ts";
import { hasSeat, joiningCalls, requireSeat } from "../seat.ts";
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
  const { join = false, dryRun = false } = options;
  await requireSeat(signing, deal, { join, dryRun });
  telling.note(`worker ${self} serves the Deal ${deal.address}`);
  const replay = replayer();
  const worker = new Worker({
    ...{ chain, self, deal: log, replayer: replay, outbox, lineups, period: deal.params.period },
    worth: worthOf(deal.terms),
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
