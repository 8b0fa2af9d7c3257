/**
 * What to do with each nonce at a look: sign for a new one, replace what is stuck, send again what
 * was dropped, fill a gap. Pure: the same situation gives the same plan.
 */
import { type Address, formatEther, formatGwei, type Hash, type Hex } from "viem";
import { Crash, Problem } from "../../../verifier/errors.ts";
import type { Attempt, Cargo, Flight } from "../../store/intents.ts";
import type { Failure, Intent } from "../intent.ts";
import { ceiling, type Fees, type Market, offer, progress, raised, tooLow } from "./fees.ts";
import type { Policy } from "./policy.ts";

/** Of a transfer without data. */
const TRANSFER_GAS = 21_000n;

/** A wish that nothing is under way for, fit to be sent. */
export interface Wish {
  readonly intent: Intent;
  readonly data: Hex;
  /** With its reserve. */
  readonly gas: bigint;
}

/** What a plan is made from. */
export interface Situation {
  readonly self: Address;
  /** The chain's time, in seconds. */
  readonly now: number;
  readonly market: Market;
  /** How many of the account's transactions are mined. */
  readonly nonce: number;
  /** First nonce that the node's pool has nothing for. */
  readonly taken: number;
  /** Whether foreign transactions have kept the account waiting for so long that they are replaced. */
  readonly stalled: boolean;
  /** In wei. */
  readonly balance: bigint;
  /** Those that are not mined, by nonce. */
  readonly flights: readonly Flight[];
  /** Attempts that the node doesn't have. */
  readonly absent: ReadonlySet<Hash>;
  /** Attempts that a node refused for their price. */
  readonly underpriced: ReadonlySet<Hash>;
  /** What is wanted, by key. */
  readonly wanted: ReadonlyMap<string, Intent>;
  /** The most urgent first. */
  readonly wishes: readonly Wish[];
  /** Whether there is an endpoint that shows nothing to others. */
  readonly canConceal: boolean;
}

/** One thing to do. */
export type Step =
  | {
      readonly kind: "sign";
      readonly nonce: number;
      readonly cargo: Cargo;
      /** Whether the transaction carries nothing. */
      readonly cancels: boolean;
      readonly fees: Fees;
      readonly shown: boolean;
    }
  | {
      readonly kind: "again";
      readonly nonce: number;
      readonly cargo: Cargo;
      readonly attempt: Attempt;
      readonly shown: boolean;
    };

/** What to do, in this order, and what can't be done. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly failures: readonly Failure[];
}

/** What waits for a nonce: its hurry decides about the nonce's price. */
interface Dependent {
  readonly intent: Intent;
  /** When it was signed first, in seconds. */
  readonly since: number;
}

/** Makes the plan of a look. */
export function planLook(situation: Situation, policy: Policy): Plan {
  const steps: Step[] = [];
  const failures: Failure[] = [];
  const { flights } = situation;
  const reserved = flights.reduce((sum, flight) => sum + costOf(flight), 0n);
  const purse = { left: situation.balance - reserved };
  for (const flight of flights) {
    const step = tend(flight, situation, policy, purse, failures);
    if (step !== undefined) steps.push(step);
  }
  const free = freeNonces(situation, policy);
  const started = start(situation, policy, purse, free, failures);
  const last = Math.max(...flights.map(({ nonce }) => nonce), ...started.map(({ nonce }) => nonce));
  const gaps = fill(situation, policy, purse, free, last);
  steps.push(...started, ...gaps);
  return { steps: steps.sort((a, b) => a.nonce - b.nonce), failures };
}

/** What is left of the balance when all that is under way has been paid. */
interface Purse {
  left: bigint;
}

function tend(
  flight: Flight,
  situation: Situation,
  policy: Policy,
  purse: Purse,
  failures: Failure[],
): Step | undefined {
  const { now, market, absent, underpriced, wanted } = situation;
  const { nonce, cargo } = flight;
  const last = lastOf(flight);
  const intent = cargo.key === undefined ? undefined : wanted.get(cargo.key);
  const cancels = intent === undefined;
  const dependents = dependentsOf(nonce, situation);
  const over = hurry(dependents, now);
  const missing = absent.has(last.hash);
  const shown = last.shown || mayShow(intent, over, situation, policy);
  const again: Step | undefined =
    (missing && last.shown) || (shown && !last.shown)
      ? { kind: "again", nonce, cargo, attempt: last, shown }
      : undefined;

  const age = now - last.at;
  const low = tooLow(last, market) || underpriced.has(last.hash);
  const changes = cancels !== last.cancels;
  const due =
    age >= patience(dependents, now, policy) || (low && age >= policy.blockTime) || (changes && missing && last.shown);
  if (!due) return again;

  const gas = cancels ? TRANSFER_GAS : cargo.gas;
  const most = ceilingFor(dependents, gas, now, policy);
  const fees = raised(last, market, most, over, policy);
  const tell = (problem: Problem): void => {
    if (intent !== undefined) failures.push({ intent, cause: problem });
  };
  if (fees === undefined) {
    if (low) tell(tooExpensive(market, most));
    return again;
  }
  const value = cancels ? 0n : cargo.value;
  const available = purse.left + costOf(flight);
  const cost = value + gas * fees.maxFee;
  if (cost > available) {
    tell(tooPoor(cost, available));
    return again;
  }
  purse.left = available - cost;
  const current = intent === undefined ? cargo : { ...cargo, deadline: intent.deadline, stake: intent.stake };
  return { kind: "sign", nonce, cargo: current, cancels, fees, shown: shown || cancels };
}

/** Signs for wishes, as far as nonces, prices and the balance allow. */
function start(
  situation: Situation,
  policy: Policy,
  purse: Purse,
  free: Iterator<number, never>,
  failures: Failure[],
): Step[] {
  const { market, now, flights, wishes } = situation;
  const steps: Step[] = [];
  for (const { intent, data, gas } of wishes) {
    if (flights.length + steps.length >= policy.flights) break;
    const most = ceiling(intent.stake, gas, 0, policy);
    const fees = offer(market, most, policy);
    if (fees === undefined) {
      failures.push({ intent, cause: tooExpensive(market, most) });
      continue;
    }
    const { key, call, deadline, stake, concealed = false } = intent;
    const { label, to, value = 0n } = call;
    const cost = value + gas * fees.maxFee;
    if (cost > purse.left) {
      failures.push({ intent, cause: tooPoor(cost, purse.left) });
      continue;
    }
    purse.left -= cost;
    const cargo: Cargo = { key, label, to, data, value, gas, deadline, stake, concealed };
    const shown = mayShow(intent, progress(now, deadline, now), situation, policy);
    steps.push({ kind: "sign", nonce: free.next().value, cargo, cancels: false, fees, shown });
  }
  return steps;
}

/** Uses up nonces that nothing is signed for and that later ones wait for. */
function fill(situation: Situation, policy: Policy, purse: Purse, free: Iterator<number, never>, last: number): Step[] {
  const { self, now, market } = situation;
  const steps: Step[] = [];
  for (let nonce = free.next().value; nonce < last; nonce = free.next().value) {
    const dependents = dependentsOf(nonce, situation);
    const fees = offer(market, ceilingFor(dependents, TRANSFER_GAS, now, policy), policy);
    if (fees === undefined || TRANSFER_GAS * fees.maxFee > purse.left) break;
    purse.left -= TRANSFER_GAS * fees.maxFee;
    const cargo: Cargo = { ...NOTHING, to: self, gas: TRANSFER_GAS };
    steps.push({ kind: "sign", nonce, cargo, cancels: true, fees, shown: true });
  }
  return steps;
}

const NOTHING = {
  key: undefined,
  label: "fill a nonce",
  data: "0x",
  value: 0n,
  deadline: Infinity,
  stake: 0n,
  concealed: false,
} as const;

/** Nonces that nothing of ours is signed for, and that no foreign transaction is about to use. */
function* freeNonces({ nonce, taken, stalled, flights }: Situation, policy: Policy): Generator<number, never> {
  const own = new Set(flights.map((flight) => flight.nonce));
  // More than a pool keeps of an account is no hint: it would be a gap that can't be filled.
  const believed = taken - nonce <= policy.flights && !stalled ? taken : nonce;
  for (let next = nonce; ; next++) {
    const foreign = next < believed;
    if (!own.has(next) && !foreign) yield next;
  }
}

/** What can't be mined before a nonce is: what flies at it or after it, and all that comes next. */
function dependentsOf(nonce: number, { flights, wanted, wishes, now }: Situation): Dependent[] {
  const flying = flights.flatMap((flight): Dependent[] => {
    const intent = flight.cargo.key === undefined ? undefined : wanted.get(flight.cargo.key);
    const first = flight.attempts[0];
    return flight.nonce < nonce || intent === undefined || first === undefined ? [] : [{ intent, since: first.at }];
  });
  return [...flying, ...wishes.map(({ intent }) => ({ intent, since: now }))];
}

/** The part of its time that is over for the one whose time is shortest: from 0 to 1. */
function hurry(dependents: readonly Dependent[], now: number): number {
  return Math.max(0, ...dependents.map(({ intent, since }) => progress(since, intent.deadline, now)));
}

/** How long an attempt has before it is replaced, in seconds. */
function patience(dependents: readonly Dependent[], now: number, policy: Policy): number {
  const left = Math.min(Infinity, ...dependents.map(({ intent }) => intent.deadline - now));
  return Math.max(policy.blockTime, Math.min(policy.patience, left / 8));
}

function ceilingFor(dependents: readonly Dependent[], gas: bigint, now: number, policy: Policy): bigint {
  return dependents
    .map(({ intent, since }) => ceiling(intent.stake, gas, progress(since, intent.deadline, now), policy))
    .reduce((most, one) => (one > most ? one : most), ceiling(0n, gas, 0, policy));
}

/** Whether everybody may see it. */
function mayShow(intent: Intent | undefined, over: number, { canConceal, now }: Situation, policy: Policy): boolean {
  if (intent?.concealed !== true || !canConceal) return true;
  return over * 100 >= policy.concealedShare || intent.deadline - now < policy.concealedBlocks * policy.blockTime;
}

/** The most that a flight may cost, in wei. */
function costOf(flight: Flight): bigint {
  const { maxFee, cancels } = lastOf(flight);
  return cancels ? TRANSFER_GAS * maxFee : flight.cargo.value + flight.cargo.gas * maxFee;
}

function lastOf({ nonce, attempts }: Flight): Attempt {
  const last = attempts.at(-1);
  if (last === undefined) throw new Crash(`nothing was signed for nonce ${nonce}`);
  return last;
}

function tooExpensive({ baseFee, tip }: Market, most: bigint): Problem {
  return new Problem(
    `gas costs ${formatGwei(baseFee + tip)} gwei, more than the ${formatGwei(most)} that its stake allows`,
    { hint: "wait until gas is cheaper, or raise the price that is paid for anything" },
  );
}

/** The balance does not reach. Both in wei. */
export function tooPoor(cost: bigint, available: bigint): Problem {
  const have = available > 0n ? available : 0n;
  return new Problem(`${formatEther(cost)} ether are needed, ${formatEther(have)} are left beside what is under way`, {
    hint: `send the account at least ${formatEther(cost - have)} ether`,
  });
}
