/** What the real engine has said, read and checked. */
import { expect } from "chai";
import { createHash } from "node:crypto";
import { chainIdOf } from "../../../verifier/consensus/chain-id.ts";
import { verifyCommit } from "../../../verifier/consensus/commit.ts";
import { parseSignedHeader, parseValidators, parseVote } from "../../../verifier/consensus/engine-json.ts";
import { ConsensusError } from "../../../verifier/consensus/errors.ts";
import {
  HEADER_FIELDS,
  headerHash,
  headerHashOf,
  type Header,
  type HeaderField,
  proveField,
} from "../../../verifier/consensus/header.ts";
import { treeRoot } from "../../../verifier/consensus/sha-tree.ts";
import { addressOfKey } from "../../../verifier/consensus/signature.ts";
import { validatorsHash } from "../../../verifier/consensus/validators.ts";
import { equivocatorOf } from "../../../verifier/consensus/votes.ts";
import { members } from "../../support/electorate.ts";
import { recorded, RECORDED_DEAL } from "../../support/recorded.ts";

const chainId = chainIdOf(RECORDED_DEAL, 3);
const all = members(4);
const keys = all.map(({ address }) => address);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

type Json = Record<string, unknown>;

/** The recording with something else at a path. */
function changed(name: string, path: readonly (string | number)[], value: unknown): unknown {
  const copy = structuredClone(recorded(name)) as Json;
  let at = copy;
  for (const step of path.slice(0, -1)) at = at[step] as Json;
  at[path.at(-1)!] = value;
  return copy;
}

describe("commits of the real engine", () => {
  for (const name of ["commit", "later-round"]) {
    it(`are verified: ${name}`, () => {
      const shown = parseSignedHeader(recorded(name));
      const { header, commit } = shown;
      const expected = { chainId, height: header.height };
      const votes = verifyCommit(shown, expected, keys);
      const present = commit.signatures.filter(({ flag }) => flag === "block");
      expect(votes).length(present.length).length.greaterThanOrEqual(3);
      expect(commit.round > 0).equal(name === "later-round");
      for (const other of [chainIdOf(RECORDED_DEAL, 2), chainIdOf(RECORDED_DEAL, 4)])
        expect(() => verifyCommit(shown, { ...expected, chainId: other }, keys)).throw(ConsensusError, "of chain");
      const lied: Header = { ...header, appHash: new Uint8Array(32) };
      expect(() => verifyCommit({ header: lied, commit }, expected, keys)).throw(ConsensusError, "another block");
      const round = { ...commit, round: commit.round + 1 };
      expect(() => verifyCommit({ header, commit: round }, expected, keys)).throw(ConsensusError, "not signed by");
      expect(() =>
        verifyCommit(
          shown,
          expected,
          members(5).map(({ address }) => address),
        ),
      ).not.throw(TypeError);
    });
  }

  it("have headers whose fields are proven", () => {
    const { header } = parseSignedHeader(recorded("commit"));
    const proven = <Field extends HeaderField>(field: Field, from: Pick<Header, Field>): string =>
      hex(headerHashOf(field, from[field], proveField(header, field)));
    for (const field of HEADER_FIELDS) expect(proven(field, header)).equal(hex(headerHash(header)));
  });

  it("name the set of validators, and the transactions", () => {
    const validators = parseValidators(recorded("validators"));
    const { header } = parseSignedHeader(recorded("commit"));
    expect(hex(validatorsHash(validators))).equal(hex(header.validatorsHash));
    const addresses = validators.map(({ publicKey }) => hex(addressOfKey(publicKey)));
    expect(addresses).have.members(keys.map(hex));
    const { block } = recorded("block") as { block: { header: { data_hash: string }; data: { txs: string[] } } };
    const digests = block.data.txs.map((tx) => createHash("sha256").update(Buffer.from(tx, "base64")).digest());
    expect(hex(treeRoot(digests))).equal(block.header.data_hash.toLowerCase());
  });
});

describe("evidence of the real engine", () => {
  const { vote_a: one, vote_b: other } = recorded("evidence") as { vote_a: unknown; vote_b: unknown };
  const ofEra = (era: number): [ReturnType<typeof parseVote>, ReturnType<typeof parseVote>] => {
    const chain = chainIdOf(RECORDED_DEAL, era);
    return [parseVote(one, chain), parseVote(other, chain)];
  };

  it("shows who has voted twice", () => {
    expect(hex(equivocatorOf(...ofEra(4)))).equal(hex(all[0]!.address));
    // Of another chain the votes are nobody's that has a seat.
    const elsewhere = (): string => hex(equivocatorOf(...ofEra(3)));
    expect(elsewhere).throw(ConsensusError);
  });
});

describe("answers of an engine that are malformed", () => {
  const header = ["signed_header", "header"];
  const commit = ["signed_header", "commit"];
  const cases: readonly [readonly (string | number)[], unknown, string][] = [
    [["signed_header"], null, "the answer.signed_header is not an object"],
    [header, [], "header is not an object"],
    [[...header, "height"], "0x5", "header.height is not an integer"],
    [[...header, "height"], "9223372036854775808", "not an integer of 64 bits"],
    [[...header, "height"], 1.5, "not an integer"],
    [[...header, "chain_id"], 5, "chain_id is not text"],
    [[...header, "app_hash"], "abc", "hexadecimal"],
    [[...header, "data_hash"], "abcd", "data_hash is not 0 or 32 bytes"],
    [[...header, "proposer_address"], "", "20 bytes"],
    [[...header, "time"], "yesterday", "no instant"],
    [[...commit, "signatures"], {}, "signatures is not a list"],
    [[...commit, "signatures", 0, "block_id_flag"], 4, "signatures[0].block_id_flag is not one of 1, 2, 3"],
    [[...commit, "signatures", 0, "signature"], "AAAA", "65 bytes"],
    [[...commit, "signatures", 0, "signature"], "?", "base64"],
    [[...commit, "block_id", "hash"], "", "32 bytes"],
    [[...commit, "block_id", "parts", "total"], 0, "parts"],
    [[...commit, "round"], "99999999999999999", "a smaller integer"],
  ];

  for (const [path, value, what] of cases) {
    it(`are refused: ${path.join(".")} = ${JSON.stringify(value)}`, () => {
      expect(() => parseSignedHeader(changed("commit", path, value))).throw(ConsensusError, what);
    });
  }

  it("are refused, whichever part is missing", () => {
    const parts = (value: unknown, path: (string | number)[]): (string | number)[][] =>
      typeof value === "object" && value !== null
        ? [path, ...Object.entries(value).flatMap(([key, part]) => parts(part, [...path, key]))]
        : [path];
    // What the engine leaves out where it is zero, and what the verifier does not read.
    const optional = /version\.(app|block)$|last_block_id$|canonical$/;
    const { signed_header } = recorded("commit") as {
      signed_header: { commit: { signatures: { block_id_flag: number }[] } };
    };
    // Of a seat that has not voted nothing but that is read.
    const isOfAbsent = ([, , list, seat, field]: readonly (string | number)[]): boolean =>
      list === "signatures" &&
      field !== undefined &&
      field !== "block_id_flag" &&
      signed_header.commit.signatures[Number(seat)]?.block_id_flag === 1;
    for (const path of parts(recorded("commit"), []).slice(1)) {
      if (optional.test(path.join(".")) || isOfAbsent(path)) continue;
      expect(() => parseSignedHeader(changed("commit", path, undefined)), path.join(".")).throw(ConsensusError);
    }
    for (const value of [undefined, null, 5, "", []]) expect(() => parseSignedHeader(value)).throw(ConsensusError);
  });

  it("are refused where a validator is not who it says", () => {
    const path = (field: string): string[] => ["validators", "0", ...field.split(".")];
    const refused = (field: string, value: unknown, what: string): void => {
      expect(() => parseValidators(changed("validators", path(field), value))).throw(ConsensusError, what);
    };
    refused("address", "00".repeat(20), "not that of its key");
    refused("pub_key.type", "tendermint/PubKeyEd25519", "not of type");
    refused("pub_key.value", "AAAA", "33 bytes");
    refused("voting_power", "", "integer");
  });
});
