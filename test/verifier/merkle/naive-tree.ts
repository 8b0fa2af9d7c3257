/**
 * Merkle trees by their definition, with another keccak: every leaf and every node is there. For
 * small trees.
 */
import { keccak256 } from "ethers";

const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.slice(2), "hex"));

/** keccak-256 of the concatenation. */
export function naiveHash(...parts: readonly Uint8Array[]): Uint8Array {
  return bytesOf(keccak256(Uint8Array.from(Buffer.concat(parts))));
}

/** The levels of a tree over 2^n leaves, the leaves first. */
export function naiveLevels(leaves: readonly Uint8Array[]): Uint8Array[][] {
  const levels = [[...leaves]];
  for (let level = levels[0]!; level.length > 1; level = levels.at(-1)!) {
    levels.push(level.flatMap((node, i) => (i % 2 === 0 ? [naiveHash(node, level[i + 1]!)] : [])));
  }
  return levels;
}

/** A word as 32 bytes. */
export function naiveLeaf(word: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(word.toString(16).padStart(64, "0"), "hex"));
}

/** The root over 2^n words. */
export function naiveRoot(words: readonly bigint[]): Uint8Array {
  return naiveLevels(words.map(naiveLeaf)).at(-1)![0]!;
}
