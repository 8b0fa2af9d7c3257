import { expect } from "chai";
import { ZeroAddress } from "ethers";
import { chainIdOf } from "../../../verifier/consensus/chain-id.ts";
import { type Ballot, PREVOTE } from "../../../verifier/consensus/vote.ts";
import { digest, voteOf } from "../../support/electorate.ts";
import { COLLATERAL, loadFixture, networkHelpers, PERIOD } from "../deal/fixture.ts";
import {
  blocks,
  started,
  claimChain,
  claimSoon,
  type Cluster,
  deployCluster,
  enlistment,
  enter,
  GRACE,
  INTERVAL,
  NOTICE,
  RATE,
  SILENCE,
} from "./deal-fixture.ts";
import { shownBallot, shownVote } from "./shown.ts";

const { time } = networkHelpers;

const lockOf = ({ deal, deposits, terms, workers }: Cluster, worker: number): Promise<bigint> =>
  deposits.lockOf(terms.collateralToken, workers[worker]!, deal);

describe("ClusterDeal, workers", () => {
  it("have shown that their keys are their own, and nobody else's", async () => {
    const cluster = await deployCluster();
    const { deal, proofs, deposits, token, workers, keys, terms } = cluster;
    const [w0, w1] = [workers[0]!, workers[1]!];
    const shown = await enlistment(cluster, w0, keys[0]!);
    await expect(deal.connect(w1).enlist(...shown)).to.be.revertedWithCustomError(proofs, "NotKeyHolder");
    await expect(deal.connect(w0).enlist(`${shown[0]}00`, shown[1])).to.be.revertedWithCustomError(
      proofs,
      "WrongKeyLength",
    );
    await token.mint(w0, COLLATERAL);
    await token.connect(w0).approve(deposits, COLLATERAL);
    await deposits.connect(w0).deposit(token, COLLATERAL);
    const lock = async () => deposits.connect(w0).lock(deal, terms.collateralToken, COLLATERAL, await deal.termsHash());
    await expect(lock()).to.be.revertedWithCustomError(deal, "KeyFixed");
    await deal.connect(w0).enlist(...(await enlistment(cluster, w0, keys[5]!)));
    await deal.connect(w0).enlist(...shown);
    await expect(deal.connect(w1).enlist(...(await enlistment(cluster, w1, keys[0]!)))).to.be.revertedWithCustomError(
      deal,
      "KeyTaken",
    );
    // The first key is free again.
    await deal.connect(w1).enlist(...(await enlistment(cluster, w1, keys[5]!)));
    await expect(lock()).to.emit(deal, "Joined").withArgs(w0, 0);
    await expect(deal.connect(w0).enlist(...shown)).to.be.revertedWithCustomError(deal, "KeyFixed");
    await expect(deal.begin()).to.be.revertedWithCustomError(deal, "SeatFree").withArgs(1);
  });

  it("take part in an era with the keys that they have when it begins", async () => {
    const { deal, workers, keys } = await loadFixture(started);
    const { start, end_, workers: seated, consensusKeys: voting } = await deal.eraOf(0);
    expect(start).equal(BigInt(await time.latest()));
    expect(end_).equal(0n);
    expect([...seated]).eql(workers.slice(0, 4).map(({ address }) => address));
    expect([...voting].map((key) => key.toLowerCase())).eql(
      keys.slice(0, 4).map(({ address }) => `0x${Buffer.from(address).toString("hex")}`),
    );
    await expect(deal.begin()).to.be.revertedWithCustomError(deal, "EraUnderWay").withArgs(0);
  });

  it("end the era when one quits, claim for a grace, and get the deposit back when what it signed is over", async () => {
    const cluster = await loadFixture(started);
    const { deal, workers } = cluster;
    const chain = blocks(1);
    await claimChain(cluster, chain);
    await expect(deal.release(workers[1]!)).to.be.revertedWithCustomError(deal, "NotLeaving");
    await expect(deal.connect(workers[1]!).quit()).to.emit(deal, "EraEnded");
    const { end_ } = await deal.eraOf(0);
    await expect(deal.release(workers[1]!)).to.be.revertedWithCustomError(deal, "EraUnderWay");
    // The last claim need not wait for the interval, but is paid up to the era's end.
    chain.add(2);
    await time.increase(GRACE / 2n);
    const last = await claimSoon(cluster, chain);
    const claim = await deal.claimOf(last);
    const before = await deal.claimOf(await deal.claimIdAt(0n));
    expect(claim.covered).equal(end_ - before.time);
    await time.increase(GRACE);
    await expect(claimSoon(cluster, chain)).to.be.revertedWithCustomError(deal, "EraOver");
    await expect(deal.release(workers[1]!)).to.be.revertedWithCustomError(deal, "StillBacking");
    await time.increase(PERIOD);
    for (const number of [0n, 1n]) await deal.confirm(await deal.claimIdAt(number));
    await deal.release(workers[1]!);
    expect(await lockOf(cluster, 1)).equal(0n);
    await enter(cluster, 4);
    await deal.begin();
    expect((await deal.eraOf(1)).workers[1]).equal(workers[4]!.address);
  });

  it("are replaced by the customer alone", async () => {
    const cluster = await loadFixture(started);
    const { deal, customer, workers, stranger } = cluster;
    await expect(deal.connect(stranger).replace(2)).to.be.revertedWithCustomError(deal, "NotAllowed");
    await expect(deal.connect(customer).replace(2)).to.emit(deal, "Left").withArgs(workers[2], 2);
    await expect(deal.connect(customer).replace(2)).to.be.revertedWithCustomError(deal, "SeatFree");
    await time.increase(GRACE);
    await deal.release(workers[2]!);
    expect(await lockOf(cluster, 2)).equal(0n);
  });

  it("may be followed by others when they claim nothing", async () => {
    const cluster = await loadFixture(started);
    const { deal, proofs } = cluster;
    await time.increase(SILENCE / 2n);
    await expect(deal.end()).to.be.revertedWithCustomError(deal, "NotSilent");
    await claimChain(cluster, blocks(1));
    await time.increase(SILENCE - 60n);
    await expect(deal.end()).to.be.revertedWithCustomError(deal, "NotSilent");
    await time.increase(60n);
    await expect(deal.end()).to.emit(deal, "EraEnded");
    await expect(deal.end()).to.be.revertedWithCustomError(deal, "NoEra");
    await time.increase(GRACE);
    await deal.begin();
    // Votes of the former era count no more.
    await expect(claimChain(cluster, blocks(2))).to.be.revertedWithCustomError(proofs, "WrongSigner");
    await claimChain(cluster, blocks(2), [0, 1, 2], { era: 1 });
  });

  it("lose the deposit for two votes at one height and round, once", async () => {
    const cluster = await loadFixture(started);
    const { deal, proofs, address, keys, workers, stranger, deposits, terms } = cluster;
    const ballot = (seed: string, change: Partial<Ballot> = {}, era = 0): Ballot => ({
      chainId: chainIdOf(address, era),
      type: PREVOTE,
      height: 5n,
      round: 2,
      block: { hash: digest(seed), parts: { total: 1, hash: digest("parts") } },
      ...change,
    });
    const show = (one: Ballot, other: Ballot, seat = 1, by = 1) =>
      deal
        .connect(stranger)
        .equivocation(
          0,
          seat,
          shownBallot(one),
          shownVote(voteOf(keys[by]!, one, by)),
          shownBallot(other),
          shownVote(voteOf(keys[by]!, other, by)),
        );
    await expect(show(ballot("a"), ballot("a"))).to.be.revertedWithCustomError(proofs, "SameBlock");
    // Votes at another height or of another era recover to other keys.
    await expect(show(ballot("a"), ballot("b", { height: 6n }))).to.be.revertedWithCustomError(proofs, "TwoSigners");
    await expect(show(ballot("a", {}, 1), ballot("b", {}, 1))).to.be.revertedWithCustomError(proofs, "TwoSigners");
    await expect(show(ballot("a"), ballot("b"), 0)).to.be.revertedWithCustomError(deal, "NotOfSeat");
    await expect(show(ballot("a"), ballot("b"), 4)).to.be.revertedWithCustomError(deal, "NoDeposit");
    await expect(show(ballot("a"), ballot("b", { block: undefined })))
      .to.emit(deal, "Equivocated")
      .withArgs(workers[1], 0, stranger);
    expect(await lockOf(cluster, 1)).equal(0n);
    expect(await deposits.freeOf(terms.collateralToken, stranger)).equal(COLLATERAL / 4n);
    expect(await deal.workerAt(1)).equal(ZeroAddress);
    expect((await deal.eraOf(0)).end_).equal(BigInt(await time.latest()));
    await expect(show(ballot("a"), ballot("b"))).to.be.revertedWithCustomError(deal, "NoDeposit");
  });

  it("lose it also after they have quit, until it is released", async () => {
    const cluster = await loadFixture(started);
    const { deal, workers, keys, address, stranger } = cluster;
    await deal.connect(workers[3]!).quit();
    const ballot = (seed: string): Ballot => ({
      chainId: chainIdOf(address, 0),
      type: PREVOTE,
      height: 5n,
      round: 0,
      block: { hash: digest(seed), parts: { total: 1, hash: digest("parts") } },
    });
    const [one, other] = [ballot("a"), ballot("b")];
    const votes = [one, other].map((b) => shownVote(voteOf(keys[3]!, b, 3)));
    await deal.connect(stranger).equivocation(0, 3, shownBallot(one), votes[0]!, shownBallot(other), votes[1]!);
    expect(await lockOf(cluster, 3)).equal(0n);
    await expect(deal.release(workers[3]!)).to.be.revertedWithCustomError(deal, "NotLeaving");
  });
});

describe("ClusterDeal, closing", () => {
  it("ends the era after a notice, refunds the customer, and lets all workers go", async () => {
    const cluster = await loadFixture(started);
    const { deal, customer, workers, payment } = cluster;
    await deal.connect(customer).close();
    await expect(deal.connect(customer).close()).to.be.revertedWithCustomError(deal, "AlreadyClosing");
    const id = await claimChain(cluster, blocks(1));
    // The era goes on, and its claims keep their distance.
    await expect(claimSoon(cluster, blocks(2))).to.be.revertedWithCustomError(deal, "TooEarly");
    await time.increase(NOTICE + GRACE);
    await deal.confirm(id);
    await expect(deal.begin()).to.be.revertedWithCustomError(deal, "Closed");
    const left = await deal.funds();
    await deal.connect(customer).withdrawFunds(left, customer);
    expect(await payment.balanceOf(customer)).equal(left);
    for (const worker of workers.slice(0, 4)) {
      await deal.connect(worker).quit();
      await deal.release(worker);
      await deal.connect(worker).withdrawEarnings(worker);
    }
    expect(await deal.funds()).equal(0n);
    expect(await payment.balanceOf(deal)).equal(0n);
    expect((await payment.balanceOf(workers[0]!)) >= RATE * INTERVAL).equal(true);
  });
});
