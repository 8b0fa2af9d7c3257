/** The libraries of votes beside their twins: the same bytes, the same signers, the same refusals. */
import { expect } from "chai";
import fc from "fast-check";
import { network } from "hardhat";
import { chainIdOf } from "../../../verifier/consensus/chain-id.ts";
import { type Ballot, PRECOMMIT, PREVOTE, signBytes } from "../../../verifier/consensus/vote.ts";
import { checkVotes, equivocatorOf, type SeatVote } from "../../../verifier/consensus/votes.ts";
import { keccak256 } from "../../../verifier/merkle/keccak.ts";
import { digest, members, voteOf, withHighS } from "../../support/electorate.ts";
import { hex, shownBallot, shownChainId, shownVote, shownVotes } from "./shown.ts";

const { ethers } = await network.create();

const DEAL = digest("deal").subarray(0, 20);

const block = { hash: digest("block"), parts: { total: 1, hash: digest("parts") } };

const BALLOT: Ballot = { chainId: chainIdOf(DEAL, 3), type: PRECOMMIT, height: 77n, round: 0, block };

/** Ballots of every shape: rounds that are left out, parts of up to five bytes, all chain ids. */
const ballots: fc.Arbitrary<Ballot> = fc.record({
  chainId: fc.string({ minLength: 1, maxLength: 50, unit: "binary-ascii" }),
  type: fc.constantFrom(PREVOTE, PRECOMMIT),
  height: fc.oneof(fc.bigInt({ min: 1n, max: 300n }), fc.bigInt({ min: 1n, max: (1n << 63n) - 1n })),
  round: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 ** 31 - 1 })),
  block: fc.oneof(
    fc.constant(undefined),
    fc
      .integer({ min: 0, max: 31 })
      .chain((bits) =>
        fc
          .record({ total: fc.integer({ min: 2 ** bits, max: 2 ** (bits + 1) - 1 }), seed: fc.string() })
          .map(({ total, seed }) => ({ hash: digest(seed), parts: { total, hash: digest(`${seed} parts`) } })),
      ),
  ),
});

const instants = fc.record({
  seconds: fc.oneof(fc.constant(0n), fc.bigInt({ min: 1n, max: (1n << 40n) - 1n })),
  nanoseconds: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 999_999_999 })),
});

describe("Votes", () => {
  const deployed = ethers.deployContract("VotesDoor");
  const all = members(16);

  /** Votes of the first so many of some seats. */
  const votesOf = (count: number, ballot = BALLOT): SeatVote[] =>
    all.slice(0, count).map((member, seat) => voteOf(member, ballot, seat));

  const keysOf = (seats: number): Uint8Array[] => all.slice(0, seats).map(({ address }) => address);

  /** Whether both twins take the votes; they agree. */
  const taken = async (ballot: Ballot, votes: readonly SeatVote[], keys: readonly Uint8Array[]): Promise<boolean> => {
    const door = (await deployed).getFunction("check");
    const onChain = await door.staticCall(...shownVotes(ballot, votes, keys)).then(
      () => true,
      () => false,
    );
    let here = true;
    try {
      checkVotes(ballot, votes, keys);
    } catch {
      here = false;
    }
    expect(onChain).equal(here);
    return here;
  };

  it("names chains as the twin does", async () => {
    const door = (await deployed).getFunction("chainId");
    for (const era of [0, 9, 10, 123, 99_999_999])
      expect(await door.staticCall(hex(DEAL), era)).equal(shownChainId(chainIdOf(DEAL, era)));
  });

  it("hashes the bytes that the twin signs", async () => {
    const door = (await deployed).getFunction("digest");
    await fc.assert(
      fc.asyncProperty(ballots, instants, async (ballot, time) => {
        const onChain: unknown = await door.staticCall(
          shownChainId(ballot.chainId),
          shownBallot(ballot),
          time.seconds,
          time.nanoseconds,
        );
        expect(onChain).equal(hex(keccak256(signBytes(ballot, time))));
      }),
      { numRuns: 150, seed: 0x0a4b17e4 },
    );
  });

  it("takes a majority of every size, and no less", async () => {
    for (let seats = 1; seats <= 16; seats++) {
      const least = Math.floor((2 * seats) / 3) + 1;
      expect(await taken(BALLOT, votesOf(least), keysOf(seats)), `${least} of ${seats}`).equal(true);
      expect(await taken(BALLOT, votesOf(least - 1), keysOf(seats)), `${least - 1} of ${seats}`).equal(false);
    }
  });

  it("names what is wrong", async () => {
    const door = await deployed;
    const keys = keysOf(4);
    const votes = votesOf(4);
    const [first] = votes;
    const refused = async (error: string, ballot: Ballot, shown: readonly SeatVote[]): Promise<void> => {
      expect(() => {
        checkVotes(ballot, shown, keys);
      }).throw();
      await expect(
        door.getFunction("check").staticCall(...shownVotes(ballot, shown, keys)),
      ).to.be.revertedWithCustomError(door, error);
    };
    const otherBlock = { ...block, hash: digest("a block with another app hash") };
    await refused("WrongSigner", { ...BALLOT, block: otherBlock }, votes);
    await refused(
      "WrongSigner",
      { ...BALLOT, block: { ...block, parts: { total: 2, hash: block.parts.hash } } },
      votes,
    );
    await refused("WrongSigner", { ...BALLOT, height: 78n }, votes);
    await refused("WrongSigner", { ...BALLOT, round: 1 }, votes);
    await refused("WrongSigner", { ...BALLOT, type: PREVOTE }, votes);
    await refused("WrongSigner", { ...BALLOT, chainId: chainIdOf(DEAL, 2) }, votes);
    await refused("WrongSigner", { ...BALLOT, chainId: chainIdOf(digest("another").subarray(0, 20), 3) }, votes);
    await refused("NoMajority", BALLOT, votes.slice(0, 2));
    await refused("NoMajority", BALLOT, []);
    // Twice the same vote: once as it is, and once in another's name.
    await refused("WrongSigner", BALLOT, [first!, first!, votes[1]!]);
    await refused("WrongSigner", BALLOT, [first!, { ...first!, seat: 1 }, votes[2]!]);
    // Votes for no block, as such and in the name of a block.
    const nil: Ballot = { ...BALLOT, block: undefined };
    await refused("NilVotes", nil, votesOf(4, nil));
    await refused("WrongSigner", BALLOT, votesOf(4, nil));
    await refused("NoSuchSeat", BALLOT, [...votes.slice(0, 3), { ...votes[3]!, seat: 4 }]);
    const changed = (change: Partial<SeatVote>): SeatVote[] => [{ ...first!, ...change }, ...votes.slice(1)];
    const { signature } = first!;
    await refused("HighS", BALLOT, changed({ signature: withHighS(signature) }));
    await refused("WrongV", BALLOT, changed({ signature: signature.with(64, 2) }));
    await refused("WrongV", BALLOT, changed({ signature: signature.with(64, signature[64]! + 27) }));
    await refused("NoSigner", BALLOT, changed({ signature: new Uint8Array(65) }));
    await refused("WrongSigner", BALLOT, changed({ time: { seconds: 1n, nanoseconds: 0 } }));
    await refused("NanosOutOfRange", BALLOT, changed({ time: { seconds: 1n, nanoseconds: 1e9 } }));
    await refused("HeightOutOfRange", { ...BALLOT, height: 0n }, votes);
    await refused("HeightOutOfRange", { ...BALLOT, height: 1n << 63n }, votes);
    await refused("RoundOutOfRange", { ...BALLOT, round: 2 ** 31 }, votes);
    await refused("WrongKind", { ...BALLOT, type: 32 as typeof PREVOTE }, votes);
    await refused("NoParts", { ...BALLOT, block: { ...block, parts: { total: 0, hash: block.hash } } }, votes);
    // More votes than voters, and fewer.
    const [chain, ballot, voters, shown, addresses] = shownVotes(BALLOT, votes, keys);
    for (const given of [[...shown, shown[0]!], shown.slice(0, 3)])
      await expect(
        door.getFunction("check").staticCall(chain, ballot, voters, given, addresses),
      ).to.be.revertedWithCustomError(door, "WrongVoteCount");
    const { chainId: _, ...rest } = BALLOT;
    for (const name of ["0x", `0x${"61".repeat(51)}`])
      await expect(
        door.getFunction("digest").staticCall(name, shownBallot({ ...rest, chainId: "a" }), 1, 1),
      ).to.be.revertedWithCustomError(door, "WrongChainIdLength");
    await expect(door.getFunction("chainId").staticCall(hex(DEAL), 1e8)).to.be.revertedWithCustomError(
      door,
      "EraOutOfRange",
    );
  });

  it("agrees with the twin about votes of which anything is changed", async () => {
    const votes = votesOf(3);
    const keys = keysOf(4);
    const changes = fc.record({
      vote: fc.nat(2),
      seat: fc.oneof(fc.constant(undefined), fc.nat(4)),
      bit: fc.oneof(fc.constant(undefined), fc.nat(65 * 8 - 1)),
      time: fc.oneof(fc.constant(undefined), instants),
      ballot: fc.oneof(fc.constant(undefined), ballots),
    });
    let refusals = 0;
    await fc.assert(
      fc.asyncProperty(changes, async ({ vote, seat, bit, time, ballot }) => {
        const original = votes[vote]!;
        const { signature } = original;
        const byte = (bit ?? 0) >> 3;
        const flipped = signature.with(byte, signature[byte]! ^ (1 << ((bit ?? 0) & 7)));
        const changed: SeatVote = {
          seat: seat ?? original.seat,
          time: time ?? original.time,
          signature: bit === undefined ? signature : flipped,
        };
        // In the order of the seats, as whoever shows votes gives them.
        const shown = votes.with(vote, changed).sort((one, other) => one.seat - other.seat);
        const isSame = (seat ?? original.seat) === original.seat && bit === undefined && time === undefined;
        const accepted = await taken(ballot ?? BALLOT, shown, keys);
        if (!accepted) refusals += 1;
        expect(accepted).equal(isSame && ballot === undefined);
      }),
      { numRuns: 120, seed: 0x0a4b17e4 },
    );
    expect(refusals).greaterThan(60);
  });

  it("takes prevotes and later rounds", async () => {
    const ballot: Ballot = { ...BALLOT, type: PREVOTE, round: 3 };
    expect(await taken(ballot, votesOf(3, ballot), keysOf(4))).equal(true);
  });

  it("finds equivocation as the twin does", async () => {
    const door = await deployed;
    const call = door.getFunction("equivocator");
    const other: Ballot = { ...BALLOT, block: { ...block, hash: digest("other") } };
    const parts: Ballot = { ...BALLOT, block: { ...block, parts: { total: 2, hash: block.parts.hash } } };
    const nil: Ballot = { ...BALLOT, block: undefined };
    const [member, second] = all;
    const args = (a: Ballot, b: Ballot, by = member!, byOther = member!): unknown[] => [
      shownChainId(a.chainId),
      shownBallot(a),
      shownVote(voteOf(by, a, 0)),
      shownBallot(b),
      shownVote(voteOf(byOther, b, 1)),
    ];
    for (const [a, b] of [
      [BALLOT, other],
      [other, BALLOT],
      [BALLOT, parts],
      [BALLOT, nil],
      [nil, BALLOT],
    ] as const) {
      const who = equivocatorOf({ ballot: a, ...voteOf(member!, a, 0) }, { ballot: b, ...voteOf(member!, b, 1) });
      expect(String(await call.staticCall(...args(a, b))).toLowerCase()).equal(hex(who));
    }
    const refused = (error: string, given: unknown[]): Promise<void> =>
      expect(call.staticCall(...given)).to.be.revertedWithCustomError(door, error);
    await refused("SameBlock", args(BALLOT, BALLOT));
    await refused("SameBlock", args(nil, nil));
    const [chain, ballot, vote] = args(nil, nil);
    await refused("SameBlock", [chain, ballot, vote, { ...shownBallot(nil), parts: 5 }, vote]);
    await refused("TwoSigners", args(BALLOT, other, member, second));
    // The second vote is of another height, round or kind: it does not count for the first one's.
    for (const elsewhere of [{ height: 78n }, { round: 1 }, { type: PREVOTE } as const])
      await refused("TwoSigners", args(BALLOT, { ...other, ...elsewhere }));
  });
});
