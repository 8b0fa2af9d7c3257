/**
 * Headers of blocks: their hash, which the votes name, and proofs of single fields. As in
 * `Header.Hash` of CometBFT (v0.40, `types/block.go`): the leaves of an RFC 6962 tree are the 14
 * fields, a scalar as a message with one field. `contracts/cluster/Headers.sol` checks the proofs
 * on chain.
 */
import { ConsensusError } from "./errors.ts";
import { bytesField, concat, integerField } from "./protobuf.ts";
import { rootFromProof, treeProof, treeRoot } from "./sha-tree.ts";
import { type Instant, instantMessage } from "./time.ts";
import { type BlockId, blockIdMessage, chainIdBytes } from "./vote.ts";

/** What every block begins with. Hashes are 32 bytes, or none where there is nothing to hash. */
export interface Header {
  /** Versions of the block's format and of the application. */
  readonly version: { readonly block: bigint; readonly app: bigint };
  readonly chainId: string;
  readonly height: bigint;
  readonly time: Instant;
  /** Undefined in the first block. */
  readonly lastBlock: BlockId | undefined;
  readonly lastCommitHash: Uint8Array;
  /** Root of the tree over the SHA-256 of each of its transactions. */
  readonly dataHash: Uint8Array;
  readonly validatorsHash: Uint8Array;
  readonly nextValidatorsHash: Uint8Array;
  readonly consensusHash: Uint8Array;
  /** What the application said after the block before. */
  readonly appHash: Uint8Array;
  readonly lastResultsHash: Uint8Array;
  readonly evidenceHash: Uint8Array;
  /** 20 bytes. */
  readonly proposerAddress: Uint8Array;
}

/** The fields in the order of the leaves. */
export const HEADER_FIELDS = [
  "version",
  "chainId",
  "height",
  "time",
  "lastBlock",
  "lastCommitHash",
  "dataHash",
  "validatorsHash",
  "nextValidatorsHash",
  "consensusHash",
  "appHash",
  "lastResultsHash",
  "evidenceHash",
  "proposerAddress",
] as const satisfies readonly (keyof Header)[];

/** One of the 14. */
export type HeaderField = (typeof HEADER_FIELDS)[number];

/** The name of no block, which the first header has as its last. */
const NO_BLOCK: BlockId = { hash: new Uint8Array(), parts: { total: 0, hash: new Uint8Array() } };

/** The leaf of a field. */
export function fieldLeaf<Field extends HeaderField>(field: Field, value: Header[Field]): Uint8Array {
  return LEAVES[field](value);
}

/** The header's hash: the name of the block. */
export function headerHash(header: Header): Uint8Array {
  return treeRoot(leavesOf(header));
}

/** The siblings that prove one field, from the bottom up: three or four. */
export function proveField(header: Header, field: HeaderField): Uint8Array[] {
  return treeProof(leavesOf(header), HEADER_FIELDS.indexOf(field));
}

/**
 * The hash of the header that has a value in a field.
 * @throws ConsensusError if the proof has another length than one of this field
 */
export function headerHashOf<Field extends HeaderField>(
  field: Field,
  value: Header[Field],
  proof: readonly Uint8Array[],
): Uint8Array {
  const place = { index: HEADER_FIELDS.indexOf(field), leaves: HEADER_FIELDS.length };
  return rootFromProof(fieldLeaf(field, value), place, proof);
}

const hash = (bytes: Uint8Array): Uint8Array => bytesField(1, bytes);

const LEAVES: { readonly [Field in HeaderField]: (value: Header[Field]) => Uint8Array } = {
  version: ({ block, app }) => concat(integerField(1, block), integerField(2, app)),
  chainId: (chainId) => bytesField(1, chainIdBytes(chainId)),
  height: (height) => {
    if (height < 1n || height >= 1n << 63n) throw new ConsensusError(`there is no height ${height}`);
    return integerField(1, height);
  },
  time: instantMessage,
  lastBlock: (block) => blockIdMessage(block ?? NO_BLOCK),
  lastCommitHash: hash,
  dataHash: hash,
  validatorsHash: hash,
  nextValidatorsHash: hash,
  consensusHash: hash,
  appHash: hash,
  lastResultsHash: hash,
  evidenceHash: hash,
  proposerAddress: hash,
};

function leavesOf(header: Header): Uint8Array[] {
  return HEADER_FIELDS.map((field) => leafOf(field, header));
}

function leafOf<Field extends HeaderField>(field: Field, header: Pick<Header, Field>): Uint8Array {
  return fieldLeaf(field, header[field]);
}
