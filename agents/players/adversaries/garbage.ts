/**
 * One that commits to garbage: every leaf at every level is the same hash, which is no state of
 * anything.
 */
import { type Hex, keccak256, stringToHex } from "viem";
import { FAN_OUT, heightOf, MOVE_LEVELS } from "../../../verifier/history/game-levels.ts";
import { parent } from "../../game/openings.ts";
import type { Eight } from "../../game/types.ts";
import type { KnownBook, KnownCommitment } from "../known-book.ts";

/**
 * A book of garbage. It can open its commitments, so it plays to the bottom; a witness it has not,
 * so there it runs out of time.
 *
 * @param seed - different seeds give different garbage
 * @param heights - of the tournament's levels
 */
export function garbageBook(seed: string, heights: readonly number[]): KnownBook {
  const leaf = keccak256(stringToHex(`garbage ${seed}`));
  return {
    commitment: (path) => uniformCommitment(leaf, heightOf(heights, path.length)),
    witness: () => undefined,
  };
}

/** A commitment all of whose leaves are the same: a node depends on its height alone. */
function uniformCommitment(leaf: Hex, height: number): KnownCommitment {
  const nodes = [leaf];
  for (let level = 0; level < height; level++) nodes.push(parent(nodes[level] ?? leaf, nodes[level] ?? leaf));
  const node = (level: number): Hex => nodes[level] ?? leaf;
  return {
    root: node(height),
    finalState: leaf,
    children: (at) => Array<Hex>(FAN_OUT).fill(node(at - MOVE_LEVELS)) as unknown as Eight,
    leaf: () => leaf,
    proof: (_index, upTo) => nodes.slice(0, upTo),
  };
}
