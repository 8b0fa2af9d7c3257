/** Seats with keys of their own that vote, in tests of what votes prove. */
import { secp256k1 } from "@noble/curves/secp256k1";
import type { Commit, CommitSignature, SignedHeader } from "../../verifier/consensus/commit.ts";
import { type Header, headerHash } from "../../verifier/consensus/header.ts";
import { sha256 } from "../../verifier/consensus/sha256.ts";
import { addressOfKey } from "../../verifier/consensus/signature.ts";
import type { Instant } from "../../verifier/consensus/time.ts";
import { type Ballot, PRECOMMIT, signBytes } from "../../verifier/consensus/vote.ts";
import type { SeatVote } from "../../verifier/consensus/votes.ts";
import { keccak256 } from "../../verifier/merkle/keccak.ts";

/** A seat's key. */
export interface Member {
  readonly secret: Uint8Array;
  readonly publicKey: Uint8Array;
  /** 20 bytes. */
  readonly address: Uint8Array;
}

/** So many members, always the same. */
export function members(count: number): Member[] {
  return Array.from({ length: count }, (_, i) => {
    const secret = digest(`member ${i}`);
    const publicKey = secp256k1.getPublicKey(secret);
    return { secret, publicKey, address: addressOfKey(publicKey) };
  });
}

/** 32 bytes that a text stands for. */
export function digest(text: string): Uint8Array {
  return sha256(new TextEncoder().encode(text));
}

/** R ‖ S ‖ V over some bytes. */
export function signed({ secret }: Member, bytes: Uint8Array): Uint8Array {
  const signature = secp256k1.sign(keccak256(bytes), secret);
  return Uint8Array.from([...signature.toCompactRawBytes(), signature.recovery]);
}

/** A member's vote, at an instant of its own. */
export function voteOf(member: Member, ballot: Ballot, seat: number, time = instantOf(seat)): SeatVote {
  return { seat, time, signature: signed(member, signBytes(ballot, time)) };
}

/** Some instants: with nanoseconds of every length, and without. */
export function instantOf(seat: number): Instant {
  return { seconds: 1_796_000_000n + BigInt(seat), nanoseconds: [0, 5, 250, 40_000, 999_999_999][seat % 5]! };
}

/** The other signature that satisfies the equation of ECDSA: with the higher S. */
export function withHighS(signature: Uint8Array): Uint8Array {
  const s = secp256k1.CURVE.n - BigInt(`0x${Buffer.from(signature.subarray(32, 64)).toString("hex")}`);
  const bytes = Buffer.from(s.toString(16).padStart(64, "0"), "hex");
  return Uint8Array.from([...signature.subarray(0, 32), ...bytes, 1 - signature[64]!]);
}

/** A header of a chain; every field that is not given has some value of its own. */
export function headerOf(fields: Partial<Header> & Pick<Header, "chainId">): Header {
  return {
    version: { block: 11n, app: 0n },
    height: 77n,
    time: { seconds: 1_796_000_123n, nanoseconds: 456_000_000 },
    lastBlock: { hash: digest("last block"), parts: { total: 1, hash: digest("last parts") } },
    lastCommitHash: digest("last commit"),
    dataHash: digest("data"),
    validatorsHash: digest("validators"),
    nextValidatorsHash: digest("validators"),
    consensusHash: digest("parameters"),
    appHash: digest("application"),
    lastResultsHash: digest("results"),
    evidenceHash: digest("evidence"),
    proposerAddress: digest("proposer").subarray(0, 20),
    ...fields,
  };
}

/** A header with the precommits of the seats from the first one on; the others are absent. */
export function committed(header: Header, all: readonly Member[], signers = all.length): SignedHeader {
  const { height } = header;
  const block = { hash: headerHash(header), parts: { total: 1, hash: digest("parts") } };
  const ballot: Ballot = { chainId: header.chainId, type: PRECOMMIT, height, round: 0, block };
  const signatures = all.map((member, seat): CommitSignature => {
    if (seat >= signers) return { flag: "absent" };
    return { flag: "block", address: member.address, ...voteOf(member, ballot, seat) };
  });
  const commit: Commit = { height, round: 0, block, signatures };
  return { header, commit };
}
