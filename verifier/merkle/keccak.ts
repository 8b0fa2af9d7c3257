/**
 * keccak-256 with the original padding, as Ethereum uses it (yellow paper, section 2), over hash-wasm.
 *
 * The hasher is created once, when this module loads; from then on every call is synchronous. hash-wasm runs in browsers too.
 */
import { createKeccak } from "hash-wasm";

const hasher = await createKeccak(256);

/** Bytes of a hash. */
export const HASH_BYTES = 32;

/** keccak-256 of any bytes: 32 bytes, not shared with anything. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return hasher.init().update(bytes).digest("binary");
}

const pair = new Uint8Array(2 * HASH_BYTES);

/** keccak-256 of two 32-byte hashes, one after the other: an inner node of every tree here. */
export function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array {
  pair.set(left, 0);
  pair.set(right, HASH_BYTES);
  return hasher.init().update(pair).digest("binary");
}

/** Whether two hashes are the same. */
export function equalHashes(one: Uint8Array, other: Uint8Array): boolean {
  for (let i = 0; i < HASH_BYTES; i++) if (one[i] !== other[i]) return false;
  return true;
}
