/** Commitments as bytes, for a store that vouches for what it gives back. */
import { HASH_BYTES } from "../merkle/keccak.ts";
import { Commitment, type LeafSource } from "./commitment.ts";

/**
 * Height, distinct leaves and lowest kept level, eight bytes each, then the leaf that repeats
 * itself.
 */
const HEAD = 3 * 8 + HASH_BYTES;

/** The bytes of a commitment: nodes that are computed again are left out. */
export function encodeCommitment(commitment: Commitment): Uint8Array {
  const { height, distinct, lowest, nodes, last } = commitment.parts;
  const bytes = new Uint8Array(HEAD + nodes.length);
  const view = new DataView(bytes.buffer);
  [height, distinct, lowest].forEach((number, i) => view.setBigUint64(8 * i, BigInt(number)));
  bytes.set(last, HEAD - HASH_BYTES);
  bytes.set(nodes, HEAD);
  return bytes;
}

/** The commitment of some bytes; undefined if they are none of this height. */
export function decodeCommitment(bytes: Uint8Array, wanted: number, source?: LeafSource): Commitment | undefined {
  if (bytes.length <= HEAD) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [height, distinct, lowest] = [0, 8, 16].map((at) => Number(view.getBigUint64(at))) as [number, number, number];
  const nodes = bytes.slice(HEAD);
  const last = bytes.slice(HEAD - HASH_BYTES, HEAD);
  const isSound =
    height === wanted &&
    distinct >= 1 &&
    distinct <= 2 ** height &&
    lowest <= height &&
    nodes.length === HASH_BYTES * Math.ceil(distinct / 2 ** lowest) &&
    (lowest === 0 || source !== undefined);
  return isSound ? new Commitment({ height, distinct, lowest, nodes, last, source }) : undefined;
}
