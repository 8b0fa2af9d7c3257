/**
 * keccak-256 with the original padding, as Ethereum uses it (yellow paper, section 2): over
 * hash-wasm for bytes of any length, over `keccak-lanes.ts` for the inner nodes of trees.
 *
 * The hasher is created once, when this module loads; from then on every call is synchronous. Both
 * run in browsers too.
 */
import { createKeccak } from "hash-wasm";
import { hashes, hashNodes, nodes } from "./keccak-lanes.ts";

const hasher = await createKeccak(256);

/** Bytes of a hash. */
export const HASH_BYTES = 32;

/** keccak-256 of any bytes: 32 bytes, not shared with anything. */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return hasher.init().update(bytes).digest("binary");
}

/** keccak-256 of two 32-byte hashes, one after the other: an inner node of every tree here. */
export function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array {
  nodes.set(left, 0);
  nodes.set(right, HASH_BYTES);
  hashNodes(1);
  return hashes.slice(0, HASH_BYTES);
}

/** Whether two hashes are the same. */
export function equalHashes(one: Uint8Array, other: Uint8Array): boolean {
  for (let i = 0; i < HASH_BYTES; i++) if (one[i] !== other[i]) return false;
  return true;
}
