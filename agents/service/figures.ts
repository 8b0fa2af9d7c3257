/** What a service's situation is, in numbers. Pure. */
import type { Hex } from "viem";
import { type ClaimPhase, type ClaimView, isPending } from "../chain/deal-log.ts";
import { verdict } from "../game/rules.ts";
import type { GameState, Params } from "../game/types.ts";

/** How far a dispute is. */
export type DisputeState = "joining" | "playing" | "decided";

/** A service's situation. */
export interface Figures {
  /** Claims that are not confirmed and not dead, by their phase. */
  readonly claims: Readonly<Partial<Record<ClaimPhase, number>>>;
  /** Root tournaments, by how far they are. */
  readonly disputes: Readonly<Record<DisputeState, number>>;
  /** Bonds of the account's commitments that are still in play, in wei. */
  readonly locked: bigint;
  /** What the account can withdraw from the tournaments, in wei. */
  readonly credit: bigint;
}

/**
 * Counts.
 *
 * @param self the account, lower-case
 * @param now the chain's time, in seconds
 */
export function figuresOf(
  claims: Iterable<ClaimView>,
  game: GameState,
  params: Params,
  self: Hex,
  now: number,
): Figures {
  const phases: Partial<Record<ClaimPhase, number>> = {};
  for (const claim of claims) if (isPending(claim)) phases[claim.phase] = (phases[claim.phase] ?? 0) + 1;
  const disputes = { joining: 0, playing: 0, decided: 0 };
  let locked = 0n;
  for (const { id, level, closes, collected, commitments } of game.tournaments.values()) {
    if (level === 0) {
      const state = verdict(game, id, now).finished ? "decided" : now < closes ? "joining" : "playing";
      disputes[state] += 1;
    }
    for (const { owner, status } of commitments.values()) {
      if (owner === self && status === "alive" && !collected) locked += params.bonds[level] ?? 0n;
    }
  }
  return { claims: phases, disputes, locked, credit: game.credits.get(self) ?? 0n };
}
