/**
 * What parameters mean, and whether honest people can live with them: the rules of docs/money.md
 * and docs/game.md with figures.
 */
import { durationText, etherText } from "../config/amounts.ts";
import { matchTime, ORDINARY_RATES, requiredPeriod, type SlowestPlayer } from "../game/required-period.ts";
import type { SharedParameters, TermsFile } from "./parameters.ts";

/** Of the Tournament; `Params` in ITournament.sol. */
type TournamentParameters = Readonly<Pick<SharedParameters["arbiter"], "period" | "grace">> & {
  readonly heights: readonly number[];
  readonly bonds: readonly bigint[];
};

/** Something to be said about parameters. */
export interface Finding {
  /** `wrong`: a rule is broken and honest people can lose; `fact`: what follows from the numbers. */
  readonly kind: "wrong" | "fact";
  readonly text: string;
}

/** What is assumed about the chain and about everybody's machine. */
export interface Assumptions {
  /** Seconds between two blocks. */
  readonly blockTime: number;
  /** Steps a second of a replay, on the slowest machine that may take part. */
  readonly replay: number;
  /** Steps a second of a commitment at level 0. */
  readonly commitment: number;
  /** Wei a gas, at worst. */
  readonly gasPrice: bigint;
}

/**
 * A public chain; a replay natively, a commitment to a program that stores all over 64 MiB, on one
 * core (docs/performance.md, docs/money.md).
 */
export const ASSUMED: Assumptions = {
  blockTime: 12,
  replay: ORDINARY_RATES.replayRate,
  commitment: ORDINARY_RATES.commitmentRate,
  gasPrice: 50n * 10n ** 9n,
};

/** Levels of a tree that a move descends. */
const MOVE = 3;

/** Blocks from a move of the other side to ours: it is seen, and ours is mined. */
const ANSWER_BLOCKS = 3;

/** Gas (`snapshots/tournament-gas.json`, rounded up) of announcing and joining, of a move, and of a last one. */
const GAS = { enter: 220_000n, enterInner: 115_000n, move: 49_000n, last: 162_000n };

/** Gas that one side of a match may need at a level. */
function levelGas(height: number, level: number): bigint {
  return (level === 0 ? GAS.enter : GAS.enterInner) + GAS.move * BigInt(Math.ceil(height / MOVE / 2)) + GAS.last;
}

/** The slowest honest player; how long it may be censored is what its deadlines leave. */
function playerOf({ blockTime, replay, commitment }: Assumptions): SlowestPlayer {
  const answer = ANSWER_BLOCKS * blockTime;
  return { ...ORDINARY_RATES, censored: 0, answer, replayRate: replay, commitmentRate: commitment };
}

/** Longest that one match takes an honest player, with the levels below it, in seconds: E. */
export function answerTime({ heights }: TournamentParameters, assumed: Assumptions): number {
  return matchTime(heights, 1, playerOf(assumed));
}

/** What the shared contracts' parameters mean. */
export function explainShared({ arbiter, coolingOff }: SharedParameters, assumed: Assumptions): Finding[] {
  const { period, grace, heights, bonds, bounty } = arbiter;
  const answer = answerTime(arbiter, assumed);
  const steps = heights.reduce((sum, height) => sum + height, 0);
  const locked = bonds.reduce((sum, bond) => sum + bond, 0n);
  const findings: Finding[] = [
    fact(
      `a dispute covers 2^${steps} steps at ${heights.length} levels, and takes some ${Math.ceil(steps / MOVE)} moves`,
    ),
    fact(`an honest player needs E = ${durationText(answer)} for a match, with a block every ${assumed.blockTime} s`),
    fact(`it may be kept out of the chain for C = P - E = ${durationText(Math.max(0, period - answer))} in all`),
    fact(`bonds of a dispute: ${etherText(locked)}, given back to who is right, with half of the loser's`),
    fact(`one liar delays a claim by ${durationText(heights.length * period)}, three by more (docs/game.md)`),
    fact(`collateral cools off for ${durationText(coolingOff)} after its worker has quit`),
  ];
  const demand = (holds: boolean, text: string): void => {
    if (!holds) findings.push({ kind: "wrong", text });
  };
  demand(heights.length >= 1 && heights.length <= 4, `heights has ${heights.length} levels; there are one to four`);
  demand(
    heights.every((height) => height % MOVE === 0),
    `heights are ${heights.join(", ")}; each must be a multiple of ${MOVE}`,
  );
  demand(steps <= 60, `heights come to ${steps} together; 60 is the most`);
  demand(bonds.length === heights.length, `there are ${bonds.length} bonds for ${heights.length} levels`);
  demand(period >= answer, `period is ${durationText(period)}; P ≥ C + E, and E alone is ${durationText(answer)}`);
  demand(grace >= answer, `grace is ${durationText(grace)}; G ≥ E, which is ${durationText(answer)}`);
  demand(grace <= period, `grace is ${durationText(grace)}, longer than the period, ${durationText(period)}`);
  for (const [level, bond] of bonds.entries()) {
    const name = `the bond of level ${level}, ${etherText(bond)},`;
    demand(bond > 4n * bounty, `${name} is not above four times the bounty, ${etherText(bounty)}`);
    const needed = 2n * levelGas(heights[level] ?? 0, level) * assumed.gasPrice;
    demand(bond >= needed, `${name} is below ${etherText(needed)}, twice what one side may pay for gas`);
  }
  return findings;
}

/** What a Deal's terms mean over an Arbiter. */
export function explainTerms(terms: TermsFile, arbiter: TournamentParameters, assumed: Assumptions): Finding[] {
  const { budget, maxPending, collateral, reporterShare, price, notice, maxWorkers } = terms;
  const { period, grace, bonds, heights } = arbiter;
  const need = requiredPeriod({ ...terms, period, grace, heights }, playerOf(assumed));
  const steps = Number(budget);
  const replay = steps / assumed.replay;
  const commitment = steps / assumed.commitment;
  const locked = bonds.reduce((sum, bond) => sum + bond, 0n);
  const gas = heights.reduce((sum, height, level) => sum + levelGas(height, level), 0n) * assumed.gasPrice;
  const isEther = (token: string | undefined): boolean => token === undefined || /^0x0+$/.test(token);
  const money = (amount: bigint, token: string | undefined): string =>
    isEther(token) ? etherText(amount) : `${amount} units of ${token}`;
  const burned = (collateral * BigInt(10_000 - reporterShare)) / 10_000n;
  const findings: Finding[] = [
    fact(
      `a fragment takes ${steps.toLocaleString("en")} steps at most: ${durationText(replay)} to replay, ${durationText(commitment)} to commit to`,
    ),
    fact(
      `all that may be pending, ${terms.maxPendingSteps.toLocaleString("en")} steps and one fragment more: ${durationText(need.replay)} to replay, ${durationText(need.commitment)} to commit to`,
    ),
    fact(`an honest validator may be kept out of the chain for C = ${durationText(Math.max(0, period - need.total))}`),
    fact(`a payment comes ${durationText(period)} after its claim, later if it is disputed`),
    fact(
      `a lie about one fragment costs each worker who backs it ${money(collateral, terms.collateralToken)}, ${money(burned, terms.collateralToken)} of it burned: no false claim may gain as much`,
    ),
    fact(
      `a validator locks up to ${etherText(locked)} a dispute, ${etherText(locked * BigInt(maxPending))} if all pending claims are false, and pays some ${etherText(gas)} for gas at ${assumed.gasPrice / 10n ** 9n} gwei`,
    ),
    fact(
      `the customer has at most ${money(price * BigInt(maxPending), terms.paymentToken)} reserved in pending claims; ${maxWorkers} workers share ${money(price, terms.paymentToken)} a fragment`,
    ),
    fact(
      `after close the workers have ${durationText(notice)} to claim what is submitted, and again after each strike`,
    ),
  ];
  const demand = (holds: boolean, text: string): void => {
    if (!holds) findings.push({ kind: "wrong", text });
  };
  demand(
    period >= need.total,
    `period is ${durationText(period)}; P ≥ C + E + pending work, which is ${durationText(need.total)} without C`,
  );
  demand(
    grace >= need.match,
    `grace is ${durationText(grace)}; G ≥ E, which is ${durationText(need.match)} with ${maxPending} disputes at once`,
  );
  demand(
    terms.maxPendingSteps >= budget,
    `maxPendingSteps is ${terms.maxPendingSteps}, less than one fragment may take, ${budget}`,
  );
  demand(steps >= 2 ** 18, `budget is ${steps}; below 2^18 the driver alone could end the program`);
  demand(
    notice >= bonds.length * period,
    `notice is ${durationText(notice)}, shorter than one dispute of ${durationText(bonds.length * period)}`,
  );
  demand(collateral > 0n, "collateral is zero: a lie costs nothing");
  return findings;
}

function fact(text: string): Finding {
  return { kind: "fact", text };
}
