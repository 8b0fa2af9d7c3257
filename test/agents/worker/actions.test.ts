import { expect } from "chai";
import type { Hex } from "viem";
import type { ClaimView, DealView } from "../../../agents/chain/deal-log.ts";
import type { Duty } from "../../../agents/chain/duty.ts";
import { NEVER } from "../../../agents/players/play.ts";
import { type OwnWork, workerActions } from "../../../agents/worker/actions.ts";
import { DEAL, paramsOf, stranger, ToyDeal } from "../../support/toy-deal.ts";

const SELF = stranger(7);
const PERIOD = 5_000;

/** Three fragments, of which the first ones are claimed by somebody else, truly. */
function situation(claimed: number): { deal: ToyDeal; view: DealView } {
  const deal = new ToyDeal(paramsOf([3]), 3);
  const claims = new Map([...deal.view.claims].slice(0, claimed));
  return { deal, view: { ...deal.view, claims, workers: new Set([SELF]) } };
}

const own = (deal: ToyDeal, change: Partial<OwnWork> = {}): OwnWork => ({
  ...{
    self: SELF,
    contracts: { deal: DEAL, tournament: DEAL },
    period: PERIOD,
    runs: deal.runs(),
    worth: 5n,
    ...change,
  },
});

const kindsOf = (duties: readonly Duty[]): string[] => duties.map(({ deed }) => deed.kind);

function change(view: DealView, index: number, by: Partial<ClaimView>): DealView {
  const [id, claim] = [...view.claims][index] as [Hex, ClaimView];
  return { ...view, claims: new Map(view.claims).set(id, { ...claim, ...by }) };
}

describe("what a worker does next", () => {
  it("backs what it agrees with while it can, and claims what comes after that", () => {
    const { deal, view } = situation(2);
    const duties = workerActions(view, own(deal), deal.chain.time);
    expect(kindsOf(duties)).deep.equal(["back", "back", "claim"]);
    expect(duties.map(({ deadline }) => deadline)).deep.equal([1_000 + PERIOD, 1_000 + PERIOD, NEVER]);
    const [, , claim] = duties;
    const [, second] = [...view.claims.values()];
    expect(claim?.deed).include({ fragment: view.fragments[2]?.id, previous: second?.finalState });
    expect(claim?.concealed).equal(true);
    expect(kindsOf(workerActions(view, own(deal), 1_000 + PERIOD - 1))).deep.equal(["claim"]);
  });

  it("confirms the oldest claim when its window is over, unless it is in dispute", () => {
    const { deal, view } = situation(2);
    const late = 1_000 + PERIOD;
    expect(kindsOf(workerActions(view, own(deal), late))).deep.equal(["confirm", "claim"]);
    expect(kindsOf(workerActions(view, own(deal), late - 1))).deep.equal(["claim"]);
    const disputed = change(view, 0, { phase: "disputed" });
    expect(kindsOf(workerActions(disputed, own(deal), late))).deep.equal(["claim"]);
  });

  it("builds on nothing that it does not agree with, or has not run", () => {
    const { deal, view } = situation(2);
    const wrong = change(view, 0, { finalState: `0x${"ba".repeat(32)}` });
    expect(workerActions(wrong, own(deal), deal.chain.time)).deep.equal([]);
    const runs: OwnWork["runs"] = { replayed: () => ({ phase: "waiting" }) };
    expect(workerActions(view, own(deal, { runs }), deal.chain.time)).deep.equal([]);
  });

  it("claims nothing without a seat, on a head that nobody has shown, or after the end", () => {
    const { deal, view } = situation(0);
    const kinds = (other: Partial<DealView>): string[] =>
      kindsOf(workerActions({ ...view, ...other }, own(deal), deal.chain.time));
    expect(kinds({})).deep.equal(["claim"]);
    for (const other of [{ workers: new Set<Hex>() }, { hidden: true }, { ended: true }]) {
      expect(kinds(other)).deep.equal([]);
    }
  });

  it("claims as long as a closing Deal takes claims", () => {
    const { deal, view } = situation(0);
    const now = deal.chain.time;
    const duties = (closesAt: number): Duty[] => workerActions({ ...view, closesAt }, own(deal), now);
    expect(duties(now + 2).map(({ deadline }) => deadline)).deep.equal([now + 2]);
    expect(duties(now + 1)).deep.equal([]);
  });
});
