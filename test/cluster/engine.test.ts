/**
 * Four nodes of the real engine, each with an application and a socket between: what they agree on
 * is verified by the light client and on chain, also while one of them is killed and started again.
 */
import { expect } from "chai";
import { network } from "hardhat";
import { findEngine } from "../../cluster/engine/engine.ts";
import { chainIdOf } from "../../verifier/consensus/chain-id.ts";
import { ballotOf, verifyCommit } from "../../verifier/consensus/commit.ts";
import { parseValidators } from "../../verifier/consensus/engine-json.ts";
import { validatorsHash } from "../../verifier/consensus/validators.ts";
import { isTaken, lies } from "../contracts/cluster/lies.ts";
import { shownVotes } from "../contracts/cluster/shown.ts";
import { digest, members } from "../support/electorate.ts";
import { ToyCluster } from "./toy-cluster.ts";

const engine = await findEngine();
const reason = engine === undefined ? " (skipped: the engine is not built, npm run engine builds it)" : "";

(engine === undefined ? describe.skip : describe)(`four nodes of the real engine${reason}`, () => {
  const deal = digest("live deal").subarray(0, 20);
  const chainId = chainIdOf(deal, 1);
  const all = members(4);
  const keys = all.map(({ address }) => address);
  let cluster: ToyCluster;

  before(async () => {
    cluster = await ToyCluster.start(engine!, chainId, all);
    await cluster.reaches(0, 1);
  });

  after(() => cluster.stop());

  it("agree on blocks, which the light client and the contract take, and no lie about them", async () => {
    const { ethers } = await network.create();
    const door = (await ethers.deployContract("VotesDoor")).getFunction("check");
    const first = await cluster.apply(1, "colour=blue");
    await cluster.reaches(0, first + 1);
    for (const height of [first, first + 1]) {
      const shown = await cluster.signedHeader(0, height);
      const votes = verifyCommit(shown, { chainId, height: BigInt(height) }, keys);
      await door.staticCall(...shownVotes(ballotOf(shown.commit, chainId), votes, keys));
      const others = [chainIdOf(deal, 0), chainIdOf(deal, 2), chainIdOf(digest("another deal").subarray(0, 20), 1)];
      for (const lie of lies(shown, votes, others)) {
        expect(isTaken(lie, keys), lie.name).equal(false);
        const given = door.staticCall(...shownVotes(lie.ballot, lie.votes, keys));
        expect(await given.catch(() => "refused"), lie.name).equal("refused");
      }
    }
    const at = { height: String(first) };
    const { header } = await cluster.signedHeader(0, first);
    expect(validatorsHash(parseValidators(await cluster.ask(0, "validators", at)))).deep.equal(header.validatorsHash);
  });

  it("go on without one that was killed, which catches up when it is started again", async () => {
    await cluster.killNode(3);
    let height = 0;
    for (let i = 0; i < 5; i++) height = await cluster.apply(i % 3, `key${i}=${i}`);
    const shown = await cluster.signedHeader(0, height);
    const seats = verifyCommit(shown, { chainId, height: BigInt(height) }, keys).map(({ seat }) => seat);
    expect(seats).deep.equal([0, 1, 2]);
    await cluster.startNode(3);
    await cluster.reaches(3, height);
    const after = await cluster.apply(3, "back=yes");
    const { response } = (await cluster.ask(3, "abci_query", { data: Buffer.from("key4").toString("hex") })) as {
      response: { value: string };
    };
    expect(Buffer.from(response.value, "base64").toString()).equal("4");
    await cluster.reaches(3, after + 1);
    const [here, there] = await Promise.all([0, 3].map((i) => cluster.signedHeader(i, after + 1)));
    expect(here!.header).deep.equal(there!.header);
  });

  it("say no to what the application refuses", async () => {
    const refused = await cluster.ask(0, "broadcast_tx_sync", { tx: Buffer.from("no entry").toString("base64") });
    expect(refused).include({ code: 1, log: "KEY=VALUE" });
  });
});
