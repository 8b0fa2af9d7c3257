import { expect } from "chai";
import { chainIdOf } from "../../../verifier/consensus/chain-id.ts";
import { ConsensusError } from "../../../verifier/consensus/errors.ts";
import { addressOfKey, signerOf } from "../../../verifier/consensus/signature.ts";
import { instantMessage, parseInstant } from "../../../verifier/consensus/time.ts";
import { type Ballot, PRECOMMIT, PREVOTE, signBytes } from "../../../verifier/consensus/vote.ts";
import { digest, members, signed, withHighS } from "../../support/electorate.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits.replaceAll(/\s/g, ""), "hex"));

const BLOCK = { hash: new Uint8Array(32).fill(0xaa), parts: { total: 3, hash: new Uint8Array(32).fill(0xbb) } };
const BALLOT: Ballot = { chainId: "chain", type: PRECOMMIT, height: 0x0102n, round: 5, block: BLOCK };
const TIME = { seconds: 300n, nanoseconds: 7 };

describe("sign bytes", () => {
  it("are CanonicalVote after its length", () => {
    // Field by field, from canonical.proto: type, height, round, block id, timestamp, chain id.
    const block = `22 48 0a20 ${"aa".repeat(32)} 1224 0803 1220 ${"bb".repeat(32)}`;
    const rest = `2a05 08ac02 1007 3205 ${Buffer.from("chain").toString("hex")}`;
    const body = bytes(`0802 110201000000000000 190500000000000000 ${block} ${rest}`);
    expect(hex(signBytes(BALLOT, TIME))).equal(hex(Uint8Array.from([body.length, ...body])));
  });

  it("leave out what is zero, and the block of a vote for none", () => {
    const ballot: Ballot = { ...BALLOT, type: PREVOTE, round: 0, block: undefined };
    const body = bytes(`0801 110201000000000000 2a03 08ac02 3205 ${Buffer.from("chain").toString("hex")}`);
    const time = { seconds: 300n, nanoseconds: 0 };
    expect(hex(signBytes(ballot, time))).equal(hex(Uint8Array.from([body.length, ...body])));
  });

  it("are of nothing that CometBFT would not vote for", () => {
    const refused = (change: Partial<Ballot>, what: string): void => {
      expect(() => signBytes({ ...BALLOT, ...change }, TIME)).throw(ConsensusError, what);
    };
    refused({ type: 32 as typeof PREVOTE }, "type 32");
    refused({ height: 0n }, "height");
    refused({ height: 1n << 63n }, "height");
    refused({ round: -1 }, "round");
    refused({ round: 2 ** 31 }, "round");
    refused({ chainId: "" }, "chain id");
    refused({ chainId: "x".repeat(51) }, "chain id");
    refused({ block: { ...BLOCK, hash: new Uint8Array(31) } }, "32 bytes");
    refused({ block: { ...BLOCK, parts: { total: 0, hash: BLOCK.hash } } }, "parts");
    expect(() => signBytes(BALLOT, { seconds: -1n, nanoseconds: 0 })).throw(ConsensusError, "1970");
    expect(() => signBytes(BALLOT, { seconds: 0n, nanoseconds: 1e9 })).throw(ConsensusError, "ns");
  });
});

describe("chain ids", () => {
  it("name the Deal and the era, and fit what CometBFT takes", () => {
    const deal = new Uint8Array(20).fill(0xab);
    expect(chainIdOf(deal, 0)).equal(`a${"ab".repeat(20)}-0`);
    expect(chainIdOf(deal, 99_999_999)).length(50);
    for (const era of [-1, 0.5, 100_000_000]) expect(() => chainIdOf(deal, era)).throw(ConsensusError, "era");
    expect(() => chainIdOf(deal.subarray(1), 0)).throw(ConsensusError, "20 bytes");
  });
});

describe("instants", () => {
  it("are read to the nanosecond", () => {
    expect(parseInstant("1970-01-01T00:00:00Z")).deep.equal({ seconds: 0n, nanoseconds: 0 });
    expect(parseInstant("2026-11-30T14:05:06.12Z")).deep.equal({ seconds: 1_796_047_506n, nanoseconds: 120_000_000 });
    expect(parseInstant("2026-11-30T14:05:06.000000001Z").nanoseconds).equal(1);
    expect(hex(instantMessage({ seconds: 0n, nanoseconds: 0 }))).equal("");
  });

  it("are refused where they are none", () => {
    const texts = ["", "2026-11-31T00:00:00Z", "2026-11-30T24:00:00Z", "2026-11-30T00:00:00", "1969-12-31T23:59:59Z"];
    for (const text of [...texts, "2026-11-30T00:00:00.0123456789Z", "2026-11-30 00:00:00Z", "2026-13-01T00:00:00Z"])
      expect(() => parseInstant(text), text).throw(ConsensusError, "instant");
  });
});

describe("signatures", () => {
  const [member, other] = members(2);
  const text = Uint8Array.of(1, 2, 3);
  const signature = signed(member!, text);

  it("are of an Ethereum address", () => {
    expect(hex(signerOf(text, signature))).equal(hex(member!.address));
    // The first account of every development chain.
    const key = bytes("038318535b54105d4a7aae60c08fc45f9687181b4fdfc625bd1a753fa7397fed75");
    expect(hex(addressOfKey(key))).equal("f39fd6e51aad88f6f4ce6ab8827279cfffb92266");
  });

  it("are of another one for other bytes, or the other V", () => {
    expect(hex(signerOf(Uint8Array.of(1, 2, 4), signature))).not.equal(hex(member!.address));
    expect(hex(signerOf(text, signature.with(64, 1 - signature[64]!)))).not.equal(hex(member!.address));
    expect(hex(signerOf(text, signed(other!, text)))).equal(hex(other!.address));
  });

  it("are refused where they are malformed", () => {
    const refused = (bytes_: Uint8Array, what: string): void => {
      expect(() => signerOf(text, bytes_)).throw(ConsensusError, what);
    };
    refused(withHighS(signature), "lower S");
    refused(signature.with(64, 27), "0 or 1");
    refused(signature.subarray(0, 64), "65 bytes");
    refused(new Uint8Array(65), "no key");
    refused(new Uint8Array(65).fill(0xff, 0, 64), "no key");
    expect(() => addressOfKey(digest("no key"))).throw(ConsensusError, "33 bytes");
    expect(() => addressOfKey(new Uint8Array(33).fill(0xff).with(0, 2))).throw(ConsensusError, "point");
  });
});
