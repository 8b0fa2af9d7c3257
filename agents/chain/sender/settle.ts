/**
 * What became of the flights: mined, reverted, gone with a reorganisation, final. Pure.
 */
import type { Hash } from "viem";
import type { Flight, Mined } from "../../store/intents.ts";
import type { Policy } from "./policy.ts";

/** What the chain says at a look. */
export interface Findings {
  /** How many of the account's transactions are mined. */
  readonly nonce: number;
  /** Number of the head. */
  readonly head: bigint;
  /** Receipts of attempts, where there are any. */
  readonly receipts: ReadonlyMap<Hash, Mined>;
  /** For how long a mined nonce has had no receipt of ours, in seconds. */
  readonly lostFor: (nonce: number) => number;
}

/** The flights after a look. */
export interface Settled {
  /** Not mined, by nonce. */
  readonly flying: readonly Flight[];
  /** Mined, but not for good. */
  readonly landed: readonly Flight[];
  /** The nonce is used up, by something without a receipt as yet. */
  readonly lost: readonly Flight[];
  /** Other than they were in the journal. */
  readonly changed: readonly Flight[];
  /** To be dropped: final, or somebody else used the nonce. */
  readonly retired: readonly Flight[];
  /** Mined since the look before, and reverted. */
  readonly reverted: readonly Flight[];
}

/** Settles flights by what the chain says. */
export function settle(
  flights: readonly Flight[],
  findings: Findings,
  wanted: ReadonlySet<string>,
  policy: Policy,
): Settled {
  const out = { flying: [], landed: [], lost: [], changed: [], retired: [], reverted: [] } as Record<
    keyof Settled,
    Flight[]
  >;
  for (const flight of flights) {
    const now = found(flight, findings, wanted);
    if (now !== flight) out.changed.push(now);
    const { mined } = now;
    if (mined === undefined) {
      if (now.nonce >= findings.nonce) out.flying.push(now);
      else if (findings.lostFor(now.nonce) >= patience(now, policy)) out.retired.push(now);
      else out.lost.push(now);
      continue;
    }
    if (!mined.success && flight.mined?.hash !== mined.hash) out.reverted.push(now);
    if (findings.head - mined.block >= policy.depth) out.retired.push(now);
    else out.landed.push(now);
  }
  return out;
}

/** A node that lags has a later nonce than receipts: five blocks are enough for it. */
function patience({ cargo }: Flight, { blockTime }: Policy): number {
  return cargo.key === undefined ? 0 : 5 * blockTime;
}

function found(flight: Flight, { nonce, receipts }: Findings, wanted: ReadonlySet<string>): Flight {
  const receipt =
    flight.nonce < nonce ? flight.attempts.map(({ hash }) => receipts.get(hash)).find(Boolean) : undefined;
  const mined = sameMined(flight.mined, receipt) ? flight.mined : receipt;
  const { key } = flight.cargo;
  const over = mined !== undefined && (flight.over || key === undefined || !wanted.has(key));
  return mined === flight.mined && over === flight.over ? flight : { ...flight, mined, over };
}

function sameMined(a: Mined | undefined, b: Mined | undefined): boolean {
  return a?.hash === b?.hash && a?.blockHash === b?.blockHash;
}

/** What flights mean for the wishes that are wanted. */
export interface Standing {
  /** On its way, or carried out: nothing more is to be signed. */
  readonly busy: ReadonlySet<string>;
  /** How often the transaction of a key was mined and reverted. */
  readonly reverts: ReadonlyMap<string, number>;
}

/** Sorts keys by what their flights mean. */
export function standing({ flying, lost, landed }: Settled): Standing {
  const busy = new Set<string>();
  const reverts = new Map<string, number>();
  for (const { cargo } of [...flying, ...lost]) if (cargo.key !== undefined) busy.add(cargo.key);
  for (const flight of landed) {
    const { cargo, mined, attempts, over } = flight;
    if (cargo.key === undefined || mined === undefined || over) continue;
    const cancelled = attempts.some(({ hash, cancels }) => cancels && hash === mined.hash);
    if (cancelled) continue;
    if (mined.success) busy.add(cargo.key);
    else reverts.set(cargo.key, (reverts.get(cargo.key) ?? 0) + 1);
  }
  return { busy, reverts };
}
