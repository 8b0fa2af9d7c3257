import { expect } from "chai";
import { chainIdOf } from "../../../verifier/consensus/chain-id.ts";
import {
  type Commit,
  type CommitSignature,
  type SignedHeader,
  verifyCommit,
} from "../../../verifier/consensus/commit.ts";
import { ConsensusError } from "../../../verifier/consensus/errors.ts";
import { type Header, headerHash } from "../../../verifier/consensus/header.ts";
import { type Ballot, PRECOMMIT, PREVOTE } from "../../../verifier/consensus/vote.ts";
import { checkVotes, equivocatorOf, isMajority, type SignedVote } from "../../../verifier/consensus/votes.ts";
import { committed, digest, headerOf, members, voteOf, withHighS } from "../../support/electorate.ts";

const DEAL = new Uint8Array(20).fill(0xde);
const chainId = chainIdOf(DEAL, 3);

describe("commits", () => {
  const all = members(4);
  const keys = all.map(({ address }) => address);
  const header = headerOf({ chainId });
  const whole = committed(header, all);
  const expected = { chainId, height: 77n };

  const verified = (shown: SignedHeader, what = expected): number[] =>
    verifyCommit(shown, what, keys).map(({ seat }) => seat);

  const withCommit = (change: Partial<Commit>): SignedHeader => ({ header, commit: { ...whole.commit, ...change } });

  /** The commit with one signature changed. */
  const withSignature = (seat: number, change: Partial<CommitSignature>): SignedHeader => {
    const signatures = whole.commit.signatures.map((one, i) =>
      i === seat ? ({ ...one, ...change } as CommitSignature) : one,
    );
    return withCommit({ signatures });
  };

  const refused = (shown: SignedHeader, what: string): void => {
    expect(() => verified(shown)).throw(ConsensusError, what);
  };

  it("of more than two thirds are taken, in the order of the seats", () => {
    expect(verified(whole)).deep.equal([0, 1, 2, 3]);
    expect(verified(committed(header, all, 3))).deep.equal([0, 1, 2]);
    expect(verified(withCommit({ signatures: whole.commit.signatures.toReversed() }))).deep.equal([0, 1, 2, 3]);
  });

  it("of too few are refused", () => {
    refused(committed(header, all, 2), "2 of 4 seats are not more than two thirds");
    refused(committed(header, all, 0), "0 of 4 seats");
  });

  it("of another chain, era, height, round or block are refused", () => {
    const other = { chainId: chainIdOf(DEAL, 2), height: 77n };
    expect(() => verified(whole, other)).throw(ConsensusError, "is of chain");
    expect(() => verified(whole, { chainId, height: 78n })).throw(ConsensusError, "at height 77");
    refused(withCommit({ height: 78n }), "for height 78");
    refused(withCommit({ round: 1 }), "not signed by");
    refused(
      withCommit({ block: { hash: digest("another"), parts: { total: 1, hash: digest("parts") } } }),
      "another block",
    );
    const parts = { total: 2, hash: digest("parts") };
    refused(withCommit({ block: { hash: headerHash(header), parts } }), "not signed by");
    // The header says this era, the votes are of the one before.
    const former = committed(headerOf({ chainId: other.chainId }), all);
    const renamed: Header = { ...former.header, chainId };
    const block = { ...former.commit.block, hash: headerHash(renamed) };
    refused({ header: renamed, commit: { ...former.commit, block } }, "not signed by");
  });

  it("of a header with any other field are refused", () => {
    refused({ ...whole, header: { ...header, appHash: digest("a lie") } }, "another block");
    refused({ ...whole, header: { ...header, time: { seconds: 0n, nanoseconds: 0 } } }, "another block");
  });

  it("count nobody twice", () => {
    const [first, second, third] = whole.commit.signatures;
    refused(withCommit({ signatures: [first!, first!, second!] }), "seat 0 has two votes");
    // Nor as somebody else.
    refused(withSignature(3, { ...third, address: keys[3]! } as CommitSignature), "not signed by");
  });

  it("count no vote for no block", () => {
    const nil = withSignature(3, { flag: "nil" });
    expect(verified(nil)).deep.equal([0, 1, 2]);
    refused(
      withCommit({
        signatures: nil.commit.signatures.map((one, i) => (i === 2 ? { ...one, flag: "nil" } : one) as CommitSignature),
      }),
      "2 of 4 seats",
    );
    const ballot: Ballot = { chainId, type: PRECOMMIT, height: 77n, round: 0, block: undefined };
    const votes = all.map((member, seat) => voteOf(member, ballot, seat));
    expect(() => checkVotes(ballot, votes, keys)).throw(ConsensusError, "claim nothing");
    // A vote for no block is none for a block, whatever its flag says.
    refused(withSignature(0, votes[0]!), "not signed by");
  });

  it("with malformed signatures are refused", () => {
    const { signature } = whole.commit.signatures[0] as { signature: Uint8Array };
    refused(withSignature(0, { signature: withHighS(signature) }), "lower S");
    refused(withSignature(0, { signature: signature.with(64, 2) }), "0 or 1");
    refused(withSignature(0, { signature: signature.with(64, 1 - signature[64]!) }), "vote of seat 0");
    refused(withSignature(0, { signature: signature.subarray(1) }), "65 bytes");
    refused(withSignature(0, { time: { seconds: 5n, nanoseconds: 0 } }), "not signed by");
    refused(withSignature(0, { address: digest("nobody").subarray(0, 20) }), "no seat has the key");
  });

  it("may be of prevotes, when votes are checked by themselves", () => {
    const ballot: Ballot = { chainId, type: PREVOTE, height: 77n, round: 2, block: whole.commit.block };
    const votes = all.map((member, seat) => voteOf(member, ballot, seat));
    checkVotes(ballot, votes, keys);
    expect(() => checkVotes({ ...ballot, type: PRECOMMIT }, votes, keys)).throw(ConsensusError, "not signed by");
    expect(() => checkVotes(ballot, [{ ...votes[0]!, seat: 4 }], keys)).throw(ConsensusError, "no seat 4");
  });
});

describe("a majority", () => {
  it("is more than two thirds in whole numbers", () => {
    const least = (seats: number): number =>
      Array.from({ length: seats + 1 }, (_, i) => i).findIndex((i) => isMajority(i, seats));
    expect([1, 2, 3, 4, 5, 6, 7, 10, 15, 16].map(least)).deep.equal([1, 2, 3, 3, 4, 5, 5, 7, 11, 11]);
    expect(isMajority(0, 0)).equal(false);
  });
});

describe("equivocation", () => {
  const [member, other] = members(2);
  const block = { hash: digest("one"), parts: { total: 1, hash: digest("parts") } };
  const ballot: Ballot = { chainId, type: PRECOMMIT, height: 9n, round: 1, block };
  const vote = (change: Partial<Ballot>, by = member!): SignedVote => {
    const changed = { ...ballot, ...change };
    return { ballot: changed, ...voteOf(by, changed, 0) };
  };
  const another = { block: { ...block, hash: digest("other") } };

  it("is two votes for different blocks, or one for none", () => {
    expect(equivocatorOf(vote({}), vote(another))).deep.equal(member!.address);
    expect(
      equivocatorOf(vote({ block: { ...block, parts: { total: 2, hash: digest("parts") } } }), vote({})),
    ).deep.equal(member!.address);
    expect(equivocatorOf(vote({}), vote({ block: undefined }))).deep.equal(member!.address);
  });

  it("is nothing else", () => {
    const innocent = (a: SignedVote, b: SignedVote, what: string): void => {
      expect(() => equivocatorOf(a, b)).throw(ConsensusError, what);
    };
    innocent(vote({}), vote({}), "same block");
    innocent(vote({ block: undefined }), vote({ block: undefined }), "same block");
    innocent(vote({}), { ...vote({}), time: { seconds: 1n, nanoseconds: 0 } }, "same block");
    innocent(vote({}), vote({ ...another, height: 10n }), "two occasions");
    innocent(vote({}), vote({ ...another, round: 2 }), "two occasions");
    innocent(vote({}), vote({ ...another, type: PREVOTE }), "two occasions");
    innocent(vote({}), vote({ ...another, chainId: chainIdOf(DEAL, 4) }), "two occasions");
    innocent(vote({}), vote(another, other), "two keys");
    const { ballot: lied } = vote(another);
    innocent(vote({}), { ...vote({}), ballot: lied }, "two keys");
  });
});
