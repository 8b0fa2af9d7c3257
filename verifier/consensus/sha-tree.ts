/**
 * Merkle trees as CometBFT has them: RFC 6962, section 2.1, over SHA-256. A leaf is hashed after a
 * byte 0 and an inner node after a byte 1; the left part of a tree has the largest power of two of
 * leaves that leaves some for the right one.
 */
import { ConsensusError } from "./errors.ts";
import { sha256 } from "./sha256.ts";

const HASH_BYTES = 32;
const LEAF = Uint8Array.of(0);
const INNER = Uint8Array.of(1);

/** Where a leaf is. */
export interface LeafPlace {
  /** From the left. */
  readonly index: number;
  /** How many leaves the tree has. */
  readonly leaves: number;
}

/** The root above some leaves, each any bytes; of none it is the hash of nothing. */
export function treeRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length < 2) return leaves[0] === undefined ? sha256() : sha256(LEAF, leaves[0]);
  const left = leftPart(leaves.length);
  return sha256(INNER, treeRoot(leaves.slice(0, left)), treeRoot(leaves.slice(left)));
}

/**
 * The siblings of the leaf at an index and of every node above it, from the bottom up.
 * @throws ConsensusError if there is no such leaf
 */
export function treeProof(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  checkPlace({ index, leaves: leaves.length });
  if (leaves.length === 1) return [];
  const left = leftPart(leaves.length);
  const [near, far, at] =
    index < left
      ? [leaves.slice(0, left), leaves.slice(left), index]
      : [leaves.slice(left), leaves.slice(0, left), index - left];
  return [...treeProof(near, at), treeRoot(far)];
}

/**
 * The root that a leaf leads to by its proof.
 * @throws ConsensusError if the tree has no such leaf, or a proof of it has another length
 */
export function rootFromProof(leaf: Uint8Array, place: LeafPlace, proof: readonly Uint8Array[]): Uint8Array {
  checkPlace(place);
  const sides = sidesOf(place);
  if (proof.length !== sides.length || proof.some(({ length }) => length !== HASH_BYTES))
    throw new ConsensusError(`a proof of leaf ${place.index} of ${place.leaves} has ${sides.length} hashes`);
  return sides.reduce(
    (node, isRight, i) => {
      const sibling = proof[i]!;
      return isRight ? sha256(INNER, sibling, node) : sha256(INNER, node, sibling);
    },
    sha256(LEAF, leaf),
  );
}

/** For each node on the way up from a leaf whether it is a right child. */
function sidesOf({ index, leaves }: LeafPlace): boolean[] {
  if (leaves === 1) return [];
  const left = leftPart(leaves);
  return index < left
    ? [...sidesOf({ index, leaves: left }), false]
    : [...sidesOf({ index: index - left, leaves: leaves - left }), true];
}

/** Leaves of the left part: the largest power of two below their number. */
function leftPart(leaves: number): number {
  return 2 ** (31 - Math.clz32(leaves - 1));
}

function checkPlace({ index, leaves }: LeafPlace): void {
  if (!Number.isSafeInteger(index) || index < 0 || !(index < leaves) || !(leaves <= 2 ** 31))
    throw new ConsensusError(`a tree of ${leaves} leaves has no leaf ${index}`);
}
