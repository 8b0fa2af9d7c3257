import { expect } from "chai";
import { ConsensusError } from "../../../verifier/consensus/errors.ts";
import {
  HEADER_FIELDS,
  type Header,
  type HeaderField,
  headerHash,
  headerHashOf,
  proveField,
} from "../../../verifier/consensus/header.ts";
import { parseInstant } from "../../../verifier/consensus/time.ts";
import { validatorsHash } from "../../../verifier/consensus/validators.ts";
import { digest, headerOf, members } from "../../support/electorate.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, "hex"));

/** Another value for each field. */
const CHANGED: Header = {
  ...headerOf({ chainId: "another" }),
  version: { block: 11n, app: 1n },
  height: 78n,
  time: { seconds: 1n, nanoseconds: 0 },
  lastBlock: undefined,
  lastCommitHash: digest("changed"),
  dataHash: digest("changed"),
  validatorsHash: digest("changed"),
  nextValidatorsHash: digest("changed"),
  consensusHash: digest("changed"),
  appHash: digest("changed"),
  lastResultsHash: digest("changed"),
  evidenceHash: digest("changed"),
  proposerAddress: new Uint8Array(20),
};

function provenHash<Field extends HeaderField>(field: Field, from: Pick<Header, Field>, proof: Uint8Array[]): string {
  return hex(headerHashOf(field, from[field], proof));
}

describe("headers", () => {
  const header = headerOf({ chainId: "chain" });

  it("have the hash of CometBFT's own test", () => {
    // `TestHeaderHash` in types/block_test.go of v0.40.
    const sum = (text: string): Uint8Array => digest(text);
    const official: Header = {
      version: { block: 1n, app: 2n },
      chainId: "chainId",
      height: 3n,
      time: parseInstant("2019-10-13T16:14:44Z"),
      lastBlock: { hash: new Uint8Array(32), parts: { total: 6, hash: new Uint8Array(32) } },
      lastCommitHash: sum("last_commit_hash"),
      dataHash: sum("data_hash"),
      validatorsHash: sum("validators_hash"),
      nextValidatorsHash: sum("next_validators_hash"),
      consensusHash: sum("consensus_hash"),
      appHash: sum("app_hash"),
      lastResultsHash: sum("last_results_hash"),
      evidenceHash: sum("evidence_hash"),
      proposerAddress: sum("proposer_address").subarray(0, 20),
    };
    expect(hex(headerHash(official))).equal("f740121f553b5418c3efbd343c2dbfe9e007bb67b0d020a0741374bab65242a4");
  });

  it("prove each of their fields, and no other value of it", () => {
    const hash = hex(headerHash(header));
    for (const field of HEADER_FIELDS) {
      const proof = proveField(header, field);
      expect(proof).length(["evidenceHash", "proposerAddress"].includes(field) ? 3 : 4);
      expect(provenHash(field, header, proof)).equal(hash);
      expect(provenHash(field, CHANGED, proof), field).not.equal(hash);
      expect(() => provenHash(field, header, proof.slice(1))).throw(ConsensusError, "hashes");
    }
  });

  it("have another hash where any field differs", () => {
    const hashes = HEADER_FIELDS.map((field) => hex(headerHash({ ...header, [field]: CHANGED[field] })));
    expect(new Set([...hashes, hex(headerHash(header))])).property("size", HEADER_FIELDS.length + 1);
  });
});

describe("the hash of validators", () => {
  it("depends on keys, powers and order", () => {
    const set = members(4).map(({ publicKey }) => ({ publicKey, power: 10n }));
    const all = [set, set.toReversed(), set.slice(1), set.with(0, { ...set[0]!, power: 11n })];
    expect(new Set(all.map((one) => hex(validatorsHash(one))))).property("size", 4);
    expect(() => validatorsHash([{ publicKey: bytes("02"), power: 1n }])).throw(ConsensusError, "33 bytes");
    expect(() => validatorsHash(set.with(0, { ...set[0]!, power: 0n }))).throw(ConsensusError, "power");
  });
});
