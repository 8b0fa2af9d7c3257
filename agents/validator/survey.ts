/** What somebody who watches a Deal wants to know of each claim that is pending. Pure. */
import type { Hex } from "viem";
import { type ClaimPhase, type ClaimView, type DealView, fragmentAt, isPending } from "../chain/deal-log.ts";
import { verdict } from "../game/rules.ts";
import type { GameState } from "../game/types.ts";
import { clockEnd, isEnded, outlook } from "../players/outlook.ts";
import { family, matchesOf } from "../players/table.ts";
import { type Own, runBelow, tournamentOf } from "./own.ts";

/**
 * What one's own replay says of a claim. `baseless`: it begins in another state than the replay
 * does, so a claim before it is wrong, or the replay.
 */
export type Opinion = "agree" | "disagree" | "baseless" | "not replayed";

/** Whether the chain takes what was computed if nobody challenges, joins or moves any more. */
export type Lead = "ahead" | "behind" | "unknown";

/** The next instant at which something becomes impossible. */
export interface Deadline {
  readonly what: "challenge" | "join" | "move";
  /** Whose clock it is; undefined: anybody's. */
  readonly owner: Hex | undefined;
  readonly claim: Hex;
  readonly fragment: number;
  /** In seconds of the chain's time. */
  readonly at: number;
}

/** A claim's dispute. */
export interface DisputeSurvey {
  readonly tournament: Hex;
  readonly state: "joining" | "playing" | "decided";
  /** Commitments at level 0 that are not out, and those that ever joined. */
  readonly alive: number;
  readonly joined: number;
  /** Matches that are being played, at all levels. */
  readonly matches: number;
  /** When it ends if nobody joins or moves any more. */
  readonly ends: number;
  /** Bonds of commitments that are not out, at all levels, in wei; and those of the account. */
  readonly bonds: bigint;
  readonly ownBonds: bigint;
}

/** A claim that is pending. */
export interface ClaimSurvey {
  readonly claim: Hex;
  readonly fragment: number;
  readonly worker: Hex;
  readonly backers: number;
  readonly phase: ClaimPhase;
  readonly opinion: Opinion;
  readonly lead: Lead;
  /** Collateral of its backers, in the token's smallest unit. */
  readonly collateral: bigint;
  readonly dispute: DisputeSurvey | undefined;
  readonly deadline: Deadline | undefined;
  /** What anybody can do to bring it to an end. */
  readonly due: "confirm" | "resolve" | "settle" | undefined;
}

/** What the survey goes by. */
export interface Surveyor extends Pick<Own, "self" | "contracts" | "params" | "runs"> {
  /** Of each worker. */
  readonly collateral: bigint;
}

/**
 * Every pending claim, the oldest first.
 *
 * @param now timestamp of the latest block, in seconds
 */
export function survey(view: DealView, game: GameState, own: Surveyor, now: number): ClaimSurvey[] {
  const pending = [...view.claims.values()].filter(isPending);
  return pending.map((claim, place) => {
    const { id, fragment, worker, backers, phase } = claim;
    const dispute = disputeOf(claim, game, own, now);
    return {
      ...{ claim: id, fragment, worker, backers: backers.size, phase, dispute },
      opinion: opinionOf(view, claim, own),
      lead: leadOf(view, claim, game, own, now),
      collateral: own.collateral * BigInt(backers.size),
      deadline: deadlineOf(claim, game, own, now),
      due: dueOf(claim, game, own, now, place === 0, dispute),
    };
  });
}

/** The first of all deadlines. */
export function nearest(claims: readonly ClaimSurvey[]): Deadline | undefined {
  return claims.flatMap(({ deadline }) => deadline ?? []).toSorted((a, b) => a.at - b.at)[0];
}

function opinionOf(view: DealView, claim: ClaimView, own: Surveyor): Opinion {
  const run = runBelow(view, claim, own);
  if (run !== undefined) return run.final.root === claim.finalState ? "agree" : "disagree";
  const fragment = fragmentAt(view, claim.fragment);
  const isDone = fragment !== undefined && own.runs.replayed(fragment.id).phase === "done";
  return isDone ? "baseless" : "not replayed";
}

function leadOf(view: DealView, claim: ClaimView, game: GameState, own: Surveyor, now: number): Lead {
  const computed = runBelow(view, claim, own)?.final.root;
  if (computed === undefined) return "unknown";
  if (claim.phase !== "disputed") return claim.finalState === computed ? "ahead" : "behind";
  const end = outlook(game, own.params, tournamentOf(claim, own), now);
  return end?.winner?.finalState === computed ? "ahead" : "behind";
}

function disputeOf(
  claim: ClaimView,
  game: GameState,
  { params, self, contracts }: Surveyor,
  now: number,
): DisputeSurvey | undefined {
  const row = claim.phase === "open" ? undefined : game.tournaments.get(tournamentOf(claim, { contracts }));
  if (row === undefined) return undefined;
  const { finished } = verdict(game, row.id, now);
  let [bonds, ownBonds, matches] = [0n, 0n, 0];
  for (const inside of family(game, row)) {
    matches += matchesOf(game, inside).filter(({ phase }) => phase !== "done").length;
    for (const { owner, status } of inside.commitments.values()) {
      if (status === "out" || inside.collected) continue;
      const bond = params.bonds[inside.level] ?? 0n;
      bonds += bond;
      if (owner === self) ownBonds += bond;
    }
  }
  const commitments = [...row.commitments.values()];
  const state: DisputeSurvey["state"] = finished ? "decided" : now < row.closes ? "joining" : "playing";
  return {
    ...{ tournament: row.id, state, matches, bonds, ownBonds, joined: commitments.length },
    alive: commitments.filter(({ status }) => status === "alive").length,
    ends: outlook(game, params, row.id, now)?.at ?? now,
  };
}

function deadlineOf(claim: ClaimView, game: GameState, own: Surveyor, now: number): Deadline | undefined {
  const { id, fragment, phase, since } = claim;
  const about = { claim: id, fragment };
  if (phase === "open") {
    const at = since + own.params.period;
    return at > now ? { what: "challenge", owner: undefined, ...about, at } : undefined;
  }
  const root = game.tournaments.get(tournamentOf(claim, own));
  const deadlines = (root === undefined ? [] : family(game, root)).flatMap((row): Deadline[] => [
    ...(row.closes > now ? [{ what: "join" as const, owner: undefined, ...about, at: row.closes }] : []),
    ...matchesOf(game, row).flatMap((match): Deadline[] => {
      const at = clockEnd(match, now);
      const owner = row.commitments.get(match[match.turn])?.owner;
      return at === undefined ? [] : [{ what: "move", owner, ...about, at }];
    }),
  ]);
  return deadlines.toSorted((a, b) => a.at - b.at)[0];
}

function dueOf(
  claim: ClaimView,
  game: GameState,
  own: Surveyor,
  now: number,
  isOldest: boolean,
  dispute: DisputeSurvey | undefined,
): ClaimSurvey["due"] {
  if (claim.phase !== "disputed") return isOldest && now >= claim.since + own.params.period ? "confirm" : undefined;
  if (dispute?.state === "decided") return isOldest ? "settle" : undefined;
  const root = game.tournaments.get(tournamentOf(claim, own));
  const rows = root === undefined ? [] : family(game, root);
  const isDue = rows.some((row) => matchesOf(game, row).some((match) => isEnded(game, match, now)));
  return isDue ? "resolve" : undefined;
}
