import { expect } from "chai";
import { ordered, type Play } from "../../../agents/players/play.ts";
import { decide, type Seat, type Situation } from "../../../agents/players/decide.ts";
import { commitmentCost, meetingsLeft, tournamentCost } from "../../../agents/players/purse.ts";
import { selfish } from "../../../agents/players/adversaries/registry.ts";
import type { Action, MatchState, Params } from "../../../agents/game/types.ts";
import { nextDeadline } from "../../../agents/stage/deadline.ts";
import { moneyWarnings } from "../../../agents/validator/money.ts";
import { paramsOf, ToyDeal, VALIDATOR } from "../../support/toy-deal.ts";
import { TRUTH } from "../../support/toy.ts";

/** Two levels: a meeting can lead to a bond more. */
const TWO = paramsOf([6, 3]);
/** One level: a match can end at once, and another begin. */
const ONE = paramsOf([6]);
const [bond, inner] = [1_000n, 500n];
/** Gas of a match and, below it, a bond with the gas of a match. */
const meeting = bond / 2n + inner + inner / 2n;

/** The validator's seat, at which it has announced what it will join with. */
const seatOf = (deal: ToyDeal): Seat => ({
  ...{ owner: VALIDATOR, tournament: deal.tournament(0), book: deal.book(TRUTH) },
  salt: `0x${"55".repeat(32)}`,
});

const situation = (deal: ToyDeal): Situation => {
  return { game: deal.chain.game, params: deal.params, seat: seatOf(deal), now: deal.chain.time };
};

function act(deal: ToyDeal, seat: Seat, honest = false): boolean {
  const plays = decide({ ...situation(deal), seat });
  const chosen = ordered(honest ? plays : selfish(plays, deal.chain.time)) as readonly Play<Action>[];
  return chosen.some(({ deed }) => deal.chain.send(seat.owner, deed));
}

/** How many opponents the true commitment has met. */
function meetings(deal: ToyDeal): number {
  const root = deal.book(TRUTH).commitment([])?.root;
  return [...deal.chain.game.matches.values()].filter(
    ({ tournament, one, two }) => tournament === deal.tournament(0) && (one === root || two === root),
  ).length;
}

function playOut(deal: ToyDeal, liars: readonly Seat[]): void {
  for (;;) {
    if (act(deal, seatOf(deal), true) || liars.some((liar) => act(deal, liar))) continue;
    const next = nextDeadline(deal.chain.game, undefined, deal.params.period, deal.chain.time);
    if (next === undefined) return;
    deal.chain.time = next;
  }
}

/** The liars that play in a match. */
function playersOf(liars: readonly Seat[], { one, two }: MatchState): Seat[] {
  return liars.filter(({ book }) => [one, two].includes(book.commitment([])?.root ?? "0x"));
}

/** The first live match in which our commitment plays, or in which it does not. */
function liveMatch(deal: ToyDeal, ours: boolean): MatchState | undefined {
  const root = deal.book(TRUTH).commitment([])?.root;
  return [...deal.chain.game.matches.values()].find(
    ({ phase, one, two }) => phase !== "done" && (one === root || two === root) === ours,
  );
}

/** A claim that the first of some liars has challenged, and that the others and we have joined. */
function crowded(count: number, params: Params): { deal: ToyDeal; liars: Seat[] } {
  const deal = new ToyDeal(params, 1, 40n);
  const liars = Array.from({ length: count }, (_, n) => deal.liar(0, n, BigInt(n + 1)));
  const [first, ...others] = liars;
  if (first !== undefined) deal.challenge(0, first);
  deal.join(seatOf(deal));
  for (const liar of others) deal.join(liar);
  return { deal, liars };
}

describe("what a dispute can ask for", () => {
  it("is sixteen meetings against 31 liars that are there at once, if they take their turns well", () => {
    const { deal, liars } = crowded(31, ONE);
    const root = deal.book(TRUTH).commitment([])?.root;
    const row = deal.chain.game.tournaments.get(deal.tournament(0)) ?? expect.fail("no tournament");
    expect(meetingsLeft(deal.chain.game, row, root)).equal(16);
    // Ours is played first; whenever it is over, one of the others comes to its end.
    for (let turns = 0; turns < 2_000; turns++) {
      const match = liveMatch(deal, true) ?? liveMatch(deal, false);
      if (match === undefined) break;
      if (!act(deal, seatOf(deal), true)) playersOf(liars, match).some((liar) => act(deal, liar));
    }
    playOut(deal, liars);
    expect(deal.winner(0)).equal(root);
    expect(meetings(deal)).equal(16);
  });

  it("is a meeting for each liar that comes when the last is beaten", () => {
    const deal = new ToyDeal(ONE, 1, 40n);
    const liars = Array.from({ length: 6 }, (_, n) => deal.liar(0, n, BigInt(n + 1)));
    for (const [n, liar] of liars.entries()) {
      if (n === 0) deal.challenge(0, liar);
      else deal.join(liar);
      if (n === 0) deal.join(seatOf(deal));
      while (act(deal, seatOf(deal), true) || act(deal, liar));
    }
    playOut(deal, liars);
    expect(deal.winner(0)).equal(deal.book(TRUTH).commitment([])?.root);
    expect(meetings(deal)).equal(6);
  });

  it("has a warning as soon as wallet and credit are less", () => {
    const { deal } = crowded(31, TWO);
    const { view } = deal;
    const game = { ...deal.chain.game, credits: new Map([[VALIDATOR, 300n]]) };
    const warnings = (wallet: bigint): unknown => moneyWarnings(view, game, deal.own({ wallet }), deal.chain.time);
    const needed = 16n * meeting;
    expect(warnings(needed - 300n)).deep.equal([]);
    expect(warnings(needed - 301n)).deep.equal([{ kind: "short of money", needed, held: needed - 1n }]);
  });

  it("is a bond as well before one has joined, and nothing when all is over", () => {
    const deal = new ToyDeal(TWO, 1, 40n);
    deal.challenge(0, deal.liar(0, 0));
    const row = () => deal.chain.game.tournaments.get(deal.tournament(0)) ?? expect.fail("no tournament");
    expect(tournamentCost(situation(deal), row())).equal(bond + meeting);
    expect(commitmentCost(TWO, 0, 1)).equal(bond + meeting);
    playOut(deal, [deal.liar(0, 0)]);
    expect(tournamentCost(situation(deal), row())).equal(0n);
    expect(moneyWarnings(deal.view, deal.chain.game, deal.own({ wallet: 0n }), deal.chain.time)).deep.equal([]);
  });
});
