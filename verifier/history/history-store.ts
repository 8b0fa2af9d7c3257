/**
 * Where a history is kept beyond its process. What is stored is an aid: if it is lost, the run goes
 * on without it.
 */
import type { State } from "../state/state.ts";
import type { Snapshot } from "./snapshots.ts";

/**
 * Where a commitment stands: 2^height leaves, of which leaf i is the root after start + (i + 1) *
 * stride steps.
 */
export interface CommitmentPlace {
  readonly start: bigint;
  readonly stride: bigint;
  readonly height: number;
}

/** Keeps states and commitments of one history, which must be an honest one. No call throws. */
export interface HistoryStore {
  /**
   * Keeps the state after `step` steps. Gives whether that went well; it may give way to others
   * later.
   */
  keep(step: bigint, state: State): boolean;
  /** The steps whose states are kept, ascending. */
  steps(): bigint[];
  /** The kept state with the greatest step that is not beyond `step`. */
  nearest(step: bigint): Snapshot | undefined;
  /** Keeps the bytes of a commitment. Gives whether that went well. */
  keepCommitment(place: CommitmentPlace, bytes: Uint8Array): boolean;
  /** The bytes of a commitment, if they are kept. */
  commitment(place: CommitmentPlace): Uint8Array | undefined;
}
