import { expect } from "chai";
import fc from "fast-check";
import type { Hex } from "viem";
import type { Duty } from "../../../agents/chain/duty.ts";
import type { Failure, Intent, Outbox } from "../../../agents/chain/intent.ts";
import type { Look } from "../../../agents/chain/look.ts";
import { decide, type Seat } from "../../../agents/players/decide.ts";
import { selfish } from "../../../agents/players/adversaries/registry.ts";
import { valueOf } from "../../../agents/players/play.ts";
import type { Action } from "../../../agents/game/types.ts";
import { nextDeadline } from "../../../agents/stage/deadline.ts";
import { Validator, type ValidatorSetup } from "../../../agents/validator/validator.ts";
import { SEED } from "../../verifier/seed.ts";
import { DEAL, paramsOf, ToyDeal, VALIDATOR } from "../../support/toy-deal.ts";
import { TRUTH } from "../../support/toy.ts";

/** A validator of a toy Deal, with what it asks for and what it sends. */
class Stand {
  readonly deal: ToyDeal;
  readonly sent: string[] = [];
  /** Announcements that the chain was asked about. */
  asked = 0;
  wallet = 10n ** 18n;
  readonly setup: ValidatorSetup;

  constructor(deal: ToyDeal, change: (setup: ValidatorSetup, stand: Stand) => Partial<ValidatorSetup> = () => ({})) {
    this.deal = deal;
    const plain: ValidatorSetup = {
      chain: { now: () => Promise.resolve(deal.chain.time), balance: () => Promise.resolve(this.wallet) },
      deal: { address: DEAL, view: () => Promise.resolve(deal.view) },
      tournaments: {
        address: DEAL,
        params: deal.params,
        state: () => Promise.resolve({ ...deal.chain.game, announced: new Map() }),
        announced: (hash: Hex) => {
          this.asked++;
          return Promise.resolve(deal.chain.game.announced.get(hash));
        },
      },
      ...{ self: VALIDATOR, replayer: deal.runs(), outbox: this.outbox(), saltOf: () => `0x${"55".repeat(32)}` },
      step: deal.chain.rules.step,
    };
    this.setup = { ...plain, ...change(plain, this) };
  }

  look(): Promise<Look> {
    return new Validator(this.setup).look();
  }

  /** Carries out what the wallet can pay. */
  outbox(fails: (intent: Intent) => boolean = () => false): Outbox {
    return {
      carryOut: (intents) => {
        const failures: Failure[] = [];
        let sent = 0;
        for (const intent of intents) {
          const duty = intent as Duty;
          const value = valueOf(duty.deed);
          if (fails(intent) || value > this.wallet) {
            failures.push({ intent, cause: new Error(value > this.wallet ? "too poor" : "the line is down") });
            continue;
          }
          const owed = this.deal.chain.game.credits.get(VALIDATOR) ?? 0n;
          if (!this.deal.carryOut(duty)) continue;
          this.wallet -= value;
          if (duty.deed.kind === "withdraw") this.wallet += owed;
          this.sent.push(duty.deed.kind);
          sent++;
        }
        return Promise.resolve({ sent, failures });
      },
    };
  }
}

function stir(deal: ToyDeal, seat: Seat): boolean {
  const plays = selfish(decide({ game: deal.chain.game, params: deal.params, seat, now: deal.chain.time }), 0);
  return plays.some(({ deed }) => deal.chain.send(seat.owner, deed as Action));
}

/** Lets validator and liars act until time alone changes nothing. */
async function playOut(stand: Stand, liars: readonly Seat[]): Promise<Look[]> {
  const { deal } = stand;
  const looks: Look[] = [];
  for (let quiet = 0; looks.length < 5_000;) {
    const look = await stand.look();
    looks.push(look);
    const stirs = liars.some((liar) => stir(deal, liar));
    // What failed is tried again before time moves on: a validator looks at every block.
    quiet = look.sent > 0 || stirs ? 0 : quiet + 1;
    if (quiet < 8 && (quiet === 0 || look.failures.length + look.problems.length > 0)) continue;
    const next = nextDeadline(deal.chain.game, undefined, deal.params.period, deal.chain.time);
    if (next === undefined) break;
    deal.chain.time = next;
    quiet = 0;
  }
  return looks;
}

describe("a validator", () => {
  it("withdraws what pays for the next bond, although the announcement fails at every look until then", async () => {
    const deal = new ToyDeal(paramsOf([6]), 2);
    const liars = [deal.liar(0, 0, 2n), deal.liar(1, 1, 2n)];
    const stand = new Stand(deal);
    deal.challenge(0, liars[0] as Seat);
    stand.wallet = 1_000n;
    for (let looks = 0; looks < 50; looks++)
      if ((await stand.look()).sent === 0 && !stir(deal, liars[0] as Seat)) break;
    // The bond is in the first dispute; the second one begins before it is back.
    deal.challenge(1, liars[1] as Seat);
    const looks = await playOut(stand, liars);
    const truth = deal.book(TRUTH).commitment([])?.root;
    expect([deal.winner(0), deal.winner(1)]).deep.equal([truth, truth]);
    const failed = looks.flatMap(({ failures }) => failures.map(({ cause }) => String(cause)));
    for (const cause of failed) expect(cause).equal("Error: too poor");
    expect(stand.sent.filter((kind) => kind === "join")).length(2);
    expect(stand.sent.indexOf("withdraw")).greaterThan(-1).and.lessThan(stand.sent.lastIndexOf("announce"));
    const warned = looks.flatMap(({ warnings }) => warnings.map(({ kind }) => kind));
    expect(warned).include.members(["short of money", "disagreement"]);
  });

  it("asks about announcements only as long as something hangs on them", async () => {
    const deal = new ToyDeal(paramsOf([3]), 40);
    const liars = Array.from({ length: 40 }, (_, claim) => deal.liar(claim, claim, 2n));
    liars.forEach((liar, claim) => {
      deal.challenge(claim, liar);
    });
    const stand = new Stand(deal);
    await playOut(stand, liars);
    expect(stand.asked).greaterThan(0);
    const { asked } = stand;
    const { warnings: _, ...idle } = await stand.look();
    expect(idle).deep.equal({ sent: 0, failures: [], problems: [] });
    expect(stand.asked).equal(asked);
  });

  it("fetches first what it is owed if nobody tells it what it has", async () => {
    const deal = new ToyDeal(paramsOf([6]), 1);
    deal.challenge(0, deal.liar(0, 0, 2n));
    const down = new Error("no balance today");
    const stand = new Stand(deal, ({ chain }) => ({ chain: { ...chain, balance: () => Promise.reject(down) } }));
    deal.chain.game = { ...deal.chain.game, credits: new Map([[VALIDATOR, 5n]]) };
    expect((await stand.look()).problems).deep.equal([down]);
    await stand.look();
    expect(stand.sent).deep.equal(["withdraw", "announce", "join"]);
  });

  it("wins although anything fails now and then", async () => {
    const weather = fc.record({
      liars: fc.array(fc.record({ claim: fc.nat(2), lieAt: fc.bigInt({ min: 1n, max: 6n }) }), { maxLength: 4 }),
      heights: fc.constantFrom([6], [3, 3]),
      seed: fc.integer({ min: 1, max: 2 ** 31 - 2 }),
    });
    await fc.assert(
      fc.asyncProperty(weather, async ({ liars, heights, seed }) => {
        const deal = new ToyDeal(paramsOf(heights), 3, 6n);
        const seats = liars.map(({ claim, lieAt }, n) => deal.liar(claim, n, lieAt));
        const openers = [0, 1, 2].map((claim) => deal.liar(claim, 50 + claim, 2n));
        openers.forEach((seat, claim) => {
          deal.challenge(claim, seat);
        });
        let state = seed;
        // Lehmer's generator: a quarter of all that can fail does.
        const fails = (): boolean => (state = (state * 48_271) % (2 ** 31 - 1)) % 4 === 0;
        const broken = new Error("out of luck");
        const runs = deal.runs();
        const stand = new Stand(deal, ({ chain, tournaments }, self) => ({
          chain: { ...chain, balance: (account) => (fails() ? Promise.reject(broken) : chain.balance(account)) },
          tournaments: {
            ...tournaments,
            announced: (hash) => (fails() ? Promise.reject(broken) : tournaments.announced(hash)),
          },
          replayer: {
            ...runs,
            book(id) {
              if (fails()) throw broken;
              return runs.book(id);
            },
          },
          outbox: self.outbox(fails),
        }));
        await playOut(stand, [...seats, ...openers]);
        const truth = deal.book(TRUTH).commitment([])?.root;
        for (const claim of [0, 1, 2]) expect(deal.winner(claim), `claim ${claim}`).equal(truth);
      }),
      { numRuns: 20, seed: SEED },
    );
  });
});
