/** Levels of the binary trees that commitments are: nodes of 32 bytes, one after the other. */
import { Crash } from "../errors.ts";
import { HASH_BYTES, hashPair } from "../merkle/keccak.ts";
import { hashAll, NODE_BYTES } from "../merkle/keccak-lanes.ts";

/** By level up to `height`, the node over nothing but this leaf. */
export function paddingOver(leaf: Uint8Array, height: number): Uint8Array[] {
  const padding = [leaf];
  for (let level = 0; level < height; level++) {
    const below = padding[level] as Uint8Array;
    padding.push(hashPair(below, below));
  }
  return padding;
}

/**
 * Levels over `nodes`, themselves first: as many as `padding` has, which completes each by the node
 * that has no sibling.
 */
export function levelsOver(nodes: Uint8Array, padding: readonly Uint8Array[]): Uint8Array[] {
  const levels = [nodes];
  padding.slice(0, -1).forEach((pad, i) => levels.push(levelAbove(levels[i] as Uint8Array, pad)));
  return levels;
}

function levelAbove(nodes: Uint8Array, padding: Uint8Array): Uint8Array {
  if (nodes.length % NODE_BYTES === 0) return hashAll(nodes);
  const completed = new Uint8Array(nodes.length + HASH_BYTES);
  completed.set(nodes);
  completed.set(padding, nodes.length);
  return hashAll(completed);
}

/** The node at an index of a level; the bytes are the level's own. */
export function nodeAt(level: Uint8Array | undefined, index: number): Uint8Array {
  const node = level?.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
  if (node?.length !== HASH_BYTES) throw new Crash(`a level has no node ${index}`);
  return node;
}
