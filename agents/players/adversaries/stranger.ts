/**
 * One that comes into a tournament inside of a match that it has no part in: with garbage that ends
 * as one of the two sides does, which is all that the rules ask for.
 */
import { type Hex, keccak256, stringToHex } from "viem";
import { MOVE_LEVELS } from "../../../verifier/history/game-levels.ts";
import { parent } from "../../game/openings.ts";
import type { Eight, Joining } from "../../game/types.ts";

const NO_SALT: Hex = `0x${"00".repeat(32)}`;

/**
 * A commitment of this height to garbage, but for its last leaf.
 *
 * @param seed - different seeds give different garbage
 */
export function strangersCommitment(seed: string, height: number, finalState: Hex): Joining {
  const same: Hex[] = [keccak256(stringToHex(`stranger ${seed}`))];
  const last: Hex[] = [finalState];
  for (let level = 0; level < height - MOVE_LEVELS; level++) {
    const [garbage, end] = [at(same, level), at(last, level)];
    same.push(parent(garbage, garbage));
    last.push(parent(garbage, end));
  }
  const top = height - MOVE_LEVELS;
  const children = [...Array<Hex>(7).fill(at(same, top)), at(last, top)] as unknown as Eight;
  return { children, finalState, proof: same.slice(0, top), salt: NO_SALT };
}

function at(nodes: readonly Hex[], level: number): Hex {
  return nodes[level] ?? NO_SALT;
}
