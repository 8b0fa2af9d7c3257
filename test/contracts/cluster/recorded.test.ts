/** The libraries judge what the real engine has said. */
import { expect } from "chai";
import { network } from "hardhat";
import { chainIdOf } from "../../../verifier/consensus/chain-id.ts";
import { ballotOf, verifyCommit } from "../../../verifier/consensus/commit.ts";
import { parseSignedHeader, parseVote } from "../../../verifier/consensus/engine-json.ts";
import { headerHash, proveField } from "../../../verifier/consensus/header.ts";
import { digest, members } from "../../support/electorate.ts";
import { recorded, RECORDED_DEAL } from "../../support/recorded.ts";
import { isTaken, lies } from "./lies.ts";
import { hex, shownBallot, shownChainId, shownVote, shownVotes } from "./shown.ts";

const { ethers } = await network.create();

describe("contracts about the real engine's words", () => {
  const chainId = chainIdOf(RECORDED_DEAL, 3);
  const keys = members(4).map(({ address }) => address);
  const votesDoor = ethers.deployContract("VotesDoor");
  const headersDoor = ethers.deployContract("HeadersDoor");

  for (const name of ["commit", "later-round"]) {
    it(`take the votes, and no lie with them: ${name}`, async () => {
      const shown = parseSignedHeader(recorded(name));
      const votes = verifyCommit(shown, { chainId, height: shown.header.height }, keys);
      const door = await votesDoor;
      const check = door.getFunction("check");
      await check.staticCall(...shownVotes(ballotOf(shown.commit, chainId), votes, keys));
      const others = [2, 4].map((era) => chainIdOf(RECORDED_DEAL, era));
      const another = chainIdOf(digest("another deal").subarray(0, 20), 3);
      for (const lie of lies(shown, votes, [...others, another])) {
        expect(isTaken(lie, keys), lie.name).equal(false);
        const given = check.staticCall(...shownVotes(lie.ballot, lie.votes, keys));
        expect(await given.catch(() => "refused"), lie.name).equal("refused");
      }
    });
  }

  it("prove fields of its headers", async () => {
    const { header } = parseSignedHeader(recorded("commit"));
    const door = await headersDoor;
    const hash = hex(headerHash(header));
    const given: [string, Parameters<typeof proveField>[1], unknown[]][] = [
      ["ofChainId", "chainId", [shownChainId(header.chainId)]],
      ["ofHeight", "height", [header.height]],
      ["ofTime", "time", [header.time.seconds, header.time.nanoseconds]],
      ["ofDataHash", "dataHash", [hex(header.dataHash)]],
      ["ofAppHash", "appHash", [hex(header.appHash)]],
    ];
    for (const [name, field, args] of given)
      expect(await door.getFunction(name).staticCall(...args, proveField(header, field).map(hex)), name).equal(hash);
  });

  it("find who has voted twice", async () => {
    const { vote_a: one, vote_b: other } = recorded("evidence") as { vote_a: unknown; vote_b: unknown };
    const [a, b] = [one, other].map((vote) => parseVote(vote, chainIdOf(RECORDED_DEAL, 4)));
    const door = (await votesDoor).getFunction("equivocator");
    const who: unknown = await door.staticCall(
      shownChainId(a!.ballot.chainId),
      shownBallot(a!.ballot),
      shownVote(a!),
      shownBallot(b!.ballot),
      shownVote(b!),
    );
    expect(String(who).toLowerCase()).equal(hex(keys[0]!));
  });
});
