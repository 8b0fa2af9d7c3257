/** What must hold after every play, whatever went wrong in it. */
import { formatEther, type Hex, toFunctionSelector } from "viem";
import { delayInPeriods } from "../game/delay-bound.ts";
import { accountsOf } from "./accounts.ts";
import { type Ledger, readLedger } from "./ledger.ts";
import type { Ending } from "./play.ts";
import { HONEST, PERIOD } from "./schedule.ts";
import { Tally } from "./tally.ts";

const WITHDRAW = toFunctionSelector("withdraw(address)");

/** What a play has come to. */
export interface Judgement {
  /** What does not hold, in one line each; none if all is well. */
  readonly broken: readonly string[];
  /** Undefined if it could not be played to its end. */
  readonly measured: Measured | undefined;
}

/** A play in numbers. */
export interface Measured {
  /** The longest of its disputes, in periods; 0 without one. */
  readonly delay: number;
  /** The most that it may be, by docs/game.md. */
  readonly delayBound: number;
  /** The most that the validator had in bonds in one dispute, in wei. */
  readonly locked: bigint;
  /** What the liars have paid in as bonds, in wei. */
  readonly liarsLocked: bigint;
  /** Of the whole play, and of the validator; reverted ones count. */
  readonly transactions: number;
  readonly gas: bigint;
  readonly validatorTransactions: number;
  readonly validatorReverts: number;
  readonly validatorGas: bigint;
  readonly looks: number;
  readonly lives: number;
  readonly reorganisations: number;
  readonly commitments: number;
}

/** Judges a play. */
export async function judge(ending: Ending): Promise<Judgement> {
  const { world, schedule, firstBlock } = ending;
  const { tournaments } = world.deployment(schedule.heights);
  const ledger = await readLedger(world, tournaments.address, firstBlock);
  const tally = new Tally(ledger.events, tournaments.params, world.cast.validator);
  const measured = measure(ending, ledger, tally);
  const entries = await accountsOf(ending, ledger, tally);
  const wrong = entries.filter(({ due, actual }) => due !== actual);
  const broken = [
    ...truthWins(ending),
    ...wrong.map(({ what, due, actual }) => `${what}: ${formatEther(actual)} ether, due are ${formatEther(due)}`),
    ...twice(ledger),
    ...(tally.losses > 0 ? [`the validator's commitments have lost ${tally.losses} matches`] : []),
    ...lockedTooMuch(tally, tournaments.params.bonds),
    ...delayed(tally, schedule.heights.length),
    ...HONEST.flatMap((role) =>
      [...new Set(ending.services[role].crashes)].map((text) => `fault of the ${role}: ${text}`),
    ),
  ];
  return { broken, measured };
}

/** Everything that was submitted is decided, and as it really is. */
function truthWins({ isOver, schedule, view, truth, looks }: Ending): string[] {
  const broken = isOver ? [] : [`it was not over after ${looks} blocks`];
  const { fragments, resolved, claims, hidden, head } = view;
  if (fragments.length < schedule.fragments.length) broken.push(`${fragments.length} fragments were submitted`);
  if (resolved < fragments.length) broken.push(`of ${fragments.length} fragments ${resolved} were decided`);
  if (hidden) broken.push("nobody has shown what the last verdict installed");
  if (resolved > 0 && head !== truth.at(fragments, resolved - 1).root) broken.push("the head is not the true state");
  for (const { phase, fragment, previous, finalState } of claims.values()) {
    const run = truth.at(fragments, fragment);
    const isTrue = run.previous === previous && run.root === finalState;
    if (phase === "confirmed" && !isTrue) broken.push(`a false claim about fragment ${fragment} was confirmed`);
    if (phase === "struck" && isTrue) broken.push(`the true claim about fragment ${fragment} was struck`);
  }
  return broken;
}

/**
 * Nothing is done twice but to withdraw, which is another thing each time, and to use up a nonce by
 * an empty transaction.
 */
function twice({ mined }: Ledger): string[] {
  return HONEST.flatMap((role) => {
    const done = mined[role].filter(({ success, data }) => success && data !== "0x" && !data.startsWith(WITHDRAW));
    const seen = new Set<Hex>();
    const again = done.filter(({ data }) => seen.size === seen.add(data).size);
    return again.map(({ data }) => `the ${role} has done the same twice: ${data.slice(0, 10)}`);
  });
}

/** A bond of each level, whatever the number of liars. */
function lockedTooMuch({ mostLocked }: Tally, bonds: readonly bigint[]): string[] {
  const most = bonds.reduce((sum, bond) => sum + bond, 0n);
  if (mostLocked <= most) return [];
  return [`the validator had ${formatEther(mostLocked)} ether in bonds at a time, not ${formatEther(most)}`];
}

function delayed({ courses }: Tally, levels: number): string[] {
  return [...courses.values()].flatMap(({ opened, finished, commitments }) => {
    const bound = delayInPeriods(levels, commitments - 1);
    const took = (finished - opened) / PERIOD;
    return took <= bound
      ? []
      : [`a dispute with ${commitments} commitments took ${took.toFixed(2)} periods, not ${bound}`];
  });
}

function measure(
  ending: Ending,
  { mined, transactions, gas }: Ledger,
  { courses, mostLocked, othersPaid }: Tally,
): Measured {
  const all = [...courses.values()];
  const levels = ending.schedule.heights.length;
  const { validator } = mined;
  return {
    delay: Math.max(0, ...all.map(({ opened, finished }) => (finished - opened) / PERIOD)),
    delayBound: Math.max(0, ...all.map(({ commitments }) => delayInPeriods(levels, commitments - 1))),
    ...{ locked: mostLocked, liarsLocked: othersPaid, transactions, gas, validatorTransactions: validator.length },
    validatorReverts: validator.filter(({ success }) => !success).length,
    validatorGas: validator.reduce((sum, one) => sum + one.gas, 0n),
    looks: ending.looks,
    lives: HONEST.reduce((sum, role) => sum + ending.services[role].lives, 0),
    reorganisations: ending.reorganisations,
    commitments: all.reduce((sum, one) => sum + one.commitments, 0),
  };
}
