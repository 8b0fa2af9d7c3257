/** What a validator brings along beside what everybody can read, and what follows from it about a claim. */
import type { Hex } from "viem";
import { type ClaimView, type DealView, fragmentAt } from "../chain/deal-log.ts";
import type { Contracts } from "../chain/duty.ts";
import { lowerCase } from "../chain/lower-case.ts";
import { tournamentId } from "../game/openings.ts";
import type { GameState, Params } from "../game/types.ts";
import type { Twist } from "../players/play.ts";
import type { RunFacts } from "../replay/replayer.ts";
import type { Runs } from "../worker/runs.ts";
import type { Mode } from "./modes.ts";

/** What a validator knows beside what everybody can read. */
export interface Own {
  /** Its account. */
  readonly self: Hex;
  readonly contracts: Contracts;
  /** Of the Tournament contract. */
  readonly params: Params;
  /** Its runs of the fragments, as far as it has got with them. */
  readonly runs: Pick<Runs, "replayed" | "book">;
  /** 32 bytes that blind what it announces for a tournament. */
  readonly saltOf: (tournament: Hex) => Hex;
  /** What its account has, in wei. */
  readonly wallet: bigint;
  /** What it may do; everything by default. */
  readonly mode?: Mode | undefined;
  /** Seconds that a claim must be old before a bond is announced for it; 0 by default. */
  readonly settling?: number | undefined;
  /** What it leaves out or spoils; an honest validator has none. */
  readonly twist?: Twist | undefined;
}

/** Claims do not change their names: each is hashed once. */
const tournaments = new WeakMap<ClaimView, Hex>();

/** The tournament about a claim of a Deal. */
export function tournamentOf(claim: ClaimView, { contracts }: Pick<Own, "contracts">): Hex {
  const known = tournaments.get(claim) ?? tournamentId(lowerCase(contracts.deal), claim.id);
  tournaments.set(claim, known);
  return known;
}

/** The validator's own run of the fragment that a claim is about, if it began in the same state. */
export function runBelow(view: DealView, claim: ClaimView, { runs }: Pick<Own, "runs">): RunFacts | undefined {
  const fragment = fragmentAt(view, claim.fragment);
  const replayed = fragment && runs.replayed(fragment.id);
  return replayed?.phase === "done" && replayed.run.before.root === claim.previous ? replayed.run : undefined;
}

/** Whether a validator's mode lets it act about a claim and in its dispute. */
export function takesPart(view: DealView, game: GameState, own: Own, claim: ClaimView): boolean {
  const { mode = "full", self } = own;
  if (mode !== "defend") return mode === "full";
  const row = claim.phase === "open" ? undefined : game.tournaments.get(tournamentOf(claim, own));
  if (row === undefined) return false;
  const computed = runBelow(view, claim, own)?.final.root;
  const commitments = [...row.commitments.values()];
  return (
    claim.finalState === computed ||
    commitments.some(({ owner, finalState }) => owner === self || finalState === computed)
  );
}
