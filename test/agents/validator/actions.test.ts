import { expect } from "chai";
import fc from "fast-check";
import type { Hex } from "viem";
import { tournamentCall } from "../../../agents/chain/tournament-calls.ts";
import type { ClaimView } from "../../../agents/chain/deal-log.ts";
import type { Duty } from "../../../agents/chain/duty.ts";
import { collects, decide, type Seat, SETTLING } from "../../../agents/players/decide.ts";
import { NEVER, ordered, type Play, type Twist } from "../../../agents/players/play.ts";
import { selfish } from "../../../agents/players/adversaries/registry.ts";
import { lastSecond, twisted, without } from "../../../agents/players/adversaries/twists.ts";
import type { Action } from "../../../agents/game/types.ts";
import { nextDeadline } from "../../../agents/stage/deadline.ts";
import { openQuestions, validatorActions } from "../../../agents/validator/actions.ts";
import { guard } from "../../../agents/validator/guard.ts";
import type { Own } from "../../../agents/validator/own.ts";
import { SEED } from "../../verifier/seed.ts";
import { paramsOf, ToyDeal, VALIDATOR } from "../../support/toy-deal.ts";
import { TRUTH } from "../../support/toy.ts";

/** Who joins, and then lets its clock run out. */
const idle = twisted(selfish, without("move", "last"));

const dutiesOf = (deal: ToyDeal, own: Own = deal.own()): readonly Duty[] =>
  validatorActions(deal.view, deal.chain.game, own, deal.chain.time).duties;

const kindsOf = (duties: readonly Duty[]): string[] => duties.map(({ deed }) => deed.kind);

/** Lets a stranger do what it can. */
function act(deal: ToyDeal, seat: Seat, twist?: Twist): boolean {
  const { game, time: now } = deal.chain;
  const plays = [...decide({ game, params: deal.params, seat, now }), ...collects(game, deal.params, seat.owner, now)];
  const chosen = ordered(twist?.(plays, now) ?? plays) as readonly Play<Action>[];
  return chosen.some(({ deed }) => deal.chain.send(seat.owner, deed));
}

/** The honest player is in the tournament, and it is its turn. */
function untilOurTurn(deal: ToyDeal, claim: number, liar: Seat): void {
  for (let looks = 0; looks < 100; looks++) {
    const own = dutiesOf(deal).find(({ deed }) => "tournament" in deed || deed.kind === "announce");
    if (own === undefined || !deal.carryOut(own)) break;
  }
  while (!kindsOf(dutiesOf(deal)).includes("move") && act(deal, liar, selfish));
  expect(kindsOf(dutiesOf(deal)), `claim ${claim}`).include("move");
}

describe("what a validator does next", () => {
  it("moves before it ends fifteen matches of strangers, whichever dispute comes first", () => {
    const deal = new ToyDeal(paramsOf([9]), 2);
    const strangers = Array.from({ length: 30 }, (_, n) => deal.liar(0, n, 1n));
    strangers.forEach((seat, n) => {
      if (n === 0) deal.challenge(0, seat);
      else deal.join(seat);
    });
    // None of them moves, until all clocks of the first dispute have run out.
    deal.chain.time += deal.params.period;
    const liar = deal.liar(1, 99, 2n);
    deal.challenge(1, liar);
    untilOurTurn(deal, 1, liar);
    const duties = dutiesOf(deal);
    expect(kindsOf(duties)).deep.equal(["move", ...Array.from({ length: 15 }, () => "resolve")]);
    expect(duties[0]?.deadline).lessThan(NEVER);
  });

  it("comes back to earlier clocks first, over all disputes", () => {
    const deal = new ToyDeal(paramsOf([6]), 3);
    const liars = [0, 1, 2].map((claim) => deal.liar(claim, claim, 2n));
    // The last claim is disputed first, so that its clocks end first.
    for (const claim of [2, 1, 0]) {
      deal.chain.time += 40;
      deal.challenge(claim, liars[claim] as Seat);
    }
    const announced = dutiesOf(deal);
    expect(kindsOf(announced)).deep.equal(["announce", "announce", "announce"]);
    for (const duty of announced) expect(deal.carryOut(duty)).equal(true);
    const joins = dutiesOf(deal).map(({ deed }) => deed.kind === "join" && deed.tournament);
    expect(joins).deep.equal([2, 1, 0].map((claim) => deal.tournament(claim)));
  });

  it("announces a bond only for what another branch of the chain can't undo any more", () => {
    const deal = new ToyDeal({ ...paramsOf([6]), period: 50_000 }, 1);
    deal.challenge(0, deal.liar(0, 0, 2n));
    const opened = deal.chain.time;
    const kindsAt = (age: number): string[] => {
      deal.chain.time = opened + age;
      return kindsOf(dutiesOf(deal, deal.own({ settling: SETTLING })));
    };
    expect(kindsAt(SETTLING - 1)).deep.equal([]);
    expect(kindsAt(SETTLING)).deep.equal(["announce"]);
    // A chain that replaces no block leaves nothing to wait for.
    deal.chain.time = opened;
    expect(kindsOf(dutiesOf(deal))).deep.equal(["announce"]);
  });

  it("waits for that no more than an eighth of the time that there is", () => {
    const deal = new ToyDeal({ ...paramsOf([6]), period: 800 }, 1);
    deal.challenge(0, deal.liar(0, 0, 2n));
    const own = deal.own({ settling: SETTLING });
    deal.chain.time += 99;
    expect(kindsOf(dutiesOf(deal, own))).deep.equal([]);
    deal.chain.time += 1;
    expect(kindsOf(dutiesOf(deal, own))).deep.equal(["announce"]);
  });

  it("fetches what it is owed before the first bond that it can't pay, and not before", () => {
    const deal = new ToyDeal(paramsOf([6]), 2);
    deal.challenge(0, deal.liar(0, 0, 2n));
    deal.challenge(1, deal.liar(1, 1, 2n));
    const { game } = deal.chain;
    const owed = { ...game, credits: new Map([[VALIDATOR, 700n]]) };
    const kinds = (wallet: bigint): string[] =>
      kindsOf(validatorActions(deal.view, owed, deal.own({ wallet }), deal.chain.time).duties);
    expect(kinds(2_000n)).deep.equal(["announce", "announce"]);
    expect(kinds(1_999n)).deep.equal(["announce", "withdraw", "announce"]);
    expect(kinds(999n)).deep.equal(["withdraw", "announce", "announce"]);
  });

  it("has all bonds of the dispute at stake where it is not in it yet", () => {
    const deal = new ToyDeal(paramsOf([3, 3]), 2);
    const bonds = deal.params.bonds.reduce((sum, bond) => sum + bond, 0n);
    deal.challenge(0, deal.liar(0, 1));
    const [, [id, claim]] = [...deal.view.claims] as [unknown, [Hex, ClaimView]];
    deal.view = { ...deal.view, claims: new Map(deal.view.claims).set(id, { ...claim, finalState: "0xfa15e" }) };
    for (const kinds of [
      ["announce", "announce"],
      ["join", "challenge"],
    ]) {
      const duties = dutiesOf(deal);
      expect(kindsOf(duties)).have.members(kinds);
      for (const { stake } of duties) expect(stake).equal(bonds);
      for (const duty of duties) if (duty.deed.kind === "announce") deal.carryOut(duty);
    }
    expect(bonds > (deal.params.bonds[0] ?? 0n)).equal(true);
  });

  it("brings back the bond of what somebody else has shown, also when the tournament is finished", () => {
    const deal = new ToyDeal(paramsOf([6]), 1);
    deal.challenge(0, deal.liar(0, 1));
    const [announce] = dutiesOf(deal);
    if (announce?.deed.kind !== "announce") throw new Error("no announcement");
    expect(deal.carryOut(announce)).equal(true);
    deal.join({ ...deal.liar(0, 2), book: deal.book(TRUTH) });
    // Neither of the two strangers moves, and the validator is not there.
    deal.chain.time += 2 * deal.params.period;
    for (const { deed } of dutiesOf(deal)) if (deed.kind === "resolve") deal.chain.send(VALIDATOR, deed);
    expect(deal.winner(0)).not.equal(undefined);
    const { hashes, refunds } = openQuestions(deal.view, deal.chain.game, deal.own(), deal.chain.time);
    expect(hashes).deep.equal([]);
    expect(refunds).include(announce.deed.announcement);
    const duties = dutiesOf(deal);
    expect(kindsOf(duties).toSorted()).deep.equal(["join", "settle"]);
    expect(guard(duties, deal.chain.game, deal.params, deal.chain.time).refused).deep.equal([]);
    const join = duties.find(({ deed }) => deed.kind === "join") as Duty;
    expect([join.deadline, join.call.value]).deep.equal([NEVER, 0n]);
    const before = deal.chain.game.credits.get(VALIDATOR) ?? 0n;
    expect(deal.carryOut(join)).equal(true);
    expect(deal.chain.game.credits.get(VALIDATOR)).equal(before + (deal.params.bonds[0] ?? 0n));
    expect(kindsOf(dutiesOf(deal))).deep.equal(["settle"]);
  });

  it("keeps playing the other disputes where one of them can't be decided", () => {
    const deal = new ToyDeal(paramsOf([6]), 3);
    for (const claim of [0, 1, 2]) deal.challenge(claim, deal.liar(claim, claim, 2n));
    const runs = deal.runs();
    const broken = new Error("the book is torn");
    const book: Own["runs"]["book"] = (id) => {
      if (id === deal.view.fragments[1]?.id) throw broken;
      return runs.book(id);
    };
    const { duties, problems } = validatorActions(
      ...([deal.view, deal.chain.game, deal.own({ runs: { ...runs, book } }), deal.chain.time] as const),
    );
    expect(kindsOf(duties)).deep.equal(["announce", "announce"]);
    expect(problems).deep.equal([broken]);
  });

  it("plays on about a claim that is dead if its bond is in there, and does not begin to", () => {
    const deal = new ToyDeal(paramsOf([9]), 2);
    const liars = [0, 1].map((claim) => deal.liar(claim, claim, 2n));
    for (const claim of [0, 1]) deal.challenge(claim, liars[claim] as Seat);
    untilOurTurn(deal, 0, liars[0] as Seat);
    deal.mark(0, "dead");
    expect(kindsOf(dutiesOf(deal))).deep.equal(["move"]);
    const fresh = new ToyDeal(paramsOf([9]), 1);
    fresh.challenge(0, fresh.liar(0, 1, 2n));
    expect(kindsOf(dutiesOf(fresh))).deep.equal(["announce"]);
    fresh.mark(0, "dead");
    expect(dutiesOf(fresh)).deep.equal([]);
  });

  it("asks about the announcement that may be its own as long as the tournament goes on", () => {
    const deal = new ToyDeal(paramsOf([6]), 1);
    deal.challenge(0, deal.liar(0, 1, 2n));
    const asked = (): number => openQuestions(deal.view, deal.chain.game, deal.own(), deal.chain.time).hashes.length;
    expect(asked()).equal(1);
    deal.mark(0, "dead");
    expect(asked()).equal(1);
    deal.chain.time += deal.params.period;
    expect(asked()).equal(0);
  });

  it("looks up no commitment but those of disputes that go on", () => {
    const deal = new ToyDeal(paramsOf([6]), 3);
    deal.challenge(1, deal.liar(1, 0));
    const runs = deal.runs();
    const looked: string[] = [];
    const book: Own["runs"]["book"] = (id) => {
      looked.push(id);
      return runs.book(id);
    };
    const own = deal.own({ runs: { ...runs, book } });
    const questions = (): readonly Hex[] => openQuestions(deal.view, deal.chain.game, own, deal.chain.time).hashes;
    expect(questions()).length(1);
    expect(looked).deep.equal([deal.view.fragments[1]?.id]);
    deal.chain.time += deal.params.period;
    expect(questions()).deep.equal([]);
    expect(looked).length(1);
  });

  it("does nothing where nothing is known yet, and still ends what others play", () => {
    const deal = new ToyDeal(paramsOf([6]), 1);
    deal.challenge(0, deal.liar(0, 0));
    deal.join(deal.liar(0, 1));
    const unknown = deal.own({ runs: deal.runs({ commitment: () => undefined, witness: () => undefined }) });
    expect(dutiesOf(deal, unknown)).deep.equal([]);
    deal.chain.time += deal.params.period;
    expect(kindsOf(dutiesOf(deal, unknown))).deep.equal(["resolve"]);
  });

  const dispute = fc.record({
    claims: fc.integer({ min: 1, max: 3 }),
    liars: fc.array(
      fc.record({
        claim: fc.nat(2),
        lieAt: fc.bigInt({ min: 1n, max: 6n }),
        twist: fc.constantFrom(selfish, idle, twisted(selfish, lastSecond(40)), without("join")),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    heights: fc.constantFrom([3], [6], [3, 3], [3, 3, 3]),
    order: fc.infiniteStream(fc.nat(1_000)),
  });

  it("is in the order of the deadlines, is allowed by the rules, and wins, in random disputes", () => {
    fc.assert(
      fc.property(dispute, ({ claims, liars, heights, order }) => {
        const params = paramsOf(heights);
        const deal = new ToyDeal(params, claims, 6n);
        const seats = liars.map(({ claim, lieAt, twist }, n) => ({ ...deal.liar(claim % claims, n, lieAt), twist }));
        for (let claim = 0; claim < claims; claim++) deal.challenge(claim, deal.liar(claim, 100 + claim, 3n));
        const draw = (): number => Number(order.next().value ?? 0);
        for (let looks = 0; looks < 5_000; looks++) {
          const { view, chain } = deal;
          const { duties, problems } = validatorActions(view, chain.game, deal.own(), chain.time);
          expect(problems).deep.equal([]);
          const deadlines = duties.map(({ deadline }) => deadline);
          expect(deadlines).deep.equal(deadlines.toSorted((a, b) => a - b));
          expect(new Set(duties.map(({ key }) => key)).size, "keys").equal(duties.length);
          expect(guard(duties, chain.game, params, chain.time, chain.rules.step).refused, "refused").deep.equal([]);
          for (const { deadline } of duties) expect(deadline).greaterThan(chain.time + 1);
          if (draw() % 3 === 0 && duties.some((duty) => deal.carryOut(duty))) continue;
          const first = draw();
          const stirs = seats.some((_, i) => {
            const seat = seats[(first + i) % seats.length];
            return seat !== undefined && act(deal, seat, seat.twist);
          });
          if (stirs || duties.some((duty) => deal.carryOut(duty))) continue;
          const next = nextDeadline(chain.game, undefined, params.period, chain.time, 40);
          if (next === undefined) break;
          chain.time = next;
        }
        const truth = deal.book(TRUTH).commitment([])?.root;
        for (let claim = 0; claim < claims; claim++) expect(deal.winner(claim), `claim ${claim}`).equal(truth);
        expect([...deal.view.claims.values()].map(({ phase }) => phase).at(0)).equal("upheld");
        expect(deal.chain.game.credits.has(VALIDATOR)).equal(false);
      }),
      { numRuns: 30, seed: SEED },
    );
  });
});

describe("the guard", () => {
  it("refuses what the rules refuse, tells that the fault is ours, and lets the rest through", () => {
    const deal = new ToyDeal(paramsOf([9]), 1);
    const liar = deal.liar(0, 1, 2n);
    deal.challenge(0, liar);
    untilOurTurn(deal, 0, liar);
    const [move] = dutiesOf(deal);
    if (move?.deed.kind !== "move") expect.fail("no move");
    const deed = { ...move.deed, opp: move.deed.next[0] };
    const wrong: Duty = { ...move, deed, call: tournamentCall("0x", deed) };
    const { allowed, refused } = guard([wrong, move], deal.chain.game, deal.params, deal.chain.time);
    expect(allowed).deep.equal([move]);
    expect(refused.map(({ intent }) => intent)).deep.equal([wrong]);
    expect(String(refused[0]?.cause)).match(/^Crash: we decided on what the rules refuse: move /);
    expect(String((refused[0]?.cause as Error).cause)).match(/OpeningWrong/);
  });
});
