/**
 * What a validator signs when it votes: `CanonicalVote` of CometBFT
 * (`proto/tendermint/types/canonical.proto`, v0.40), after its length. `contracts/cluster/Votes.sol`
 * builds the same bytes on chain.
 */
import { ConsensusError } from "./errors.ts";
import { bytesField, concat, delimited, fixedField, integerField, messageField } from "./protobuf.ts";
import { type Instant, instantMessage } from "./time.ts";

/** `SignedMsgType` of a vote. */
export const PREVOTE = 1;
/** See {@link PREVOTE}. */
export const PRECOMMIT = 2;

/** CometBFT takes no longer chain id. */
export const MAX_CHAIN_ID_BYTES = 50;

const HASH_BYTES = 32;

/** What names a block: the hash of its header, and of the parts that it is sent in. */
export interface BlockId {
  /** 32 bytes. */
  readonly hash: Uint8Array;
  readonly parts: {
    readonly total: number;
    /** 32 bytes. */
    readonly hash: Uint8Array;
  };
}

/** What all who agree vote for. */
export interface Ballot {
  readonly chainId: string;
  readonly type: typeof PREVOTE | typeof PRECOMMIT;
  readonly height: bigint;
  readonly round: number;
  /** Undefined in a vote for no block at all ("nil"). */
  readonly block: BlockId | undefined;
}

/**
 * The bytes that one validator signs: what it votes for and the instant, which is its own.
 * @throws ConsensusError if a part of the ballot is out of its range
 */
export function signBytes(ballot: Ballot, time: Instant): Uint8Array {
  const { type, height, round, block } = ballot;
  checkBallot(ballot);
  return delimited(
    concat(
      integerField(1, type),
      fixedField(2, height),
      fixedField(3, BigInt(round)),
      block === undefined ? new Uint8Array() : messageField(4, blockIdMessage(block)),
      messageField(5, instantMessage(time)),
      bytesField(6, chainIdBytes(ballot.chainId)),
    ),
  );
}

/** A block's name as a message: of `CanonicalBlockID`, and of `BlockID` in a header. */
export function blockIdMessage({ hash, parts }: BlockId): Uint8Array {
  return concat(bytesField(1, hash), messageField(2, concat(integerField(1, parts.total), bytesField(2, parts.hash))));
}

/**
 * A chain's name as bytes.
 * @throws ConsensusError if CometBFT would not take it
 */
export function chainIdBytes(chainId: string): Uint8Array {
  const bytes = new TextEncoder().encode(chainId);
  if (bytes.length === 0 || bytes.length > MAX_CHAIN_ID_BYTES)
    throw new ConsensusError(`a chain id has 1 to ${MAX_CHAIN_ID_BYTES} bytes, not ${bytes.length}`);
  return bytes;
}

/**
 * Checks that a name is that of a block.
 * @throws ConsensusError if a hash has not 32 bytes, or there are no parts
 */
export function checkBlockId({ hash, parts }: BlockId): void {
  for (const { length } of [hash, parts.hash])
    if (length !== HASH_BYTES) throw new ConsensusError(`a block's name has hashes of 32 bytes, not ${length}`);
  if (!isWithin(parts.total, 1, 2 ** 32)) throw new ConsensusError(`a block has no ${parts.total} parts`);
}

function checkBallot({ type, height, round, block }: Ballot): void {
  // What comes from outside need not be what its type says.
  if (![PREVOTE, PRECOMMIT].includes(type)) throw new ConsensusError(`a vote is no message of type ${String(type)}`);
  if (height < 1n || height >= 1n << 63n) throw new ConsensusError(`there is no height ${height}`);
  if (!isWithin(round, 0, 2 ** 31)) throw new ConsensusError(`there is no round ${round}`);
  if (block !== undefined) checkBlockId(block);
}

function isWithin(value: number, from: number, end: number): boolean {
  return Number.isInteger(value) && value >= from && value < end;
}
