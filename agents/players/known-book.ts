/**
 * What is known of a run at this moment. Nobody waits for an answer: what has not been computed yet
 * is undefined, and there at a later look.
 */
import type { Hex } from "viem";
import type { Eight } from "../game/types.ts";

/** A commitment, as far as it can be opened now. */
export interface KnownCommitment {
  readonly root: Hex;
  /** The last leaf: where the run ends. */
  readonly finalState: Hex;
  /**
   * The `FAN_OUT` nodes `MOVE_LEVELS` below node `index` of the given height (the root has the
   * tree's height); undefined if they are not known yet.
   */
  children(height: number, index: bigint): Eight | undefined;
  /** A leaf: the state root after `index` + 1 strides; undefined if it is not known yet. */
  leaf(index: bigint): Hex | undefined;
  /**
   * Siblings of a leaf from the bottom up to, not including, the given height; undefined if they
   * are not known yet.
   */
  proof(index: bigint, height: number): readonly Hex[] | undefined;
}

/**
 * A player's opinion about a run that begins in a tournament's initial state, as far as it is known
 * now. To look something up that is not known asks whoever computes for it; the same question asks
 * once, whoever asks first comes first.
 */
export interface KnownBook {
  /**
   * The commitment over a stretch: at level 0 over the whole run, `path` being empty; below, over
   * the stride that leads to the leaf which `path` names: the positions at the levels above, from
   * the top. Undefined if it is not known yet.
   */
  commitment(path: readonly bigint[]): KnownCommitment | undefined;
  /**
   * The witness of the step before leaf `path`, one position a level; undefined if it is not known
   * yet, or if the player has none to show.
   */
  witness(path: readonly bigint[]): Hex | undefined;
}
