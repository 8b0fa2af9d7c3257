/**
 * A worker: executes the fragments of a Deal, claims their final states, backs claims that it
 * agrees with, confirms what is due.
 */
import { bytesToHex, type Hex } from "viem";
import { recordBytes } from "../../verifier/state/state.ts";
import { attempt } from "../chain/attempt.ts";
import type { Call, Chain } from "../chain/chain.ts";
import { type ClaimView, type DealLog, type DealView, isPending, pendingClaim } from "../chain/deal-log.ts";
import { type Replay, rootHex } from "./replay.ts";

/** A worker, and the time at which it looks at its Deal. */
export interface Situation {
  readonly self: Hex;
  readonly replay: Replay;
  /** The claims' window, in seconds. */
  readonly period: number;
  /** Timestamp of the latest block, in seconds. */
  readonly now: number;
}

/**
 * What a worker does next, given the Deal: at most one call. Pure but for the replay, which is
 * deterministic.
 */
export function workerCall(view: DealView, deal: DealLog, situation: Situation): Call | undefined {
  const { self, replay, period, now } = situation;
  if (!view.workers.has(self)) return undefined;
  for (const fragment of view.fragments) {
    if (replay.endedBefore(fragment.index)) return undefined;
    if (fragment.index < view.resolved) {
      replay.run(fragment);
      continue;
    }
    const claim = pendingClaim(view, fragment.index);
    const before = rootHex(replay.before(fragment.index));
    const { final } = replay.run(fragment);
    if (claim === undefined) {
      const follows = !view.hidden && !view.ended && before === previousState(view, fragment.index);
      if (!follows) return undefined;
      return deal.call("claim", "claim", [fragment.id, before, bytesToHex(recordBytes(final))]);
    }
    if (claim.finalState !== rootHex(final)) return undefined;
    if (!claim.backers.has(self) && now < claim.since + period) return deal.call("back", "back", [claim.id]);
  }
  return undefined;
}

/** The state that a claim about a fragment builds on: the one claimed before it, or the head. */
function previousState(view: DealView, index: number): Hex {
  return index === view.resolved ? view.head : (pendingClaim(view, index - 1)?.finalState ?? "0x");
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

/** A worker's account at work on one Deal. */
export class Worker {
  readonly self: Hex;
  readonly #chain: Chain;
  readonly #deal: DealLog;
  readonly #replay: Replay;
  readonly #period: number;

  /** @param period the claims' window in seconds */
  constructor(chain: Chain, deal: DealLog, self: Hex, replay: Replay, period: number) {
    this.#chain = chain;
    this.#deal = deal;
    this.self = self;
    this.#replay = replay;
    this.#period = period;
  }

  /** Does what is to be done now; tells whether there was anything. */
  async poll(): Promise<boolean> {
    const view = await this.#deal.view();
    const now = await this.#chain.now();
    const situation = { self: this.self, replay: this.#replay, period: this.#period, now };
    const due = confirmable(view, situation.period, situation.now);
    const call =
      due === undefined ? workerCall(view, this.#deal, situation) : this.#deal.call("confirm", "confirm", [due.id]);
    return call !== undefined && attempt(this.#chain, this.self, call);
  }
}
