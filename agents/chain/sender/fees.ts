/** What a transaction offers for its gas, and how the offer rises until it is mined. Pure. */
import type { Policy } from "./policy.ts";

/** Both fees of EIP-1559, per gas, in wei. */
export interface Fees {
  /** `maxFeePerGas` */
  readonly maxFee: bigint;
  /** `maxPriorityFeePerGas` */
  readonly tip: bigint;
}

/** What the chain asks for at the moment, per gas, in wei. */
export interface Market {
  /** Of the next block. */
  readonly baseFee: bigint;
  /** With which others are mined. */
  readonly tip: bigint;
}

/** What part of the time from the first attempt to the deadline is over: from 0 to 1. */
export function progress(first: number, deadline: number, now: number): number {
  if (now >= deadline) return 1;
  return Math.min(1, Math.max(0, (now - first) / (deadline - first)));
}

/**
 * The most that may be offered per gas: what is paid for anything, or a share of the stake that
 * grows with the part of the time that is over.
 */
export function ceiling(stake: bigint, gas: bigint, over: number, { share, ordinaryPrice }: Policy): bigint {
  const [first, last] = share;
  const basis = first * 100n + ((last - first) * BigInt(Math.round(over * 10_000))) / 100n;
  const ofStake = gas === 0n ? 0n : (stake * basis) / 10_000n / gas;
  return ofStake > ordinaryPrice ? ofStake : ordinaryPrice;
}

/**
 * The first offer: the base fee may double, which takes six full blocks, before it is too low.
 * Undefined if not even the next block is to be had below the ceiling.
 */
export function offer(market: Market, most: bigint, policy: Policy): Fees | undefined {
  const tip = usual(market, policy);
  if (market.baseFee + tip > most) return undefined;
  return { maxFee: min(2n * market.baseFee + tip, most), tip };
}

/**
 * The next offer after one that was not taken. Nodes want at least 10 % more in both fees, some
 * 12.5 %; the nearer the deadline, the larger the step. Undefined if that is above the ceiling.
 */
export function raised(before: Fees, market: Market, most: bigint, over: number, policy: Policy): Fees | undefined {
  const least = { maxFee: eighths(before.maxFee, 9n), tip: eighths(before.tip, 9n) };
  if (least.maxFee > most || least.tip > most) return undefined;
  const step = over < 0.5 ? 9n : over < 0.75 ? 12n : 16n;
  const wanted = max(eighths(before.tip, step), usual(market, policy));
  const tip = max(least.tip, min(wanted, most));
  const maxFee = max(least.maxFee, min(2n * market.baseFee + tip, most));
  return { maxFee, tip: min(tip, maxFee) };
}

/** Whether an offer is too low for the next block. */
export function tooLow({ maxFee }: Fees, { baseFee }: Market): boolean {
  return maxFee < baseFee;
}

/** The tip that others pay, within what is believed of it. */
function usual({ tip }: Market, { leastTip, mostTip }: Policy): bigint {
  return max(leastTip, min(tip, mostTip));
}

/** Rounded up. */
function eighths(value: bigint, count: bigint): bigint {
  return (value * count + 7n) / 8n;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
