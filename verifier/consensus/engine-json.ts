/**
 * What CometBFT (v0.40) answers over its RPC, as values: `/commit`, `/validators`, and the votes in
 * the evidence of `/block`. Hashes are in hexadecimal digits there, keys and signatures in base64,
 * integers of 64 bits in decimal text.
 */
import type { Commit, CommitSignature, SignedHeader } from "./commit.ts";
import { ConsensusError } from "./errors.ts";
import type { Header } from "./header.ts";
import { JsonPart } from "./json.ts";
import { ADDRESS_BYTES, addressOfKey, PUBLIC_KEY_BYTES, SIGNATURE_BYTES } from "./signature.ts";
import { type Instant, parseInstant } from "./time.ts";
import type { Validator } from "./validators.ts";
import { type Ballot, type BlockId, checkBlockId, PRECOMMIT, PREVOTE } from "./vote.ts";
import { sameAddress, type SignedVote } from "./votes.ts";

const HASH_BYTES = 32;

const KEY_TYPE = "tendermint/PubKeySecp256k1eth";

/** `BlockIDFlag` of `proto/tendermint/types/validator.proto`. */
const FLAGS = new Map<unknown, CommitSignature["flag"]>([
  [1, "absent"],
  [2, "block"],
  [3, "nil"],
]);

const VOTE_TYPES = new Map<unknown, Ballot["type"]>([
  [PREVOTE, PREVOTE],
  [PRECOMMIT, PRECOMMIT],
]);

/**
 * The `result` of `/commit`.
 * @throws ConsensusError naming the place of what is malformed
 */
export function parseSignedHeader(result: unknown): SignedHeader {
  const signed = new JsonPart(result, "the answer").at("signed_header");
  return { header: headerOf(signed.at("header")), commit: commitOf(signed.at("commit")) };
}

/**
 * The `result` of `/validators`.
 * @throws ConsensusError also if an address is not that of its key
 */
export function parseValidators(result: unknown): Validator[] {
  return new JsonPart(result, "the answer")
    .at("validators")
    .items()
    .map((item) => {
      const key = item.at("pub_key");
      const type = key.at("type").text();
      if (type !== KEY_TYPE) throw new ConsensusError(`the validators' keys are not of type ${KEY_TYPE}`);
      const publicKey = key.at("value").base64(PUBLIC_KEY_BYTES);
      if (!sameAddress(addressOfKey(publicKey), item.at("address").hex(ADDRESS_BYTES)))
        throw new ConsensusError("a validator's address is not that of its key");
      return { publicKey, power: item.at("voting_power").integer() };
    });
}

/**
 * A vote, as evidence of two has them.
 * @param chainId - of the chain on which it was given: a vote does not say it
 * @throws ConsensusError naming the place of what is malformed
 */
export function parseVote(json: unknown, chainId: string): SignedVote {
  const vote = new JsonPart(json, "the vote");
  const block = optionalBlock(vote.at("block_id"));
  return {
    ballot: {
      chainId,
      type: vote.at("type").oneOf(VOTE_TYPES),
      height: vote.at("height").integer(),
      round: vote.at("round").small(),
      block,
    },
    time: instantOf(vote.at("timestamp")),
    signature: vote.at("signature").base64(SIGNATURE_BYTES),
  };
}

function headerOf(json: JsonPart): Header {
  const hash = (name: string): Uint8Array => json.at(name).hex(0, HASH_BYTES);
  const version = json.at("version");
  return {
    // A version 0 is left out.
    version: { block: orZero(version.at("block")), app: orZero(version.at("app")) },
    chainId: json.at("chain_id").text(),
    height: json.at("height").integer(),
    time: instantOf(json.at("time")),
    lastBlock: optionalBlock(json.at("last_block_id")),
    lastCommitHash: hash("last_commit_hash"),
    dataHash: hash("data_hash"),
    validatorsHash: hash("validators_hash"),
    nextValidatorsHash: hash("next_validators_hash"),
    consensusHash: hash("consensus_hash"),
    // The application's own, of any length.
    appHash: json.at("app_hash").hex(),
    lastResultsHash: hash("last_results_hash"),
    evidenceHash: hash("evidence_hash"),
    proposerAddress: json.at("proposer_address").hex(ADDRESS_BYTES),
  };
}

function commitOf(json: JsonPart): Commit {
  return {
    height: json.at("height").integer(),
    round: json.at("round").small(),
    block: blockOf(json.at("block_id")),
    signatures: json.at("signatures").items().map(signatureOf),
  };
}

function signatureOf(json: JsonPart): CommitSignature {
  const flag = json.at("block_id_flag").oneOf(FLAGS);
  if (flag === "absent") return { flag };
  return {
    flag,
    address: json.at("validator_address").hex(ADDRESS_BYTES),
    time: instantOf(json.at("timestamp")),
    signature: json.at("signature").base64(SIGNATURE_BYTES),
  };
}

function blockOf(json: JsonPart): BlockId {
  const parts = json.at("parts");
  const block = {
    hash: json.at("hash").hex(HASH_BYTES),
    parts: { total: parts.at("total").small(), hash: parts.at("hash").hex(HASH_BYTES) },
  };
  checkBlockId(block);
  return block;
}

/** No block is one without a hash. */
function optionalBlock(json: JsonPart): BlockId | undefined {
  return json.isMissing || json.at("hash").text() === "" ? undefined : blockOf(json);
}

function instantOf(json: JsonPart): Instant {
  return parseInstant(json.text());
}

function orZero(json: JsonPart): bigint {
  return json.isMissing ? 0n : json.integer();
}
