import { expect } from "chai";
import fc from "fast-check";
import { verdict } from "../../../agents/game/rules.ts";
import { collects, decide, type Seat } from "../../../agents/players/decide.ts";
import { selfish } from "../../../agents/players/adversaries/registry.ts";
import { disputeTree, type MatchNode, type TournamentNode } from "../../../agents/players/dispute-tree.ts";
import { outlook } from "../../../agents/players/outlook.ts";
import { ordered } from "../../../agents/players/play.ts";
import { nextDeadline } from "../../../agents/stage/deadline.ts";
import { SEED } from "../../verifier/seed.ts";
import { paramsOf, stranger, ToyDeal } from "../../support/toy-deal.ts";
import { TRUTH } from "../../support/toy.ts";

/** Whoever stands for the truth. */
const honest = (deal: ToyDeal): Seat => ({ ...deal.liar(0, 500), owner: stranger(500), book: deal.book(TRUTH) });

/** Lets somebody do the first thing that the rules allow; tells what it was. */
function act(deal: ToyDeal, seat: Seat, isSelfish = true): string | undefined {
  const { game, time: now } = deal.chain;
  const plays = [...decide({ game, params: deal.params, seat, now }), ...collects(game, deal.params, seat.owner, now)];
  for (const { deed } of ordered(isSelfish ? selfish(plays, now) : plays)) {
    if (deed.kind === "challenge" || deed.kind === "claim" || deed.kind === "back") continue;
    if (deed.kind === "confirm" || deed.kind === "settle" || deed.kind === "reveal") continue;
    if (deal.chain.send(seat.owner, deed)) return deed.kind;
  }
  return undefined;
}

const end = (deal: ToyDeal): ReturnType<typeof outlook> =>
  outlook(deal.chain.game, deal.params, deal.tournament(0), deal.chain.time);

const tree = (deal: ToyDeal): TournamentNode => {
  const { game, time: now } = deal.chain;
  const row = game.tournaments.get(deal.tournament(0));
  if (row === undefined) throw new RangeError("no tournament");
  return disputeTree({ game, params: deal.params, now }, row);
};

describe("who is ahead in a dispute", () => {
  it("is whoever is alone, until somebody else joins, and then whoever's clock does not run", () => {
    const deal = new ToyDeal(paramsOf([6]), 1);
    expect(end(deal)).equal(undefined);
    const liar = deal.liar(0, 1, 2n);
    deal.challenge(0, liar);
    expect(end(deal)?.winner?.owner).equal(liar.owner);
    expect(end(deal)?.at).equal(deal.chain.game.tournaments.get(deal.tournament(0))?.closes);
    deal.join(honest(deal));
    // Who arrived first moves first.
    expect(end(deal)?.winner?.owner).equal(stranger(500));
    expect(act(deal, liar)).equal("move");
    expect(end(deal)?.winner?.owner).equal(liar.owner);
  });

  it("is one who is left, in random disputes at any time, and in the end the winner", () => {
    const play = fc.record({
      liars: fc.array(fc.bigInt({ min: 1n, max: 5n }), { minLength: 1, maxLength: 4 }),
      heights: fc.constantFrom([6], [3, 3], [3, 3, 3]),
      order: fc.infiniteStream(fc.nat(1_000)),
    });
    fc.assert(
      fc.property(play, ({ liars, heights, order }) => {
        const deal = new ToyDeal(paramsOf(heights), 1);
        const seats = [honest(deal), ...liars.map((lieAt, n) => deal.liar(0, n, lieAt))];
        deal.challenge(0, deal.liar(0, 99, 3n));
        for (let looks = 0; looks < 2_000; looks++) {
          const { game, time } = deal.chain;
          const now = end(deal);
          const row = game.tournaments.get(deal.tournament(0));
          expect(now?.at).greaterThan(time);
          if (now?.winner !== undefined) expect(row?.commitments.get(now.winner.root)?.status).equal("alive");
          tree(deal);
          const first = Number(order.next().value ?? 0);
          const stirs = seats.some((_, i) => {
            const place = (first + i) % seats.length;
            return act(deal, seats[place] as Seat, place !== 0) !== undefined;
          });
          if (stirs) continue;
          const next = nextDeadline(game, undefined, deal.params.period, time);
          if (next === undefined) break;
          deal.chain.time = next;
        }
        const { finished, winner } = verdict(deal.chain.game, deal.tournament(0), deal.chain.time);
        expect(finished).equal(true);
        expect(end(deal)?.winner).deep.equal(winner);
      }),
      { numRuns: 20, seed: SEED },
    );
  });
});

describe("the tree of a dispute", () => {
  it("tells what can be done next, by whom and until when, down to the step", () => {
    const deal = new ToyDeal(paramsOf([3, 3]), 1);
    const liar = deal.liar(0, 1, 2n);
    deal.challenge(0, liar);
    const closes = deal.chain.game.tournaments.get(deal.tournament(0))?.closes;
    const alone = tree(deal);
    expect(alone).deep.include({ level: 0, isOpen: true, isFinished: false, matches: [] });
    expect(alone.next).deep.equal([{ action: "join", owner: undefined, until: closes }]);
    expect(alone.commitments.map(({ owner, standing }) => [owner, standing])).deep.equal([[liar.owner, "waits"]]);

    deal.join(honest(deal));
    const [match] = tree(deal).matches as [MatchNode];
    expect(match).deep.include({ phase: "playing", moves: 0, ofMoves: 1, after: 0n, upTo: 64n, turn: "one" });
    expect(match.next).deep.include({ action: "last move", owner: liar.owner });
    expect(match.next?.until).equal(deal.chain.time + match.clocks.one);
    expect(tree(deal).commitments.map(({ standing }) => standing)).deep.equal(["plays", "plays"]);

    expect(act(deal, liar)).equal("last");
    expect(act(deal, honest(deal))).equal("join");
    const [outer] = tree(deal).matches as [MatchNode];
    // Lies from step 2 on differ in the first stride of 8 steps.
    expect(outer).deep.include({ phase: "inner", moves: 1, after: 0n, upTo: 8n });
    expect(outer.next).equal(undefined);
    expect(outer.inner).deep.include({ level: 1 });

    deal.chain.time += 10 * deal.params.period;
    const late = tree(deal);
    expect(late.matches[0]?.next).deep.equal({ action: "resolve", owner: undefined, until: undefined });
    expect(act(deal, honest(deal), false)).equal("resolve");
    expect(tree(deal)).deep.include({ isFinished: true, isOpen: false });
    expect(tree(deal).next.map(({ action }) => action)).deep.equal(["collect", "settle"]);
  });
});
