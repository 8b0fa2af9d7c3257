/** What votes and headers are on chain. */
import { bytesToHex, type Hex } from "viem";
import type { Instant } from "../../../verifier/consensus/time.ts";
import { type Ballot, chainIdBytes } from "../../../verifier/consensus/vote.ts";
import type { SeatVote } from "../../../verifier/consensus/votes.ts";

const ZERO: Hex = `0x${"00".repeat(32)}`;

/** A ballot as the contract takes it, but for the chain. */
export function shownBallot({ type, height, round, block }: Ballot) {
  return {
    kind: type,
    height,
    round,
    hash: block === undefined ? ZERO : bytesToHex(block.hash),
    parts: block?.parts.total ?? 0,
    partsHash: block === undefined ? ZERO : bytesToHex(block.parts.hash),
  };
}

/** A vote as the contract takes it. */
export function shownVote({ time, signature }: { time: Instant; signature: Uint8Array }) {
  return {
    r: bytesToHex(signature.subarray(0, 32)),
    s: bytesToHex(signature.subarray(32, 64)),
    v: signature[64]!,
    secs: time.seconds,
    nanos: time.nanoseconds,
  };
}

/** Votes with their chain and voters, in the order of the contract's parameters. */
export function shownVotes(
  ballot: Ballot,
  votes: readonly SeatVote[],
  keys: readonly Uint8Array[],
): [Hex, object, bigint, object[], Hex[]] {
  const voters = votes.reduce((mask, { seat }) => mask | (1n << BigInt(seat)), 0n);
  return [shownChainId(ballot.chainId), shownBallot(ballot), voters, votes.map(shownVote), keys.map(hex)];
}

/** A chain's name as the contract takes it. */
export function shownChainId(chainId: string): Hex {
  return bytesToHex(chainIdBytes(chainId));
}

/** Bytes as the contracts take them. */
export function hex(bytes: Uint8Array): Hex {
  return bytesToHex(bytes);
}
