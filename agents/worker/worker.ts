/**
 * A worker: has the fragments of a Deal executed, claims their final states, backs claims that it
 * agrees with, confirms what is due.
 */
import type { Hex } from "viem";
import type { Chain } from "../chain/chain.ts";
import { type DealLog, fragmentsFrom } from "../chain/deal-log.ts";
import type { Outbox } from "../chain/intent.ts";
import type { Look, Service } from "../chain/look.ts";
import { type OwnWork, workerActions } from "./actions.ts";
import { Lineups } from "./lineups.ts";
import { replayProblems } from "./replay-problems.ts";
import type { Runs } from "./runs.ts";

/** What a worker works with. */
export interface WorkerSetup {
  readonly chain: Pick<Chain, "now">;
  readonly deal: Pick<DealLog, "address" | "view">;
  readonly self: Hex;
  /** Of this worker alone: it is told what this worker reads. */
  readonly replayer: Runs;
  readonly outbox: Outbox;
  /** The claims' window, in seconds. */
  readonly period: number;
  /** What its part of a fragment's price is worth, in wei: fees are capped by it. */
  readonly worth: bigint;
  /** Which runs may be let go; by default what was decided half an hour ago. */
  readonly lineups?: Lineups;
}

/** A worker's account at work on one Deal. */
export class Worker implements Service {
  readonly #setup: WorkerSetup;
  readonly #lineups: Lineups;

  constructor(setup: WorkerSetup) {
    this.#setup = setup;
    this.#lineups = setup.lineups ?? new Lineups();
  }

  /** Looks at the Deal, and has carried out what it asks for. */
  async look(): Promise<Look> {
    const { chain, deal, self, replayer, outbox, period, worth } = this.#setup;
    const [view, now] = await Promise.all([deal.view(), chain.now()]);
    replayer.follow(await this.#lineups.of(view, view.resolved, now));
    // The Tournament contract has no part in a worker's deeds.
    const contracts: OwnWork["contracts"] = { deal: deal.address, tournament: deal.address };
    const duties = workerActions(view, { self, contracts, period, runs: replayer, worth }, now);
    replayer.want(fragmentsFrom(view, view.resolved).map(({ id }) => id));
    const { sent, failures } = await outbox.carryOut(duties, now);
    return { sent, failures, warnings: [], problems: replayProblems(view, replayer) };
  }
}
