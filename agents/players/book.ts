/**
 * What a player knows of a run: its commitments at every level, and the witness of any step. Honest
 * or not.
 */
import type { Hex } from "viem";
import type { Eight } from "../game/types.ts";

/** A commitment that a player can open anywhere. */
export interface OpenCommitment {
  readonly root: Hex;
  /**
   * The `FAN_OUT` nodes `MOVE_LEVELS` below node `index` of the given height (the root has the
   * tree's height).
   */
  children(height: number, index: bigint): Eight;
  /** A leaf: the state root after `index` + 1 strides. */
  leaf(index: bigint): Hex;
  /** Siblings of a leaf from the bottom up to, not including, the given height. */
  proof(index: bigint, height: number): readonly Hex[];
}

/** A player's opinion about a run that begins in a tournament's initial state. */
export interface Book {
  /**
   * The commitment over a stretch: at level 0 over the whole run, `path` being empty; below, over
   * the stride that leads to the leaf which `path` names: the positions at the levels above, from
   * the top.
   */
  commitment(path: readonly bigint[]): Promise<OpenCommitment>;
  /**
   * The witness of the step before leaf `path`, one position a level; undefined if the player has
   * none to show.
   */
  witness(path: readonly bigint[]): Hex | undefined;
}
