import { expect } from "chai";
import { keccak256, stringToHex } from "viem";
import { nearest, survey, type ClaimSurvey, type Surveyor } from "../../../agents/validator/survey.ts";
import { paramsOf, stranger, ToyDeal } from "../../support/toy-deal.ts";
import { TRUTH } from "../../support/toy.ts";

const ETHER = 10n ** 18n;

/** What one who has replayed everything, or some of it, sees. */
function surveyed(deal: ToyDeal, self = stranger(1), change: Partial<Surveyor["runs"]> = {}): ClaimSurvey[] {
  const own = deal.own();
  const surveyor = { ...own, self, runs: { ...own.runs, ...change }, collateral: ETHER };
  return survey(deal.view, deal.chain.game, surveyor, deal.chain.time);
}

/** Changes a claim in place. */
function alter(deal: ToyDeal, index: number, change: object): void {
  const claims = [...deal.view.claims].map(([id, claim], i) => [id, i === index ? { ...claim, ...change } : claim]);
  deal.view = { ...deal.view, claims: new Map(claims as never) };
}

describe("a survey of the claims that are pending", () => {
  it("tells with which one's own replay agrees, and who is ahead", () => {
    const deal = new ToyDeal(paramsOf([6]), 4);
    const elsewhere = keccak256(stringToHex("elsewhere"));
    alter(deal, 1, { finalState: elsewhere, backers: new Set([stranger(1), stranger(2)]) });
    alter(deal, 2, { previous: elsewhere });
    alter(deal, 3, { phase: "confirmed" });
    const seen = surveyed(deal);
    expect(seen.map(({ opinion, lead }) => [opinion, lead])).deep.equal([
      ["agree", "ahead"],
      ["disagree", "behind"],
      ["baseless", "unknown"],
    ]);
    expect(seen.map(({ collateral }) => collateral)).deep.equal([0n, 2n * ETHER, 0n]);
    const waiting = surveyed(deal, undefined, { replayed: () => ({ phase: "waiting" }) });
    expect(waiting.map(({ opinion }) => opinion)).deep.equal(["not replayed", "not replayed", "not replayed"]);
    const since = [...deal.view.claims.values()][0]?.since ?? 0;
    expect(nearest(seen)).deep.include({ what: "challenge", fragment: 0, at: since + deal.params.period });
    deal.chain.time = since + deal.params.period;
    expect(surveyed(deal).map(({ due, deadline }) => [due, deadline])).deep.equal([
      ["confirm", undefined],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it("tells of a dispute what is at risk, whose clock runs, and what is due", () => {
    const deal = new ToyDeal(paramsOf([6]), 1);
    const liar = deal.liar(0, 1, 2n);
    deal.challenge(0, liar);
    deal.join({ ...deal.liar(0, 2), book: deal.book(TRUTH) });
    const [seen] = surveyed(deal, liar.owner);
    expect(seen?.dispute).deep.include({ state: "joining", alive: 2, joined: 2, matches: 1, bonds: 2_000n });
    expect(seen?.dispute?.ownBonds).equal(1_000n);
    expect(seen?.deadline).deep.include({ what: "join", owner: undefined });
    expect(seen?.due).equal(undefined);
    deal.chain.time = seen?.deadline?.at ?? 0;
    expect(surveyed(deal)[0]?.deadline).deep.include({ what: "move", owner: liar.owner });
    deal.chain.time += 3 * deal.params.period;
    const [late] = surveyed(deal);
    expect([late?.due, late?.deadline, late?.dispute?.state]).deep.equal(["resolve", undefined, "playing"]);
    const [match] = deal.chain.game.matches.values();
    if (match === undefined) expect.fail("no match");
    const { tournament, one, two } = match;
    expect(deal.chain.send(liar.owner, { kind: "resolve", pairing: { tournament, one, two } })).equal(true);
    const [over] = surveyed(deal);
    expect([over?.due, over?.dispute?.state, over?.dispute?.alive]).deep.equal(["settle", "decided", 1]);
  });
});
