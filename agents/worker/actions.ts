/**
 * What a worker does next about a whole Deal: a pure function of the Deal, of what the worker knows
 * and of the time.
 */
import type { Hex } from "viem";
import { type ClaimView, type DealView, fragmentsFrom, isPending, pendingClaim } from "../chain/deal-log.ts";
import { type Contracts, type Duty, dutyOf } from "../chain/duty.ts";
import { canBeat } from "../players/decide.ts";
import { NEVER, ordered, type Play } from "../players/play.ts";
import type { Runs } from "./runs.ts";

/** What a worker knows beside what everybody can read. */
export interface OwnWork {
  /** Its account. */
  readonly self: Hex;
  readonly contracts: Contracts;
  /** The claims' window, in seconds. */
  readonly period: number;
  /** Its runs of the fragments, as far as it has got with them. */
  readonly runs: Pick<Runs, "replayed">;
  /** What its part of a fragment's price is worth, in wei: fees are capped by it. */
  readonly worth: bigint;
}

/**
 * What a worker does next: backs claims that it agrees with, confirms what is due, claims the next
 * fragment. The most urgent first.
 *
 * @param now timestamp of the latest block, in seconds
 */
export function workerActions(view: DealView, own: OwnWork, now: number): Duty[] {
  const plays = [...confirms(view, own, now), ...work(view, own, now)];
  return ordered(plays).map((play) => dutyOf(play, own.self, own.contracts));
}

/**
 * The oldest pending claim, if its window is over and nothing is in dispute: then it can be
 * confirmed.
 */
export function confirmable(view: DealView, period: number, now: number): ClaimView | undefined {
  const oldest = [...view.claims.values()].find(isPending);
  const due = oldest !== undefined && oldest.phase !== "disputed" && now >= oldest.since + period;
  return due ? oldest : undefined;
}

function confirms(view: DealView, { period, worth }: OwnWork, now: number): Play[] {
  const due = confirmable(view, period, now);
  return due === undefined ? [] : [{ deed: { kind: "confirm", claim: due.id }, deadline: NEVER, stake: worth }];
}

/**
 * Goes along the chain of claims as far as the worker's own runs agree with it, and claims what
 * comes next.
 */
function work(view: DealView, own: OwnWork, now: number): Play[] {
  const plays: Play[] = [];
  if (!view.workers.has(own.self)) return plays;
  let previous = view.head;
  for (const fragment of fragmentsFrom(view, view.resolved)) {
    const replayed = own.runs.replayed(fragment.id);
    if (replayed.phase !== "done" || replayed.run.before.root !== previous) return plays;
    const { final } = replayed.run;
    const claim = pendingClaim(view, fragment.index);
    if (claim === undefined) {
      const deadline = view.closesAt === 0 ? NEVER : view.closesAt;
      if (view.hidden || view.ended || !canBeat(now, deadline)) return plays;
      const deed = { kind: "claim", fragment: fragment.id, previous, record: final.record } as const;
      return [...plays, { deed, deadline, stake: own.worth }];
    }
    if (claim.finalState !== final.root) return plays;
    const deadline = claim.since + own.period;
    if (!claim.backers.has(own.self) && canBeat(now, deadline))
      plays.push({ deed: { kind: "back", claim: claim.id }, deadline, stake: own.worth });
    previous = final.root;
  }
  return plays;
}
