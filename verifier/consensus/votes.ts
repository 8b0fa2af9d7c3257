/**
 * Votes for one block as a proof that a cluster agreed: the twin of `contracts/cluster/Votes.sol`.
 */
import { equalHashes } from "../merkle/keccak.ts";
import { sameBytes } from "../merkle/same-bytes.ts";
import { ConsensusError } from "./errors.ts";
import { hexOf } from "./hex.ts";
import { ADDRESS_BYTES, signerOf } from "./signature.ts";
import type { Instant } from "./time.ts";
import { type Ballot, signBytes } from "./vote.ts";

/** A vote without what it is for. */
export interface SeatVote {
  /** Number of the seat whose key has signed. */
  readonly seat: number;
  readonly time: Instant;
  /** R ‖ S ‖ V, 65 bytes. */
  readonly signature: Uint8Array;
}

/** Whether so many of the seats are more than two thirds. */
export function isMajority(signers: number, seats: number): boolean {
  return 3 * signers > 2 * seats;
}

/**
 * Checks votes of more than two thirds of the seats, each at most once.
 *
 * @param keys - address of each seat's key, 20 bytes
 * @throws ConsensusError for a vote of another key or a seat that there is not, for two of one
 *   seat, for votes for no block, and for too few
 */
export function checkVotes(ballot: Ballot, votes: readonly SeatVote[], keys: readonly Uint8Array[]): void {
  if (ballot.block === undefined) throw new ConsensusError("votes for no block claim nothing");
  const voted = new Set<number>();
  for (const { seat, time, signature } of votes) {
    const key = keys[seat];
    if (key === undefined) throw new ConsensusError(`there is no seat ${seat}`);
    if (voted.has(seat)) throw new ConsensusError(`seat ${seat} has two votes`);
    voted.add(seat);
    checkSigner(signBytes(ballot, time), signature, key, `of seat ${seat}`);
  }
  if (!isMajority(voted.size, keys.length))
    throw new ConsensusError(`${voted.size} of ${keys.length} seats are not more than two thirds`);
}

function checkSigner(signed: Uint8Array, signature: Uint8Array, key: Uint8Array, place: string): void {
  let signer: Uint8Array;
  try {
    signer = signerOf(signed, signature);
  } catch (error) {
    const problem = error instanceof ConsensusError ? error.problem : "the signature is malformed";
    throw new ConsensusError(problem, { place: `vote ${place}`, cause: error });
  }
  if (!sameAddress(signer, key))
    throw new ConsensusError(`the vote ${place} is not signed by ${hexOf(key)}`, {
      hint: "See whether it is for this chain, height, round and block",
    });
}

/** Whether two addresses are the same. */
export function sameAddress(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === ADDRESS_BYTES && sameBytes(one, other);
}

/** A whole vote: what for, when, and the signature. */
export interface SignedVote {
  readonly ballot: Ballot;
  readonly time: Instant;
  readonly signature: Uint8Array;
}

/**
 * Who has voted twice: two votes of one key on one chain, of one type, at one height and round, and
 * for different blocks, or one of them for none.
 * @returns the address of the key
 * @throws ConsensusError if the votes are not that
 */
export function equivocatorOf(one: SignedVote, other: SignedVote): Uint8Array {
  const [a, b] = [one.ballot, other.ballot];
  if (a.chainId !== b.chainId || a.type !== b.type || a.height !== b.height || a.round !== b.round)
    throw new ConsensusError("the votes are of two occasions");
  if (sameBlock(a, b)) throw new ConsensusError("both votes are for the same block");
  const [signer, second] = [one, other].map(({ ballot, time, signature }) =>
    signerOf(signBytes(ballot, time), signature),
  );
  if (!sameAddress(signer!, second!)) throw new ConsensusError("the votes are of two keys");
  return signer!;
}

function sameBlock({ block: one }: Ballot, { block: other }: Ballot): boolean {
  if (one === undefined || other === undefined) return one === other;
  const { hash, parts } = one;
  return (
    equalHashes(hash, other.hash) && parts.total === other.parts.total && equalHashes(parts.hash, other.parts.hash)
  );
}
