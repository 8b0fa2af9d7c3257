import { expect } from "chai";
import fc from "fast-check";
import {
  checkPeriod,
  mostPendingSteps,
  ORDINARY_RATES,
  type PeriodTerms,
  requiredPeriod,
  type SlowestPlayer,
} from "../../../agents/game/required-period.ts";
import { Problem } from "../../../verifier/errors.ts";
import { SEED } from "../../verifier/seed.ts";

/** A fragment that was claimed: what it takes, and what its claim says that it took. */
interface Claimed {
  readonly steps: bigint;
  readonly said: bigint;
  readonly isTrue: boolean;
  /** With garbage, where it is true. */
  readonly isChallenged: boolean;
}

/** Those of many claims that a Deal takes: as many, and with as many steps, as its terms allow. */
function taken(claims: readonly Claimed[], { maxPending, maxPendingSteps }: PeriodTerms): Claimed[] {
  let said = 0n;
  return claims.filter((claim, i) => i < maxPending && (said += claim.said) <= maxPendingSteps);
}

/**
 * How many disputes an honest player that never sleeps comes too late for, if all is claimed at
 * once: it replays up to the first false claim, then commits to what is disputed, cheapest first;
 * after that there have to be C and E left.
 */
function lost(claims: readonly Claimed[], terms: PeriodTerms, player: SlowestPlayer): number {
  const firstLie = claims.findIndex(({ isTrue }) => !isTrue);
  const known = claims.slice(0, firstLie < 0 ? claims.length : firstLie + 1);
  const need = requiredPeriod({ ...terms, maxPendingSteps: 0n }, player);
  const latest = terms.period - need.censored - need.match;
  let time = known.reduce((sum, { steps }) => sum + Number(steps) / player.replayRate, 0);
  const disputed = known.filter(({ isTrue, isChallenged }) => !isTrue || isChallenged);
  let late = 0;
  for (const { steps } of disputed.sort((a, b) => Number(a.steps - b.steps))) {
    time += Number(steps) / player.commitmentRate;
    if (time > latest) late++;
  }
  return late;
}

/** What was asked for before pending work was bounded: time for one fragment. */
function oldRule({ period, budget }: PeriodTerms, player: SlowestPlayer, match: number): boolean {
  return (
    period >= player.censored + match + Number(budget) / player.replayRate + Number(budget) / player.commitmentRate
  );
}

/** A period of 12,000 s, in which a twelfth is for censorship and the match. */
const TERMS: PeriodTerms = {
  period: 12_000,
  grace: 500,
  heights: [30, 15],
  budget: 10n ** 9n,
  maxPending: 16,
  maxPendingSteps: 16n * 10n ** 9n,
};
const ANSWER = { answer: 30, hashedRate: 10 ** 7 };

const fragment = (change: Partial<Claimed>): Claimed => ({
  ...{ steps: TERMS.budget, said: TERMS.budget, isTrue: true, isChallenged: false },
  ...change,
});

/** Terms in which as many steps may be pending as the rule allows, and claims until no more fit. */
const bounded = (player: SlowestPlayer): PeriodTerms => ({
  ...TERMS,
  maxPendingSteps: mostPendingSteps(TERMS, player),
});

describe("the rule of parameters", () => {
  describe("where a replay takes a twelfth of the period", () => {
    const player: SlowestPlayer = { ...ANSWER, censored: 600, replayRate: 10 ** 6, commitmentRate: 10 ** 8 };
    const claims = [...Array.from({ length: 15 }, () => fragment({})), fragment({ isTrue: false, said: 0n })];

    it("refuses sixteen claims at once, the last of which is false and would be found too late", () => {
      expect(oldRule(TERMS, player, requiredPeriod(TERMS, player).match)).equal(true);
      expect(lost(taken(claims, TERMS), TERMS, player)).equal(1);
      expect(() => checkPeriod(TERMS, player)).throws(Problem, /17000 s to replay 16000000000 pending steps/);
    });

    it("lets an honest player find it among as many as it allows", () => {
      const terms = bounded(player);
      checkPeriod(terms, player);
      const fit = Number(terms.maxPendingSteps / TERMS.budget);
      const most = [...claims.slice(0, fit), fragment({ isTrue: false, said: 0n })];
      expect(taken(most, terms)).deep.equal(most);
      expect(lost(most, terms, player)).equal(0);
    });
  });

  describe("where a commitment takes a twelfth of the period", () => {
    const player: SlowestPlayer = { ...ANSWER, censored: 600, replayRate: 10 ** 9, commitmentRate: 10 ** 6 };
    const claims = Array.from({ length: 16 }, () => fragment({ isChallenged: true }));

    it("refuses sixteen true claims challenged with garbage, of which five would be lost", () => {
      expect(oldRule(TERMS, player, requiredPeriod(TERMS, player).match)).equal(true);
      expect(lost(taken(claims, TERMS), TERMS, player)).equal(5);
      expect(() => checkPeriod(TERMS, player)).throws(Problem, /17000 s to commit to them/);
    });

    it("lets an honest player defend as many as it allows", () => {
      const terms = bounded(player);
      checkPeriod(terms, player);
      const pending = taken(claims, terms);
      expect(pending.length).greaterThan(8);
      expect(lost(pending, terms, player)).equal(0);
    });
  });

  it("lets no schedule of claims that a Deal takes bring an honest player into trouble", () => {
    const claim = fc.record({
      steps: fc.bigInt({ min: 0n, max: TERMS.budget }),
      lie: fc.option(fc.bigInt({ min: 0n, max: TERMS.budget }), { freq: 6 }),
      isChallenged: fc.boolean(),
    });
    const rate = fc.integer({ min: 2 * 10 ** 5, max: 10 ** 8 });
    let tried = 0;
    fc.assert(
      fc.property(fc.array(claim, { maxLength: 40 }), rate, rate, (drawn, replayRate, commitmentRate) => {
        const player = { ...ANSWER, censored: 600, replayRate, commitmentRate };
        const terms = bounded(player);
        if (terms.maxPendingSteps < terms.budget) return;
        tried++;
        checkPeriod(terms, player);
        const claims = drawn.map(({ steps, lie, isChallenged }) =>
          fragment({ steps, said: lie ?? steps, isTrue: lie === null, isChallenged }),
        );
        expect(lost(taken(claims, terms), terms, player)).equal(0);
      }),
      { seed: SEED, numRuns: 300 },
    );
    expect(tried).greaterThan(200);
  });

  it("counts a match's answers and the inner commitments of all disputes, also against the grace", () => {
    const player = { ...ORDINARY_RATES, censored: 0, answer: 10 };
    // Five moves of ten, three of five, two more a level; 2^15 hashed steps for each of 16.
    const match = 120 + (16 * 2 ** 15) / 200_000;
    expect(Math.abs(requiredPeriod(TERMS, player).match - match)).lessThan(1e-9);
    expect(() => checkPeriod({ ...TERMS, grace: 122 }, player)).throws(
      Problem,
      /A grace of 122 s is too short.* 123 s/,
    );
  });

  it("says what would do: a longer period, fewer pending steps, or a smaller budget", () => {
    const player: SlowestPlayer = { ...ANSWER, censored: 600, replayRate: 10 ** 6, commitmentRate: 10 ** 8 };
    const hintOf = (terms: PeriodTerms): string | undefined => {
      try {
        checkPeriod(terms, player);
      } catch (error) {
        return (error as Problem).hint;
      }
      return undefined;
    };
    const most = mostPendingSteps(TERMS, player);
    expect(hintOf(TERMS)).match(new RegExp(`maxPendingSteps at most ${most}$`));
    expect(hintOf({ ...TERMS, maxPendingSteps: most })).equal(undefined);
    expect(hintOf({ ...TERMS, budget: 10n ** 10n, maxPendingSteps: 10n ** 10n })).match(/the budget smaller$/);
  });
});
