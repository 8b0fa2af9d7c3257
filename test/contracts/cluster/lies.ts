/** What a true commit can be made into by who wants to claim something else with its votes. */
import { ballotOf, type SignedHeader } from "../../../verifier/consensus/commit.ts";
import { headerHash } from "../../../verifier/consensus/header.ts";
import { type Ballot, PREVOTE } from "../../../verifier/consensus/vote.ts";
import { checkVotes, type SeatVote } from "../../../verifier/consensus/votes.ts";

/** Votes as both twins take them. */
export interface Shown {
  readonly name: string;
  readonly ballot: Ballot;
  readonly votes: readonly SeatVote[];
}

/**
 * Lies with the votes of a commit.
 * @param votes - of all who precommitted the block, in the order of the seats
 * @param others - chain ids of the same Deal's other eras, and of another Deal
 */
export function lies({ header, commit }: SignedHeader, votes: readonly SeatVote[], others: readonly string[]): Shown[] {
  const ballot = ballotOf(commit, header.chainId);
  const [first] = votes;
  const withBlock = (hash: Uint8Array): Ballot => ({ ...ballot, block: { ...commit.block, hash } });
  const appHash = header.appHash.with(0, header.appHash[0]! ^ 1);
  return [
    { name: "another app hash", ballot: withBlock(headerHash({ ...header, appHash })), votes },
    { name: "another height", ballot: { ...ballot, height: ballot.height + 1n }, votes },
    { name: "another round", ballot: { ...ballot, round: ballot.round + 1 }, votes },
    { name: "another kind of vote", ballot: { ...ballot, type: PREVOTE }, votes },
    ...others.map((chainId) => ({ name: `chain ${chainId}`, ballot: { ...ballot, chainId }, votes })),
    { name: "too few votes", ballot, votes: votes.slice(0, 2) },
    { name: "twice the same vote", ballot, votes: [first!, { ...first!, seat: 1 }, { ...first!, seat: 2 }] },
    { name: "votes for no block", ballot: { ...ballot, block: undefined }, votes },
  ];
}

/** Whether the twin of `Votes.sol` takes the votes. */
export function isTaken({ ballot, votes }: Omit<Shown, "name">, keys: readonly Uint8Array[]): boolean {
  try {
    checkVotes(ballot, votes, keys);
    return true;
  } catch {
    return false;
  }
}
