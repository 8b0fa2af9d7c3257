/**
 * The main play: a customer's Deal on the embedded chain, four workers of whom one lies about one
 * step, a validator who finds out, the dispute, the verdict, the slashing and the payment.
 */
import { GasBook } from "../report/gas-book.ts";
import type { Report } from "../report/report.ts";
import { makeDeal } from "../stage/deal.ts";
import { deploy } from "../stage/deploy.ts";
import { startEmbeddedChain } from "../stage/embedded.ts";
import { castOf } from "./cast.ts";
import { dealReport, locksOf } from "./deal-report.ts";
import type { Narrator } from "./narrator.ts";
import { perform, type Preparation } from "./roles.ts";

/** What the play is about. */
export interface DealJob extends Preparation {
  /** Input of each fragment, for the sequencer to submit. */
  readonly fragments: readonly Uint8Array[];
}

/**
 * Plays it all and tells how it ended.
 *
 * @throws LieError if the lie cannot be told where it is wished for
 */
export async function playDeal({ fragments, ...preparation }: DealJob, narrator: Narrator): Promise<Report> {
  const embedded = await startEmbeddedChain();
  try {
    const { chain } = embedded;
    const cast = castOf(embedded.accounts);
    const gas = new GasBook();
    chain.observe((sent) => {
      gas.add(sent);
      narrator.sent(cast.names.get(sent.from) ?? sent.from, sent);
    });
    narrator.chapter("Setting up the chain");
    const deployment = await deploy(embedded);
    const deal = await makeDeal(chain, deployment, cast, { program: preparation.program, fragments });
    const scene = { embedded, deployment, deal, cast };
    const locked = await locksOf(scene);

    narrator.chapter("Work, and a lie");
    const outcome = await perform(scene, preparation, narrator);
    return await dealReport(scene, { program: preparation.program, outcome, gas, locked });
  } finally {
    await embedded.close();
  }
}
