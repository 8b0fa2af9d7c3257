/**
 * The rule of parameters: how long the period P has to be, so that an honest player makes it
 * whatever is claimed and challenged. Nobody on chain can check it: it depends on how fast the
 * slowest honest player is.
 *
 * P ≥ C + E + W / replay rate + W / commitment rate, and G ≥ E, where W is `maxPendingSteps` and one
 * `budget` more:
 *
 * - A claim is pending for a period at least, so all that is claimed within one is pending at its
 *   end, and has at most `maxPendingSteps` steps by what the claims say.
 * - The claims before the first false one are true, and so are their steps. The false one may say
 *   what it likes: its fragment takes a budget at most. What is claimed after it needs no replay.
 * - Each of these may be challenged, with garbage if it is true, and then needs a commitment. All
 *   their tournaments close a period after they were opened.
 */
import { Problem } from "../../verifier/errors.ts";
import { MOVE_LEVELS, strideOf } from "../../verifier/history/game-levels.ts";

/** What the rule is about, of an Arbiter and of a Deal. */
export interface PeriodTerms {
  /** P; seconds. */
  readonly period: number;
  /** G; seconds. */
  readonly grace: number;
  readonly heights: readonly number[];
  /** Steps that a fragment may take. */
  readonly budget: bigint;
  readonly maxPending: number;
  readonly maxPendingSteps: bigint;
}

/** The slowest honest player that shall be able to validate a Deal. */
export interface SlowestPlayer {
  /** C: how long it may be censored in all; seconds. */
  readonly censored: number;
  /** From something on the chain until its answer is mined; seconds. */
  readonly answer: number;
  /** Steps a second, run without their history. */
  readonly replayRate: number;
  /** Steps a second of a commitment with a stride of `LONG_STRIDE` and more. */
  readonly commitmentRate: number;
  /** Steps a second of a commitment with a shorter stride, each of which is hashed. */
  readonly hashedRate: number;
}

/**
 * An ordinary machine with the worst program: five times what docs/performance.md has for a store
 * at every step, and a tenth of a native replay.
 */
export const ORDINARY_RATES = { replayRate: 20_000_000, commitmentRate: 200_000, hashedRate: 200_000 } as const;

/** The shortest stride at which hashing is little beside running. */
const LONG_STRIDE = 2n ** 15n;

/** What an honest player may need of a period, part by part; seconds. */
export interface RequiredPeriod {
  readonly censored: number;
  /** E: a match with its inner levels, while all other pending claims are disputed too. */
  readonly match: number;
  readonly replay: number;
  readonly commitment: number;
  /** All of it: what P has to be at least. */
  readonly total: number;
}

/** How long the period of such terms has to be. */
export function requiredPeriod(terms: PeriodTerms, player: SlowestPlayer): RequiredPeriod {
  const work = Number(terms.maxPendingSteps + terms.budget);
  const censored = player.censored;
  const match = matchTime(terms.heights, terms.maxPending, player);
  const replay = work / player.replayRate;
  const commitment = work / rateAt(strideOf(terms.heights, 0), player);
  return { censored, match, replay, commitment, total: censored + match + replay + commitment };
}

/**
 * Checks period and grace.
 * @throws Problem with all figures, and with what would do
 */
export function checkPeriod(terms: PeriodTerms, player: SlowestPlayer): void {
  const { period, grace } = terms;
  const need = requiredPeriod(terms, player);
  if (grace < need.match) {
    throw new Problem(
      `A grace of ${seconds(grace)} is too short: an honest player may need ${seconds(need.match)} for a match with its inner levels, with ${terms.maxPending} disputes at once`,
      { hint: `make the grace ${seconds(need.match)} or more, or the heights below the first smaller` },
    );
  }
  if (period >= need.total) return;
  throw new Problem(
    `A period of ${seconds(period)} is too short: an honest player may need ${seconds(need.total)}, which are ${explained(terms, need)}`,
    { hint: remedy(terms, player, need) },
  );
}

/** The parts of the required period as a sum in words. */
export function explained({ budget, maxPendingSteps }: PeriodTerms, need: RequiredPeriod): string {
  const work = `${maxPendingSteps} pending steps and a budget of ${budget}`;
  return `${seconds(need.censored)} of censorship, ${seconds(need.match)} for a match, ${seconds(need.replay)} to replay ${work}, and ${seconds(need.commitment)} to commit to them`;
}

/** The most pending steps that a period leaves time for; less than a budget: there are none. */
export function mostPendingSteps(terms: PeriodTerms, player: SlowestPlayer): bigint {
  const left = terms.period - player.censored - matchTime(terms.heights, terms.maxPending, player);
  const perStep = 1 / player.replayRate + 1 / rateAt(strideOf(terms.heights, 0), player);
  return BigInt(Math.floor(Math.max(0, left) / perStep)) - terms.budget;
}

function remedy(terms: PeriodTerms, player: SlowestPlayer, need: RequiredPeriod): string {
  const most = mostPendingSteps(terms, player);
  const longer = `make the period ${seconds(need.total)} or more`;
  return most >= terms.budget ? `${longer}, or maxPendingSteps at most ${most}` : `${longer}, or the budget smaller`;
}

/**
 * E: the answers of one match at all its levels, and the inner commitments of all disputes.
 * @param disputes - how many there are at once
 */
export function matchTime(heights: readonly number[], disputes: number, player: SlowestPlayer): number {
  let answers = 2 * heights.length; // to announce and to join, or less
  for (const height of heights) answers += Math.ceil(height / MOVE_LEVELS / 2);
  let committing = 0;
  for (let level = 1; level < heights.length; level++) {
    committing += Number(strideOf(heights, level - 1)) / rateAt(strideOf(heights, level), player);
  }
  return answers * player.answer + disputes * committing;
}

function rateAt(stride: bigint, player: SlowestPlayer): number {
  return stride < LONG_STRIDE ? player.hashedRate : player.commitmentRate;
}

function seconds(count: number): string {
  return `${Math.ceil(count)} s`;
}
