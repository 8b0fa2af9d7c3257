/**
 * Commits: a header with the precommits of those who agreed. This is what a light client checks of
 * a block; it knows the keys from the Deal, so it needs no trusted header to begin with.
 */
import { equalHashes } from "../merkle/keccak.ts";
import { escaped } from "../printable.ts";
import { ConsensusError } from "./errors.ts";
import { type Header, headerHash } from "./header.ts";
import { hexOf } from "./hex.ts";
import type { Instant } from "./time.ts";
import { type Ballot, type BlockId, PRECOMMIT } from "./vote.ts";
import { checkVotes, sameAddress, type SeatVote } from "./votes.ts";

/** What one validator did: it precommitted the block, or no block, or was not heard of. */
export type CommitSignature =
  | { readonly flag: "absent" }
  | {
      readonly flag: "block" | "nil";
      /** 20 bytes. */
      readonly address: Uint8Array;
      readonly time: Instant;
      /** R ‖ S ‖ V, 65 bytes. */
      readonly signature: Uint8Array;
    };

/** The precommits for a block, in the engine's order of validators. */
export interface Commit {
  readonly height: bigint;
  readonly round: number;
  readonly block: BlockId;
  readonly signatures: readonly CommitSignature[];
}

/** A block as a light client gets it. */
export interface SignedHeader {
  readonly header: Header;
  readonly commit: Commit;
}

/** What a block should be: at which height of which chain. */
export interface ExpectedBlock {
  readonly chainId: string;
  readonly height: bigint;
}

/**
 * Checks that more than two thirds of the seats have precommitted a header. Precommits for no block
 * count for nothing.
 *
 * @param keys - address of each seat's key, 20 bytes, from the Deal
 * @returns the votes that were counted, in the order of the seats
 * @throws ConsensusError naming what is wrong
 */
export function verifyCommit(
  { header, commit }: SignedHeader,
  { chainId, height }: ExpectedBlock,
  keys: readonly Uint8Array[],
): SeatVote[] {
  if (header.chainId !== chainId)
    throw new ConsensusError(`the block is of chain "${escaped(header.chainId)}", not of "${escaped(chainId)}"`);
  if (header.height !== height) throw new ConsensusError(`the block is at height ${header.height}, not at ${height}`);
  if (commit.height !== height) throw new ConsensusError(`the votes are for height ${commit.height}, not ${height}`);
  const hash = headerHash(header);
  if (!equalHashes(commit.block.hash, hash))
    throw new ConsensusError(`the votes are for another block than ${hexOf(hash)}`);
  const votes = votesOf(commit, keys);
  checkVotes(ballotOf(commit, chainId), votes, keys);
  return votes;
}

/** What those who are in a commit have voted for. */
export function ballotOf({ height, round, block }: Commit, chainId: string): Ballot {
  return { chainId, type: PRECOMMIT, height, round, block };
}

function votesOf({ signatures }: Commit, keys: readonly Uint8Array[]): SeatVote[] {
  return signatures
    .flatMap((entry): SeatVote[] => {
      if (entry.flag !== "block") return [];
      const { address, time, signature } = entry;
      const seat = keys.findIndex((key) => sameAddress(key, address));
      if (seat < 0) throw new ConsensusError(`no seat has the key ${hexOf(address)}`);
      return [{ seat, time, signature }];
    })
    .sort((one, other) => one.seat - other.seat);
}
