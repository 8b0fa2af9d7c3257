import { expect } from "chai";
import type { Duty } from "../../../agents/chain/duty.ts";
import { decide, type Seat } from "../../../agents/players/decide.ts";
import { selfish } from "../../../agents/players/adversaries/registry.ts";
import { ordered } from "../../../agents/players/play.ts";
import { validatorActions } from "../../../agents/validator/actions.ts";
import { type Request, requested, REQUESTS, type Requested, whyNot } from "../../../agents/validator/by-hand.ts";
import type { Own } from "../../../agents/validator/own.ts";
import { paramsOf, ToyDeal } from "../../support/toy-deal.ts";

/** A request about a claim, as things stand. */
function ask(deal: ToyDeal, request: Request, index: number, own: Own = deal.own()): Requested {
  const claim = [...deal.view.claims.values()][index];
  if (claim === undefined) throw new RangeError("no such claim");
  return { request, claim, view: deal.view, game: deal.chain.game, own, now: deal.chain.time };
}

const all = (deal: ToyDeal, own: Own = deal.own()): readonly Duty[] =>
  validatorActions(deal.view, deal.chain.game, own, deal.chain.time).duties;

const chosen = (deal: ToyDeal, request: Request, index: number): string[] =>
  requested(all(deal), ask(deal, request, index)).map(({ deed }) => deed.kind);

/** What is asked for, by request. */
const byRequest = (deal: ToyDeal, index: number): Record<string, string[]> =>
  Object.fromEntries(REQUESTS.map((request) => [request, chosen(deal, request, index)]));

const nothing = { challenge: [], move: [], resolve: [], settle: [] };

function carryOut(deal: ToyDeal, request: Request, index: number): void {
  for (const duty of requested(all(deal), ask(deal, request, index))) expect(deal.carryOut(duty)).equal(true);
}

/** Lets the liar do the first thing that it can. */
function stir(deal: ToyDeal, seat: Seat): void {
  const { game, time: now } = deal.chain;
  for (const { deed } of ordered(selfish(decide({ game, params: deal.params, seat, now }), now)))
    if ("value" in deed || deed.kind === "move" || deed.kind === "last") {
      if (deal.chain.send(seat.owner, deed)) return;
    }
}

describe("what is asked for by hand", () => {
  it("is about one claim, and of one kind, in every stage of its dispute", () => {
    const deal = new ToyDeal(paramsOf([9]), 2);
    const liars = [0, 1].map((index) => deal.liar(index, index, 2n));
    expect(byRequest(deal, 0)).deep.equal(nothing);
    liars.forEach((liar, index) => {
      deal.challenge(index, liar);
    });
    expect(all(deal).map(({ deed }) => deed.kind)).deep.equal(["announce", "announce"]);
    expect(byRequest(deal, 1)).deep.equal({ ...nothing, move: ["announce"] });
    carryOut(deal, "move", 1);
    expect(byRequest(deal, 1)).deep.equal({ ...nothing, move: ["join"] });
    expect(byRequest(deal, 0)).deep.equal({ ...nothing, move: ["announce"] });
    carryOut(deal, "move", 1);
    expect(byRequest(deal, 1)).deep.equal(nothing);
    stir(deal, liars[1] as Seat);
    expect(byRequest(deal, 1)).deep.equal({ ...nothing, move: ["move"] });
    carryOut(deal, "move", 1);
    deal.chain.time += 3 * deal.params.period;
    expect(byRequest(deal, 1)).deep.equal({ ...nothing, resolve: ["resolve"] });
    carryOut(deal, "resolve", 1);
    expect(byRequest(deal, 1)).deep.equal({ ...nothing, resolve: ["collect"] });
    // The verdict about an earlier claim comes first.
    expect(chosen(deal, "settle", 0)).deep.equal(["settle"]);
  });

  it("is a challenge with its announcement, where the claim is false", () => {
    const deal = new ToyDeal(paramsOf([6]), 1);
    const [id, claim] = [...deal.view.claims][0] ?? expect.fail("no claim");
    deal.view = { ...deal.view, claims: new Map([[id, { ...claim, finalState: claim.previous }]]) };
    expect(byRequest(deal, 0)).deep.equal({ ...nothing, challenge: ["announce"] });
    carryOut(deal, "challenge", 0);
    expect(byRequest(deal, 0)).deep.equal({ ...nothing, challenge: ["challenge"] });
  });

  it("says why there is nothing to do", () => {
    const deal = new ToyDeal(paramsOf([6]), 2);
    const why = (request: Request, own?: Own): string => whyNot(ask(deal, request, 0, own));
    expect(why("challenge")).match(/is what this machine computes, too: whoever challenges it loses$/);
    const [id, claim] = [...deal.view.claims][0] ?? expect.fail("no claim");
    const view = { ...deal.view, claims: new Map([[id, { ...claim, finalState: claim.previous }]]) };
    const young = { ...ask(deal, "challenge", 0), view, claim: { ...claim, finalState: claim.previous } };
    expect(whyNot(young)).match(/is too young/);
    const waiting: Own["runs"] = { ...deal.runs(), replayed: () => ({ phase: "waiting" }) };
    expect(why("challenge", deal.own({ runs: waiting }))).equal("fragment 0 has not been run");
    const failed: Own["runs"] = { ...deal.runs(), replayed: () => ({ phase: "failed", reason: "no memory" }) };
    expect(why("challenge", deal.own({ runs: failed }))).equal("fragment 0 could not be run: no memory");
    for (const request of ["move", "resolve", "settle"] as const)
      expect(why(request)).equal("the claim of fragment 0 is open, and nobody has disputed it");
    const liar = deal.liar(0, 1, 2n);
    deal.challenge(0, liar);
    expect(why("challenge")).equal("the claim of fragment 0 is disputed: only one that is open can be challenged");
    carryOut(deal, "move", 0);
    carryOut(deal, "move", 0);
    expect(why("move")).match(/^it is not our turn: 0x0{36}1001 has \d+ s left$/);
    expect(why("resolve")).match(/^no match is over/);
    expect(why("settle")).equal("the dispute about the claim of fragment 0 is not finished");
    deal.chain.time += deal.params.period;
    expect(whyNot(ask(deal, "challenge", 1))).match(/the time in which .* is over$/);
  });
});
