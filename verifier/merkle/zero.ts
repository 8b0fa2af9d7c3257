/**
 * Hashes of subtrees in which every leaf is zero: level 0 is 32 zero bytes, level n + 1 is
 * keccak(zero_n, zero_n).
 */
import { Crash } from "../errors.ts";
import { HASH_BYTES, hashPair } from "./keccak.ts";

/** The greatest level that {@link zeroHash} knows; commitments have at most as many levels. */
export const MAX_LEVEL = 60;

const ZERO_HASHES: readonly Uint8Array[] = zeroHashes();

/** The root of 2^level zero leaves. The array is shared: it must not be changed. */
export function zeroHash(level: number): Uint8Array {
  const hash = ZERO_HASHES[level];
  if (hash === undefined) throw new Crash(`no zero hash of level ${level}: levels go from 0 to ${MAX_LEVEL}`);
  return hash;
}

function zeroHashes(): Uint8Array[] {
  const hashes: Uint8Array[] = [];
  let hash: Uint8Array = new Uint8Array(HASH_BYTES);
  for (let level = 0; level <= MAX_LEVEL; level++) {
    hashes.push(hash);
    hash = hashPair(hash, hash);
  }
  return hashes;
}
