import { expect } from "chai";
import { keccak256, ZeroAddress, ZeroHash } from "ethers";
import {
  afterWindow,
  challenge,
  claim,
  COLLATERAL,
  ethers,
  fund,
  INITIAL,
  join,
  loadFixture,
  networkHelpers,
  NOTICE,
  PRICE,
  record,
  SHARE,
  started,
  startedWorld,
  STATUS,
  submit,
  type World,
} from "./fixture.ts";

const { time } = networkHelpers;

const HEAD = { yielded: 0n, hidden: 1n, halted: 2n } as const;

/**
 * A world where w1 claims fragment 0 falsely, w2 backs it, w3 claims fragment 1 on top, and
 * fragment 0 is disputed.
 */
async function disputedWorld(): Promise<World & { false0: string; claim1: string }> {
  const world = await started();
  await submit(world);
  await submit(world);
  await submit(world);
  const false0 = await claim(world, world.w1, INITIAL, record(1));
  await world.deal.connect(world.w2).back(false0);
  const claim1 = await claim(world, world.w3, record(1), record(2));
  await challenge(world, false0, INITIAL);
  return { ...world, false0, claim1 };
}

describe("Deal, confirming", () => {
  it("pays the backers in equal shares and leaves the remainder to the customer", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, w1, w2, w3 } = world;
    await submit(world);
    const id = await claim(world, w1, INITIAL, record(1));
    await deal.connect(w2).back(id);
    await deal.connect(w3).back(id);
    await afterWindow();
    const before = await deal.funds();
    await expect(deal.confirm(id))
      .to.emit(deal, "Confirmed")
      .withArgs(id, 0, keccak256(record(1)), 0b111, 333);
    for (const worker of [w1, w2, w3]) expect(await deal.earningsOf(worker)).to.equal(333);
    expect(await deal.funds()).to.equal(before - 999n);
    expect(await deal.reserved()).to.equal(0);
    expect((await deal.progress()).head).to.equal(keccak256(record(1)));
  });

  it("goes in order, each claim once", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, w1 } = world;
    await submit(world);
    await submit(world);
    const first = await claim(world, w1, INITIAL, record(1));
    const second = await claim(world, w1, record(1), record(2));
    await expect(deal.confirm(first)).to.be.revertedWithCustomError(deal, "WindowOpen");
    await afterWindow();
    await expect(deal.confirm(second)).to.be.revertedWithCustomError(deal, "NotOldest").withArgs(second, first);
    await deal.confirm(first);
    await expect(deal.confirm(first)).to.be.revertedWithCustomError(deal, "NotPending").withArgs(first);
    await deal.confirm(second);
    await expect(deal.confirm(second)).to.be.revertedWithCustomError(deal, "NotPending").withArgs(second);
    await expect(deal.settle(second)).to.be.revertedWithCustomError(deal, "NotPending").withArgs(second);
  });

  it("ends the Deal when the program has ended: the rest of the escrow is the customer's, workers go", async () => {
    for (const status of [STATUS.finished, STATUS.trapped, 77]) {
      const world = await started();
      const { deal, customer, sequencer, w1, w2, payment } = world;
      await submit(world);
      await submit(world);
      const final = record(1, status);
      const id = await claim(world, w1, INITIAL, final);
      await afterWindow();
      expect(await deal.reserved()).to.equal(2n * PRICE);
      await expect(deal.confirm(id)).to.emit(deal, "Ended").withArgs(keccak256(final));
      expect((await deal.progress()).headKind).to.equal(HEAD.halted);
      expect(await deal.reserved()).to.equal(0);
      await expect(deal.connect(sequencer).submit("0x")).to.be.revertedWithCustomError(deal, "Closed");
      await expect(claim(world, w2, final, record(2))).to.be.revertedWithCustomError(deal, "Closed");
      await expect(deal.connect(customer).withdrawFunds(7n * PRICE, customer)).to.changeTokenBalance(
        ethers,
        payment,
        customer,
        7n * PRICE,
      );
      await deal.connect(w1).quit();
      await deal.connect(w2).quit();
      await deal.connect(w1).withdrawEarnings(w1);
      expect(await payment.balanceOf(deal)).to.equal(0);
    }
  });
});

describe("Deal, settling", () => {
  it("does nothing before the tournament is finished", async () => {
    const { deal, false0, claim1 } = await loadFixture(disputedWorld);
    await expect(deal.settle(false0)).to.be.revertedWithCustomError(deal, "Undecided").withArgs(false0);
    await expect(deal.settle(claim1)).to.be.revertedWithCustomError(deal, "NotOldest").withArgs(claim1, false0);
    await afterWindow();
    // The window is over, but an open tournament still protects.
    await expect(deal.confirm(false0)).to.be.revertedWithCustomError(deal, "WrongStage").withArgs(false0, 1);
  });

  it("upholds a claim with the same final state, which is then confirmed and paid as if nobody had disputed", async () => {
    const { deal, deposits, token, arbiter, false0, w1, w3 } = await loadFixture(disputedWorld);
    await arbiter.decide(deal, false0, true, keccak256(record(1)), w3);
    await expect(deal.settle(false0)).to.emit(deal, "Upheld").withArgs(false0);
    await expect(deal.settle(false0)).to.be.revertedWithCustomError(deal, "WrongStage").withArgs(false0, 2);
    await expect(deal.confirm(false0)).to.be.revertedWithCustomError(deal, "WindowOpen");
    await afterWindow();
    await deal.confirm(false0);
    expect(await deal.earningsOf(w1)).to.equal(PRICE / 2n);
    expect(await deposits.lockOf(token, w1, deal)).to.equal(COLLATERAL);
    expect(await deposits.burned(token)).to.equal(0);
  });

  it("strikes a false claim: slashes its backers only, installs the verdict, kills what stands on it", async () => {
    const { deal, deposits, token, arbiter, false0, claim1, w1, w2, w3, challenger } = await loadFixture(disputedWorld);
    const truth = keccak256(record(9));
    await arbiter.decide(deal, false0, true, truth, challenger);
    await expect(deal.settle(false0))
      .to.emit(deal, "Struck")
      .withArgs(false0, 0, true, truth, challenger, 0b011)
      .to.emit(deal, "Left")
      .withArgs(w1, 0)
      .to.emit(deal, "Left")
      .withArgs(w2, 1);
    const reward = (2n * COLLATERAL * SHARE) / 10_000n;
    expect(await deposits.freeOf(token, challenger)).to.equal(reward);
    expect(await deposits.burned(token)).to.equal(2n * COLLATERAL - reward);
    expect(await deposits.lockOf(token, w1, deal)).to.equal(0);
    expect(await deposits.lockOf(token, w2, deal)).to.equal(0);
    expect(await deposits.lockOf(token, w3, deal)).to.equal(COLLATERAL);
    for (const dead of [false0, claim1]) {
      await expect(deal.settle(dead)).to.be.revertedWithCustomError(deal, "NotPending").withArgs(dead);
      await expect(deal.confirm(dead)).to.be.revertedWithCustomError(deal, "NotPending").withArgs(dead);
      await expect(deal.connect(w3).back(dead)).to.be.revertedWithCustomError(deal, "NotPending").withArgs(dead);
    }
    const progress = await deal.progress();
    expect([progress.claimed, progress.resolved]).to.deep.equal([1n, 1n]);
    expect(progress.head).to.equal(truth);
    expect(progress.headKind).to.equal(HEAD.hidden);
    // Nobody is paid for the fragment; two more are reserved.
    expect(await deal.reserved()).to.equal(2n * PRICE);
    expect(await deal.funds()).to.equal(8n * PRICE);
    await deal.connect(w3).quit();
  });

  it("goes on from the verdict's state once its record is revealed", async () => {
    const all = await loadFixture(disputedWorld);
    const { deal, arbiter, false0, w3, challenger, stranger } = all;
    await expect(deal.reveal(INITIAL)).to.be.revertedWithCustomError(deal, "NotHidden");
    await arbiter.decide(deal, false0, true, keccak256(record(9)), challenger);
    await deal.settle(false0);
    await expect(claim(all, w3, record(9), record(10)))
      .to.be.revertedWithCustomError(deal, "HeadHidden")
      .withArgs(keccak256(record(9)));
    await expect(deal.reveal(record(8))).to.be.revertedWithCustomError(deal, "WrongPrevious");
    await expect(deal.reveal("0x00")).to.be.revertedWithCustomError(deal, "WrongRecordLength");
    await expect(deal.connect(stranger).reveal(record(9)))
      .to.emit(deal, "Revealed")
      .withArgs(record(9));
    await expect(claim(all, w3, record(1), record(2))).to.be.revertedWithCustomError(deal, "WrongPrevious");
    const id = await claim(all, w3, record(9), record(10));
    await afterWindow();
    await deal.confirm(id);
    expect(await deal.earningsOf(w3)).to.equal(PRICE);
  });

  it("ends the Deal when the revealed state has ended", async () => {
    const { deal, arbiter, false0, customer, challenger } = await loadFixture(disputedWorld);
    const end = record(9, STATUS.trapped);
    await arbiter.decide(deal, false0, true, keccak256(end), challenger);
    await deal.settle(false0);
    await expect(deal.reveal(end)).to.emit(deal, "Ended").withArgs(keccak256(end));
    await deal.connect(customer).withdrawFunds(8n * PRICE, customer);
  });

  it("strikes a claim without winner and slashes nobody; the fragment may be claimed again under another id", async () => {
    const all = await loadFixture(disputedWorld);
    const { deal, deposits, token, arbiter, false0, claim1, w1, w2, w3 } = all;
    await arbiter.decide(deal, false0, false, ZeroHash, ZeroAddress);
    await expect(deal.settle(false0)).to.emit(deal, "Struck").withArgs(false0, 0, false, ZeroHash, ZeroAddress, 0b011);
    for (const worker of [w1, w2, w3]) expect(await deposits.lockOf(token, worker, deal)).to.equal(COLLATERAL);
    await expect(deal.confirm(claim1)).to.be.revertedWithCustomError(deal, "NotPending");
    const again = await claim(all, w1, INITIAL, record(1));
    expect(again).to.not.equal(false0);
    // The old verdict says nothing about the new claim, nor can the old claim's id be used.
    await expect(deal.settle(again)).to.be.revertedWithCustomError(deal, "WrongStage").withArgs(again, 0);
    await expect(deal.settle(false0)).to.be.revertedWithCustomError(deal, "NotPending").withArgs(false0);
    await expect(deal.connect(w3).back(false0)).to.be.revertedWithCustomError(deal, "NotPending").withArgs(false0);
    await challenge(all, again, INITIAL);
    await expect(deal.settle(again)).to.be.revertedWithCustomError(deal, "Undecided").withArgs(again);
  });

  it("settles in order: a worker slashed for a later claim could not answer for an earlier one", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, deposits, token, arbiter, w1, w2, challenger } = world;
    await submit(world);
    await submit(world, "0x02");
    const true0 = await claim(world, w1, INITIAL, record(1));
    const false1 = await claim(world, w1, record(1), record(2));
    await deal.connect(w2).back(true0);
    await challenge(world, false1, record(1), "0x02");
    await arbiter.decide(deal, false1, true, keccak256(record(3)), challenger);
    await expect(deal.settle(false1)).to.be.revertedWithCustomError(deal, "NotOldest").withArgs(false1, true0);
    expect(await deposits.lockOf(token, w1, deal)).to.equal(COLLATERAL);
    await afterWindow();
    await deal.confirm(true0);
    await deal.settle(false1);
    expect(await deal.earningsOf(w1)).to.equal(PRICE / 2n);
    expect(await deposits.lockOf(token, w1, deal)).to.equal(0);
    expect(await deposits.lockOf(token, w2, deal)).to.equal(COLLATERAL);
  });

  it("ignores the verdict about a dead claim", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, deposits, token, arbiter, w1, w2, challenger } = world;
    await submit(world);
    await submit(world, "0x02");
    const false0 = await claim(world, w1, INITIAL, record(1));
    const dead1 = await claim(world, w2, record(1), record(2));
    await challenge(world, false0, INITIAL);
    await challenge(world, dead1, record(1), "0x02");
    await arbiter.decide(deal, false0, true, keccak256(record(9)), challenger);
    await arbiter.decide(deal, dead1, true, keccak256(record(8)), challenger);
    await deal.settle(false0);
    await expect(deal.settle(dead1)).to.be.revertedWithCustomError(deal, "NotPending");
    await deal.reveal(record(9));
    // The same seat of the ring, the same fragment: another id, untouched by the old verdict.
    const true1 = await claim(world, w2, record(9), record(10));
    await expect(deal.settle(dead1)).to.be.revertedWithCustomError(deal, "NotPending");
    await afterWindow();
    await deal.confirm(true1);
    expect(await deposits.lockOf(token, w2, deal)).to.equal(COLLATERAL);
    expect(await deal.earningsOf(w2)).to.equal(PRICE);
  });

  it("ignores another Deal's verdict about the same id", async () => {
    const { deal, arbiter, false0, stranger } = await loadFixture(disputedWorld);
    await arbiter.decide(stranger, false0, true, keccak256(record(9)), stranger);
    await expect(deal.settle(false0)).to.be.revertedWithCustomError(deal, "Undecided").withArgs(false0);
  });

  it("lets a slashed worker come back with a new deposit", async () => {
    const all = await loadFixture(disputedWorld);
    const { deal, arbiter, false0, w1, challenger } = all;
    await arbiter.decide(deal, false0, true, keccak256(record(9)), challenger);
    await deal.settle(false0);
    await expect(claim(all, w1, record(9), record(10))).to.be.revertedWithCustomError(deal, "NotWorker");
    await join(all, w1);
    await deal.reveal(record(9));
    await claim(all, w1, record(9), record(10));
  });
});

describe("Deal, no dead ends", () => {
  it("gives everything back when the verdict's record is lost: the customer closes, workers go", async () => {
    const { deal, arbiter, payment, false0, customer, w3, challenger } = await loadFixture(disputedWorld);
    await arbiter.decide(deal, false0, true, keccak256("0x1234"), challenger);
    await deal.settle(false0);
    await deal.connect(w3).quit();
    await deal.connect(customer).close();
    expect(await deal.reserved()).to.equal(2n * PRICE);
    await time.increase(NOTICE);
    expect(await deal.reserved()).to.equal(0);
    await deal.connect(customer).withdrawFunds(8n * PRICE, customer);
    expect(await payment.balanceOf(deal)).to.equal(0);
  });

  it("still pays a claim that was pending when the notice ended", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, customer, w1 } = world;
    await submit(world);
    await submit(world);
    await deal.connect(customer).close();
    await time.increase(NOTICE - 10n);
    const id = await claim(world, w1, INITIAL, record(1));
    await time.increase(10n);
    expect(await deal.reserved()).to.equal(PRICE);
    await expect(deal.connect(customer).withdrawFunds(8n * PRICE, customer))
      .to.be.revertedWithCustomError(deal, "InsufficientFunds")
      .withArgs(7n * PRICE, 8n * PRICE);
    await deal.connect(customer).withdrawFunds(7n * PRICE, customer);
    await afterWindow();
    await deal.confirm(id);
    await deal.connect(w1).withdrawEarnings(w1);
    await deal.connect(w1).quit();
    expect(await deal.funds()).to.equal(0);
  });

  it("begins the notice of a closing Deal again when a claim is struck: all may be claimed that could be", async () => {
    const all = await loadFixture(disputedWorld);
    const { deal, arbiter, customer, false0, w3, challenger } = all;
    await deal.connect(customer).close();
    await time.increase(NOTICE - 10n);
    await arbiter.decide(deal, false0, true, keccak256(record(9)), challenger);
    const settling = deal.settle(false0);
    await settling;
    const closesAt = BigInt(await time.latest()) + NOTICE;
    await expect(settling).to.emit(deal, "Closing").withArgs(closesAt, 3);
    await deal.reveal(record(9));
    await time.increaseTo(closesAt - 2n);
    expect(await deal.reserved()).to.equal(2n * PRICE);
    // What fell with the false claim, and what nobody had claimed before.
    const again = await claim(all, w3, record(9), record(10));
    await time.increaseTo(closesAt);
    await expect(claim(all, w3, record(10), record(11))).to.be.revertedWithCustomError(deal, "Closed");
    expect(await deal.reserved()).to.equal(PRICE);
    await afterWindow();
    await deal.confirm(again);
    expect(await deal.earningsOf(w3)).to.equal(PRICE);
  });

  it("begins the notice again after its end for what had been claimed, and for nothing else", async () => {
    for (const decided of [true, false]) {
      const all = await disputedWorld();
      const { deal, arbiter, customer, false0, w3, challenger } = all;
      await deal.connect(customer).close();
      await time.increase(NOTICE);
      // The third fragment, which nobody has claimed, is the customer's again.
      expect(await deal.reserved()).to.equal(2n * PRICE);
      await deal.connect(customer).withdrawFunds(6n * PRICE, customer);
      await arbiter.decide(deal, false0, decided, keccak256(record(9)), challenger);
      const settling = deal.settle(false0);
      await settling;
      const closesAt = BigInt(await time.latest()) + NOTICE;
      await expect(settling).to.emit(deal, "Closing").withArgs(closesAt, 2);
      expect(await deal.reserved()).to.equal((decided ? 1n : 2n) * PRICE);
      if (decided) await deal.reveal(record(9));
      else await claim(all, w3, INITIAL, record(9));
      const again = await claim(all, w3, record(9), record(10));
      await expect(claim(all, w3, record(10), record(11)))
        .to.be.revertedWithCustomError(deal, "NothingToClaim")
        .withArgs(2);
      await afterWindow();
      if (!decided) await deal.confirm((await deal.claimAbout(0)).id);
      await deal.confirm(again);
      expect(await deal.funds()).to.equal(decided ? PRICE : 0n);
      expect(await deal.reserved()).to.equal(0);
    }
  });

  it("leaves the notice alone when a claim is upheld, or nobody has closed the Deal", async () => {
    for (const closing of [true, false]) {
      const { deal, arbiter, customer, false0, w3 } = await disputedWorld();
      if (closing) await deal.connect(customer).close();
      const { closesAt } = await deal.progress();
      await arbiter.decide(deal, false0, true, keccak256(closing ? record(1) : record(9)), w3);
      await expect(deal.settle(false0)).to.not.emit(deal, "Closing");
      expect((await deal.progress()).closesAt).to.equal(closesAt);
    }
  });

  it("is over when the notice that a strike began is over", async () => {
    const all = await loadFixture(disputedWorld);
    const { deal, arbiter, customer, false0, w1 } = all;
    await deal.connect(customer).close();
    await time.increase(NOTICE);
    await arbiter.decide(deal, false0, false, ZeroHash, ZeroAddress);
    await deal.settle(false0);
    expect(await deal.reserved()).to.equal(2n * PRICE);
    await time.increase(NOTICE);
    expect(await deal.reserved()).to.equal(0);
    await expect(claim(all, w1, INITIAL, record(1))).to.be.revertedWithCustomError(deal, "Closed");
    await deal.connect(customer).withdrawFunds(8n * PRICE, customer);
  });

  it("takes funds at any time and gives back exactly what came", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, customer } = world;
    await fund(world, 3n);
    expect(await deal.funds()).to.equal(11n * PRICE);
    await deal.connect(customer).withdrawFunds(11n * PRICE, customer);
    await expect(deal.connect(customer).withdrawFunds(1n, customer)).to.be.revertedWithCustomError(
      deal,
      "InsufficientFunds",
    );
  });
});
