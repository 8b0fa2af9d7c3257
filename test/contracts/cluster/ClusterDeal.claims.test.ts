import { expect } from "chai";
import { getBytes, keccak256 } from "ethers";
import { appHash } from "../../../verifier/consensus/block-history.ts";
import { chainIdOf } from "../../../verifier/consensus/chain-id.ts";
import { digest } from "../../support/electorate.ts";
import { INITIAL, loadFixture, networkHelpers, PERIOD, record, STATUS } from "../deal/fixture.ts";
import {
  blocks,
  started,
  certificate,
  Chain,
  claimChain,
  type Cluster,
  deployCluster,
  INTERVAL,
  RATE,
  type Unusual,
} from "./deal-fixture.ts";
import { hex } from "./shown.ts";

const { time } = networkHelpers;

/** The arguments of `claim` for where a chain stands, by three of four. */
async function arguments_(cluster: Cluster, chain: Chain, seats = [0, 1, 2], unusual: Unusual = {}) {
  const { standing } = chain;
  const at = BigInt(await time.latest());
  const votes = certificate(cluster, standing, at, seats, unusual);
  return [votes, chain.record, hex(standing.historyRoot), standing.count, standing.steps] as const;
}

describe("ClusterDeal, claiming", () => {
  it("begins where the program does", async () => {
    const { deal } = await loadFixture(started);
    const { head, eras, headKind } = await deal.progress();
    const initial = { ...new Chain().standing, stateRoot: getBytes(keccak256(INITIAL)) };
    expect([head, eras, headKind]).eql([hex(appHash(initial)), 1n, 0n]);
  });

  it("names its eras' chains as the workers do", async () => {
    const { deal, address } = await loadFixture(started);
    for (const era of [0, 9, 10, 65_535]) expect(await deal.chainId(era)).equal(chainIdOf(address, era));
  });

  it("takes votes of three of four from anybody, and pays them for the time since the era began", async () => {
    const cluster = await loadFixture(started);
    const { deal, workers } = cluster;
    const chain = blocks(3);
    const id = await claimChain(cluster, chain, [0, 2, 3]);
    const { start } = await deal.eraOf(0);
    const claim = await deal.claimOf(id);
    expect([claim.appHash, claim.count, claim.steps, claim.signers]).eql([
      hex(appHash(chain.standing)),
      3n,
      300n,
      0b1101n,
    ]);
    expect(claim.covered).equal(claim.time - start);
    expect(await deal.reserved()).equal(RATE * 4n * claim.covered);
    await expect(deal.confirm(id)).to.be.revertedWithCustomError(deal, "WindowOpen");
    await time.increase(PERIOD);
    await deal.confirm(id);
    expect((await deal.progress()).head).equal(claim.appHash);
    expect(await deal.reserved()).equal(0n);
    const earned = await Promise.all(workers.slice(0, 4).map((worker) => deal.earningsOf(worker)));
    const share = RATE * claim.covered;
    expect(earned).eql([share, 0n, share, share]);
  });

  it("adds the votes of those who come later", async () => {
    const cluster = await loadFixture(started);
    const { deal } = cluster;
    const chain = blocks(1);
    const id = await claimChain(cluster, chain, [0, 1, 2]);
    const at = BigInt(await time.latest());
    await deal.back(id, certificate(cluster, chain.standing, at, [3], { height: 9n }));
    expect((await deal.claimOf(id)).signers).equal(0b1111n);
    const again = certificate(cluster, chain.standing, at, [1, 3]);
    await expect(deal.back(id, again)).to.be.revertedWithCustomError(deal, "NothingAdded");
    const other = certificate(cluster, blocks(2).standing, at, [3]);
    await expect(deal.back(id, other)).to.be.revertedWithCustomError(deal, "NothingAdded");
  });

  it("refuses votes that do not say what is claimed", async () => {
    const cluster = await loadFixture(started);
    const { deal, proofs, address } = cluster;
    await time.increase(INTERVAL);
    const refused: [string, Awaited<ReturnType<typeof arguments_>>][] = [
      ["WrongBlock", await arguments_(cluster, blocks(1), [0, 1, 2], { appHash: digest("another") })],
      [
        "WrongBlock",
        await arguments_(cluster, blocks(1), [0, 1, 2], {
          ballot: { block: { hash: digest("b"), parts: { total: 1, hash: digest("p") } } },
        }),
      ],
      ["WrongSigner", await arguments_(cluster, blocks(1), [0, 1, 2], { era: 1 })],
      ["WrongSigner", await arguments_(cluster, blocks(1), [0, 1, 2], { deal: address.map((byte) => byte ^ 1) })],
      ["NoSuchSeat", await arguments_(cluster, blocks(1), [0, 1, 4])],
    ];
    for (const [error, given] of refused)
      await expect(deal.claim(...given)).to.be.revertedWithCustomError(proofs, error);
    await expect(deal.claim(...(await arguments_(cluster, blocks(1), [0, 3])))).to.be.revertedWithCustomError(
      deal,
      "NoMajority",
    );
    // A signature is over height and round: others than the signed ones do not fit.
    const [votes, ...rest] = await arguments_(cluster, blocks(1));
    for (const change of [{ height: 77n }, { round: 1 }, { kind: 1 }]) {
      const ballot = { ...votes.ballot, ...change };
      await expect(deal.claim({ ...votes, ballot }, ...rest)).to.be.revertedWithCustomError(proofs, "WrongSigner");
    }
    const nobody = { ...votes, voters: 0b111, votes: votes.votes.map(() => votes.votes[0]!) };
    await expect(deal.claim(nobody, ...rest)).to.be.revertedWithCustomError(proofs, "WrongSigner");
  });

  it("refuses another record, history, count or steps than the votes are for", async () => {
    const cluster = await loadFixture(started);
    const { deal, proofs } = cluster;
    await time.increase(INTERVAL);
    const [votes, after, history, count, steps] = await arguments_(cluster, blocks(1));
    for (const given of [
      [record(77), history, count, steps],
      [after, hex(digest("history")), count, steps],
      [after, history, count + 1n, steps],
      [after, history, count, steps + 1n],
    ] as const)
      await expect(deal.claim(votes, ...given)).to.be.revertedWithCustomError(proofs, "WrongBlock");
    const running = new Chain();
    running.add(1, 100n, STATUS.running);
    await expect(deal.claim(...(await arguments_(cluster, running)))).to.be.revertedWithCustomError(
      deal,
      "StillRunning",
    );
    await expect(deal.claim(votes, "0x", history, count, steps)).to.be.revertedWithCustomError(
      deal,
      "WrongRecordLength",
    );
  });

  it("goes on from claim to claim, never back, and no faster than the interval", async () => {
    const cluster = await loadFixture(started);
    const { deal } = cluster;
    const chain = blocks(3);
    await claimChain(cluster, chain);
    await expect(deal.claim(...(await arguments_(cluster, blocks(4))))).to.be.revertedWithCustomError(deal, "TooEarly");
    await time.increase(INTERVAL);
    await expect(deal.claim(...(await arguments_(cluster, chain.upTo(2))))).to.be.revertedWithCustomError(
      deal,
      "NotAfter",
    );
    const fewer = chain.upTo(3);
    fewer.push(record(4), { steps: 299n, stateRoot: getBytes(keccak256(record(4))) });
    await expect(deal.claim(...(await arguments_(cluster, fewer)))).to.be.revertedWithCustomError(deal, "NotAfter");
    const other = chain.upTo(2);
    other.add(77);
    await expect(deal.claim(...(await arguments_(cluster, other)))).to.be.revertedWithCustomError(deal, "NotAfter");
    // Where no block came, the time is claimed.
    const { covered } = await deal.claimOf(await claimChain(cluster, chain));
    expect(covered >= INTERVAL).equal(true);
  });

  it("refuses headers of the future, and more claims or steps than may be pending", async () => {
    const cluster = await loadFixture(started);
    const { deal } = cluster;
    const chain = blocks(1);
    await time.increase(INTERVAL);
    const { standing } = chain;
    const later = BigInt(await time.latest()) + 100n;
    const early = certificate(cluster, standing, later, [0, 1, 2]);
    await expect(
      deal.claim(early, chain.record, hex(standing.historyRoot), standing.count, standing.steps),
    ).to.be.revertedWithCustomError(deal, "NotYet");
    const long = new Chain();
    for (let i = 0; i < 11; i++) long.add(i, 1_000_000n);
    await expect(deal.claim(...(await arguments_(cluster, long))))
      .to.be.revertedWithCustomError(deal, "TooManyPendingSteps")
      .withArgs(11_000_000n, 10_000_000n);
    for (let i = 0; i < 4; i++) {
      await claimChain(cluster, chain);
      chain.add(10 + i);
    }
    await time.increase(INTERVAL);
    await expect(deal.claim(...(await arguments_(cluster, chain)))).to.be.revertedWithCustomError(
      deal,
      "TooManyPending",
    );
  });

  it("pays for as many seconds as there are funds for", async () => {
    const cluster = await loadFixture(started);
    const { deal, customer } = cluster;
    await deal.connect(customer).withdrawFunds((await deal.funds()) - 100n * RATE * 4n - 3n, customer);
    const id = await claimChain(cluster, blocks(1));
    expect((await deal.claimOf(id)).covered).equal(100n);
    expect((await deal.claimOf(await claimChain(cluster, blocks(2)))).covered).equal(0n);
    await expect(deal.connect(customer).withdrawFunds(4n, customer)).to.be.revertedWithCustomError(
      deal,
      "InsufficientFunds",
    );
    await deal.connect(customer).withdrawFunds(3n, customer);
  });

  it("ends with its program", async () => {
    const cluster = await loadFixture(started);
    const { deal } = cluster;
    const chain = blocks(1);
    chain.add(2, 100n, STATUS.finished);
    const id = await claimChain(cluster, chain);
    await time.increase(INTERVAL);
    chain.add(3);
    await expect(deal.claim(...(await arguments_(cluster, chain)))).to.be.revertedWithCustomError(deal, "NotYielded");
    await time.increase(PERIOD);
    await expect(deal.confirm(id)).to.emit(deal, "Ended").and.to.emit(deal, "EraEnded");
    expect((await deal.progress()).headKind).equal(2n);
    await expect(deal.begin()).to.be.revertedWithCustomError(deal, "Closed");
  });

  it("has terms that are in their ranges, and shows them", async () => {
    const { deal, terms } = await loadFixture(started);
    const shown = await deal.terms();
    expect([shown.size, shown.rate, shown.interval, shown.proofs]).eql([4n, RATE, INTERVAL, terms.proofs]);
    for (const change of [
      { size: 0 },
      { size: 2 },
      { size: 3 },
      { size: 17 },
      { interval: INTERVAL - 1n },
      { silence: 1n },
      { rate: 1n << 128n },
      { maxPending: 65 },
    ])
      await expect(deployCluster(change)).to.be.revertedWithCustomError(deal, "BadTerm");
    await deployCluster({ size: 1 });
  });
});
