/**
 * Gas of what a claim of a cluster consists of, as transactions to doors cost it, against the
 * committed snapshot: the difference of two of them is what one more vote costs, calldata and all.
 */
import { expect } from "chai";
import { network } from "hardhat";
import { checkSnapshot } from "../../../scripts/snapshot.ts";
import { BlockHistory } from "../../../verifier/consensus/block-history.ts";
import { chainIdOf } from "../../../verifier/consensus/chain-id.ts";
import { proveField } from "../../../verifier/consensus/header.ts";
import { type Ballot, PRECOMMIT } from "../../../verifier/consensus/vote.ts";
import { digest, headerOf, members, voteOf } from "../../support/electorate.ts";
import { hex, shownBallot, shownChainId, shownVote, shownVotes } from "./shown.ts";

const { ethers } = await network.create();

const chainId = chainIdOf(digest("deal").subarray(0, 20), 3);

const BALLOT: Ballot = {
  chainId,
  type: PRECOMMIT,
  height: 1_000_000n,
  round: 0,
  block: { hash: digest("block"), parts: { total: 1, hash: digest("parts") } },
};

/** An instant as an engine has them: to the millisecond. */
const time = { seconds: 1_796_000_000n, nanoseconds: 123_000_000 };

describe("gas of what a cluster shows", () => {
  const gas: Record<string, number> = {};

  /** What a transaction with this call costs. */
  const used = async (contract: string, name: string, args: readonly unknown[]): Promise<number> => {
    const door = await ethers.deployContract(contract);
    const [sender] = await ethers.getSigners();
    const data = door.interface.encodeFunctionData(name, args);
    const response = await sender!.sendTransaction({ to: door, data });
    return Number((await response.wait())!.gasUsed);
  };

  it("of votes", async () => {
    const all = members(16);
    const votesOf = (count: number, seats: number): unknown[] =>
      shownVotes(
        BALLOT,
        all.slice(0, count).map((member, seat) => voteOf(member, BALLOT, seat, time)),
        all.slice(0, seats).map(({ address }) => address),
      );
    gas["votes, 3 of 4"] = await used("VotesDoor", "check", votesOf(3, 4));
    gas["votes, 4 of 4"] = await used("VotesDoor", "check", votesOf(4, 4));
    gas["votes, 11 of 16"] = await used("VotesDoor", "check", votesOf(11, 16));
    expect(gas["votes, 4 of 4"] - gas["votes, 3 of 4"]).lessThan(10_000);
    const other: Ballot = { ...BALLOT, block: { hash: digest("other"), parts: { total: 1, hash: digest("parts") } } };
    const [member] = all;
    gas["equivocation"] = await used("VotesDoor", "equivocator", [
      shownChainId(chainId),
      shownBallot(BALLOT),
      shownVote(voteOf(member!, BALLOT, 0, time)),
      shownBallot(other),
      shownVote(voteOf(member!, other, 0, time)),
    ]);
  });

  it("of fields of a header", async () => {
    const header = headerOf({ chainId, height: 1_000_000n });
    const field = (name: string, args: unknown[], which: Parameters<typeof proveField>[1]): Promise<number> =>
      used("HeadersDoor", name, [...args, proveField(header, which).map(hex)]);
    gas["header, app hash"] = await field("ofAppHash", [hex(header.appHash)], "appHash");
    gas["header, data hash"] = await field("ofDataHash", [hex(header.dataHash)], "dataHash");
    gas["header, time"] = await field("ofTime", [time.seconds, time.nanoseconds], "time");
    gas["header, height"] = await field("ofHeight", [header.height], "height");
    gas["header, chain id"] = await field("ofChainId", [shownChainId(chainId)], "chainId");
  });

  it("of a history", async () => {
    const history = new BlockHistory();
    for (let i = 0; i < 1_023; i++) history.append(digest(`leaf ${i}`));
    const leaf = hex(digest("leaf 1023"));
    const end = history.proveEnd().map(hex);
    gas["history, append block 1,024"] = await used("HistoryDoor", "append", [hex(history.root), 1_023, leaf, end]);
    const proof = history.prove(500).map(hex);
    gas["history, leaf of 1,023"] = await used("HistoryDoor", "root", [hex(digest("leaf 500")), 500, 1_023, proof]);
  });

  after(() => {
    checkSnapshot("cluster-gas", gas);
  });
});
