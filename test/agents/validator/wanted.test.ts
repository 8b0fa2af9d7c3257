import { expect } from "chai";
import type { Hex } from "viem";
import type { ClaimView } from "../../../agents/chain/deal-log.ts";
import { firstUseful, wantedRuns } from "../../../agents/validator/wanted.ts";
import { paramsOf, ToyDeal } from "../../support/toy-deal.ts";

/** Makes a claim say something else. */
function falsify(deal: ToyDeal, index: number): void {
  const [id, claim] = [...deal.view.claims][index] as [Hex, ClaimView];
  const claims = new Map(deal.view.claims).set(id, { ...claim, finalState: `0x${"ba".repeat(32)}` });
  deal.view = { ...deal.view, claims };
}

const idsOf = (deal: ToyDeal, ...indices: number[]): (Hex | undefined)[] =>
  indices.map((index) => deal.view.fragments[index]?.id);

describe("what a validator has replayed", () => {
  it("is whatever is submitted, whether it is claimed or not", () => {
    const deal = new ToyDeal(paramsOf([3]), 3);
    expect(wantedRuns({ ...deal.view, claims: new Map() }, deal.own())).deep.equal(idsOf(deal, 0, 1, 2));
    expect(wantedRuns({ ...deal.view, resolved: 1 }, deal.own())).deep.equal(idsOf(deal, 1, 2));
  });

  it("is nothing beyond a claim that is known to be false, but all that follows a true one in dispute", () => {
    const deal = new ToyDeal(paramsOf([3]), 4);
    deal.challenge(0, deal.liar(0, 1));
    falsify(deal, 2);
    expect(wantedRuns(deal.view, deal.own())).deep.equal(idsOf(deal, 0, 1, 2));
    const unknown = { ...deal.runs(), replayed: () => ({ phase: "waiting" }) as const };
    expect(wantedRuns(deal.view, deal.own({ runs: unknown }))).deep.equal(idsOf(deal, 0, 1, 2, 3));
  });

  it("goes back to the fragment whose record nobody has shown", () => {
    const deal = new ToyDeal(paramsOf([3]), 3);
    const hidden = { ...deal.view, hidden: true, resolved: 2 };
    expect(wantedRuns(hidden, deal.own())).deep.equal(idsOf(deal, 1, 2));
    expect(firstUseful(hidden, deal.chain.game, deal.own(), deal.chain.time)).equal(1);
  });

  it("is kept as long as a dispute about it goes on", () => {
    const deal = new ToyDeal(paramsOf([3]), 3);
    deal.challenge(1, deal.liar(1, 1));
    const view = { ...deal.view, resolved: 3 };
    const first = (): number => firstUseful(view, deal.chain.game, deal.own(), deal.chain.time);
    expect(first()).equal(1);
    deal.chain.time += deal.params.period;
    expect(first()).equal(3);
  });
});
