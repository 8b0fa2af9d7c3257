import { anyValue } from "@nomicfoundation/hardhat-ethers-chai-matchers/withArgs";
import { expect } from "chai";
import { concat, dataSlice, keccak256, ZeroHash } from "ethers";
import {
  afterWindow,
  challenge,
  claim,
  deploy,
  ethers,
  fund,
  INITIAL,
  inputRoot,
  join,
  JOIN,
  loaded,
  loadFixture,
  networkHelpers,
  NOTICE,
  openedBy,
  openingOf,
  PERIOD,
  PRICE,
  record,
  started,
  startedWorld,
  STATUS,
  submit,
} from "./fixture.ts";

const { time } = networkHelpers;

describe("Deal, submitting", () => {
  it("logs the bytes, numbers the fragments and reserves the price", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, sequencer } = world;
    const data = "0x0102030405";
    const id = await deal.connect(sequencer).submit.staticCall(data);
    await expect(deal.connect(sequencer).submit(data))
      .to.emit(deal, "Submitted")
      .withArgs(0, id, inputRoot(data), data);
    expect(await deal.fragmentId(0)).to.equal(id);
    expect(await deal.reserved()).to.equal(PRICE);
    expect((await deal.progress()).submitted).to.equal(1);
  });

  it("gives the same bytes another id every time", async () => {
    const world = await loadFixture(startedWorld);
    expect(await submit(world, "0x01")).to.not.equal(await submit(world, "0x01"));
  });

  it("binds the length, which the root does not", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, sequencer } = world;
    expect(inputRoot("0x01")).to.equal(inputRoot("0x0100"));
    const short = await deal.connect(sequencer).submit.staticCall("0x01");
    expect(await deal.connect(sequencer).submit.staticCall("0x0100")).to.not.equal(short);
  });

  it("takes fragments from the sequencer only, as long as the terms say, as many as are funded", async () => {
    const world = await deploy({ maxInput: 4 });
    const { deal, sequencer, customer } = world;
    await expect(deal.connect(customer).submit("0x"))
      .to.be.revertedWithCustomError(deal, "NotAllowed")
      .withArgs(customer, sequencer);
    await expect(deal.connect(sequencer).submit("0x"))
      .to.be.revertedWithCustomError(deal, "InsufficientFunds")
      .withArgs(0, PRICE);
    await fund(world, 1n);
    await expect(deal.connect(sequencer).submit("0x0102030405"))
      .to.be.revertedWithCustomError(deal, "InputTooLong")
      .withArgs(5, 4);
    await deal.connect(sequencer).submit("0x01020304");
    await expect(deal.connect(sequencer).submit("0x"))
      .to.be.revertedWithCustomError(deal, "InsufficientFunds")
      .withArgs(0, PRICE);
  });
});

describe("Deal, claiming", () => {
  it("puts a claim on the chain and logs its record", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, w2 } = world;
    const fragment = await submit(world);
    const previous = keccak256(INITIAL);
    const id = await deal.connect(w2).claim.staticCall(fragment, previous, record(1));
    await expect(deal.connect(w2).claim(fragment, previous, record(1)))
      .to.emit(deal, "Claimed")
      .withArgs(id, 0, w2, previous, record(1));
    const made = await deal.claimOf(id);
    expect(made.finalState).to.equal(keccak256(record(1)));
    expect(made.backers).to.equal(0b10);
    expect(made.since).to.equal(await time.latest());
    expect(made.yields).to.equal(true);
    expect((await deal.claimAbout(0)).id).to.equal(id);
  });

  it("has one unconfirmed claim a fragment: a second one is about the next fragment or fails", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, w1, w2 } = world;
    const fragment = await submit(world);
    await claim(world, w1, INITIAL, record(1));
    await expect(deal.connect(w2).claim(fragment, keccak256(INITIAL), record(2)))
      .to.be.revertedWithCustomError(deal, "NothingToClaim")
      .withArgs(1);
    const next = await submit(world);
    await expect(deal.connect(w2).claim(fragment, keccak256(INITIAL), record(2)))
      .to.be.revertedWithCustomError(deal, "WrongFragment")
      .withArgs(next, fragment);
    await expect(deal.connect(w2).claim(next, keccak256(INITIAL), record(2)))
      .to.be.revertedWithCustomError(deal, "WrongPrevious")
      .withArgs(keccak256(record(1)), keccak256(INITIAL));
  });

  it("takes only halted records of the program, of the right length, from workers", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, w1, stranger } = world;
    const fragment = await submit(world);
    const previous = keccak256(INITIAL);
    const by = deal.connect(w1);
    await expect(deal.connect(stranger).claim(fragment, previous, record(1)))
      .to.be.revertedWithCustomError(deal, "NotWorker")
      .withArgs(stranger);
    await expect(by.claim(fragment, previous, dataSlice(record(1), 1)))
      .to.be.revertedWithCustomError(deal, "WrongRecordLength")
      .withArgs(287);
    await expect(by.claim(fragment, previous, record(1, STATUS.running))).to.be.revertedWithCustomError(
      deal,
      "StillRunning",
    );
    for (const wrong of [
      concat([ZeroHash, dataSlice(record(1), 32)]),
      concat([dataSlice(record(1), 0, 32), ZeroHash, dataSlice(record(1), 64)]),
    ]) {
      await expect(by.claim(fragment, previous, wrong)).to.be.revertedWithCustomError(deal, "WrongProgram");
    }
  });

  it("lets nothing follow a claim that ends the program", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, w1 } = world;
    await submit(world);
    const next = await submit(world);
    const end = record(1, STATUS.trapped);
    await claim(world, w1, INITIAL, end);
    await expect(deal.connect(w1).claim(next, keccak256(end), record(2))).to.be.revertedWithCustomError(
      deal,
      "NotYielded",
    );
  });

  it("caps the pending claims", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, w1 } = world;
    for (let i = 0; i < 5; i++) await submit(world);
    for (let i = 0; i < 4; i++) await claim(world, w1, i === 0 ? INITIAL : record(i), record(i + 1));
    await expect(claim(world, w1, record(4), record(5)))
      .to.be.revertedWithCustomError(deal, "TooManyPending")
      .withArgs(4);
    await afterWindow();
    await deal.confirm((await deal.claimAbout(0)).id);
    await claim(world, w1, record(4), record(5));
    expect((await deal.progress()).claimed).to.equal(5);
  });

  it("lets other workers back a claim once each, in its window", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, w1, w2, w3, stranger } = world;
    await submit(world);
    const id = await claim(world, w1, INITIAL, record(1));
    await expect(deal.connect(w3).back(id)).to.emit(deal, "Backed").withArgs(id, w3);
    expect((await deal.claimOf(id)).backers).to.equal(0b101);
    await expect(deal.connect(w3).back(id)).to.be.revertedWithCustomError(deal, "AlreadyBacked").withArgs(id, w3);
    await expect(deal.connect(w1).back(id)).to.be.revertedWithCustomError(deal, "AlreadyBacked").withArgs(id, w1);
    await expect(deal.connect(stranger).back(id)).to.be.revertedWithCustomError(deal, "NotWorker");
    await expect(deal.connect(w2).back(ZeroHash)).to.be.revertedWithCustomError(deal, "NotPending").withArgs(ZeroHash);
    await afterWindow();
    await expect(deal.connect(w2).back(id)).to.be.revertedWithCustomError(deal, "WindowOver");
  });
});

describe("Deal, pending steps", () => {
  const BUDGET = 1_000_000n;
  const MOST = 1_500_000n;
  /** A record that says that so many steps were taken, in two parts of what is left. */
  const after = (seed: number, steps: bigint): string => record(seed, STATUS.yielded, BUDGET - steps - 3n, 3n);

  it("may be as many as the terms say, by what the claims say", async () => {
    const world = await started({ maxPendingSteps: MOST });
    const { deal, w1 } = world;
    for (let i = 0; i < 4; i++) await submit(world);
    expect(await deal.pendingSteps()).to.equal(0);
    const first = await claim(world, w1, INITIAL, record(1));
    expect(await deal.pendingSteps()).to.equal(BUDGET);
    await claim(world, w1, record(1), after(2, 499_999n));
    expect(await deal.pendingSteps()).to.equal(1_499_999);
    await expect(claim(world, w1, after(2, 499_999n), after(3, 2n)))
      .to.be.revertedWithCustomError(deal, "TooManyPendingSteps")
      .withArgs(1_500_001, MOST);
    await claim(world, w1, after(2, 499_999n), after(3, 1n));
    expect(await deal.pendingSteps()).to.equal(MOST);
    await afterWindow();
    await deal.confirm(first);
    expect(await deal.pendingSteps()).to.equal(500_000);
    await claim(world, w1, after(3, 1n), record(4));
    expect(await deal.pendingSteps()).to.equal(MOST);
  });

  it("of one fragment are never too many, and fewer than none are refused", async () => {
    const world = await started({ maxPendingSteps: BUDGET });
    const { deal, w1 } = world;
    await submit(world);
    const more = record(1, STATUS.yielded, BUDGET, 1n);
    await expect(claim(world, w1, INITIAL, more))
      .to.be.revertedWithCustomError(deal, "StepsLeftWrong")
      .withArgs(BUDGET, BUDGET + 1n);
    const most = 2n ** 64n - 1n;
    await expect(claim(world, w1, INITIAL, record(1, STATUS.yielded, most, most)))
      .to.be.revertedWithCustomError(deal, "StepsLeftWrong")
      .withArgs(BUDGET, 2n * most);
    await claim(world, w1, INITIAL, record(1, STATUS.yielded, BUDGET));
    expect(await deal.pendingSteps()).to.equal(0);
  });

  it("of struck claims are pending no more", async () => {
    const world = await started({ maxPendingSteps: MOST });
    const { deal, arbiter, w1, challenger } = world;
    await submit(world, "0x01");
    await submit(world);
    const id = await claim(world, w1, INITIAL, record(1));
    await claim(world, w1, record(1), after(2, 500_000n));
    await challenge(world, id, INITIAL, "0x01");
    await arbiter.decide(deal, id, true, keccak256(record(7)), challenger);
    await deal.settle(id);
    expect(await deal.pendingSteps()).to.equal(0);
  });
});

describe("Deal, challenging", () => {
  it("loads the fragment and opens the claim's tournament, for anyone", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, arbiter, w1, challenger, terms } = world;
    await submit(world, "0x0102");
    const id = await claim(world, w1, INITIAL, record(1));
    const input = { root: inputRoot("0x0102"), length: 2 };
    const call = deal.connect(challenger).challenge(id, input, INITIAL, openingOf(INITIAL), JOIN);
    const tournament = await arbiter.tournamentId(deal, id);
    const initial = loaded(INITIAL, input.root, 2, BigInt(terms.budget));
    await expect(call).to.emit(deal, "Challenged").withArgs(id, challenger, tournament, initial);
    const dispute = await arbiter.disputes(tournament);
    expect(dispute.initial).to.equal(initial);
    expect(dispute.challenger).to.equal(challenger);
    expect((await deal.claimOf(id)).stage).to.equal(1);
  });

  it("starts from the claim before, when that is pending too", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, arbiter, w1, terms } = world;
    await submit(world, "0x01");
    await submit(world, "0x02");
    await claim(world, w1, INITIAL, record(1));
    const id = await claim(world, w1, record(1), record(2));
    await expect(challenge(world, id, INITIAL, "0x02")).to.be.revertedWithCustomError(deal, "WrongPrevious");
    await challenge(world, id, record(1), "0x02");
    const { initial } = await arbiter.disputes(await arbiter.tournamentId(deal, id));
    expect(initial).to.equal(loaded(record(1), inputRoot("0x02"), 1, BigInt(terms.budget)));
  });

  it("refuses another input, another record, a wrong opening, an old claim, a late hour", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, verifier, w1 } = world;
    await submit(world, "0x01");
    const id = await claim(world, w1, INITIAL, record(1));
    const root = inputRoot("0x01");
    const open = openingOf(INITIAL);
    await expect(deal.challenge(id, { root, length: 2 }, INITIAL, open, JOIN)).to.be.revertedWithCustomError(
      deal,
      "WrongFragment",
    );
    await expect(deal.challenge(id, { root: ZeroHash, length: 1 }, INITIAL, open, JOIN)).to.be.revertedWithCustomError(
      deal,
      "WrongFragment",
    );
    await expect(deal.challenge(id, { root, length: 1 }, record(1), open, JOIN)).to.be.revertedWithCustomError(
      deal,
      "WrongPrevious",
    );
    await expect(deal.challenge(id, { root, length: 1 }, INITIAL, "0x", JOIN)).to.be.revertedWithCustomError(
      verifier,
      "BadOpening",
    );
    expect((await deal.claimOf(id)).stage).to.equal(0);
    await challenge(world, id, INITIAL);
    await expect(challenge(world, id, INITIAL))
      .to.be.revertedWithCustomError(deal, "WrongStage")
      .withArgs(id, 1);
    await submit(world, "0x02");
    const late = await claim(world, w1, record(1), record(2));
    await afterWindow();
    await expect(challenge(world, late, record(1), "0x02")).to.be.revertedWithCustomError(deal, "WindowOver");
  });

  it("takes a challenge in the window's last second, and confirms from the next on", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, w1 } = world;
    await submit(world);
    const id = await claim(world, w1, INITIAL, record(1));
    const end = BigInt(await time.latest()) + PERIOD;
    const quiet = await networkHelpers.takeSnapshot();
    await time.setNextBlockTimestamp(end - 1n);
    await expect(deal.confirm(id)).to.be.revertedWithCustomError(deal, "WindowOpen").withArgs(id, end);
    await quiet.restore();
    await time.setNextBlockTimestamp(end - 1n);
    await challenge(world, id, INITIAL);
    await quiet.restore();
    await time.setNextBlockTimestamp(end);
    await expect(deal.confirm(id))
      .to.emit(deal, "Confirmed")
      .withArgs(id, 0, keccak256(record(1)), 1, PRICE);
  });
});

describe("Deal, seats", () => {
  it("takes a worker with exactly the collateral of the terms, through Deposits only, up to the limit", async () => {
    const world = await deploy({ maxWorkers: 1 });
    const { deal, deposits, token, terms, w1, w2 } = world;
    await expect(deal.admit(w1, terms.collateralToken, terms.collateral)).to.be.revertedWithCustomError(
      deal,
      "NotAllowed",
    );
    await token.mint(w1, 10n ** 20n);
    await token.connect(w1).approve(deposits, 10n ** 20n);
    await deposits.connect(w1).deposit(token, 10n ** 20n);
    const hash = await deal.termsHash();
    const by = deposits.connect(w1);
    await expect(by.lock(deal, token, 1n, hash)).to.be.revertedWithCustomError(deal, "WrongCollateral");
    await expect(by.lock(deal, token, BigInt(terms.collateral) + 1n, hash)).to.be.revertedWithCustomError(
      deal,
      "WrongCollateral",
    );
    await by.deposit(ethers.ZeroAddress, terms.collateral, { value: terms.collateral });
    await expect(by.lock(deal, ethers.ZeroAddress, terms.collateral, hash)).to.be.revertedWithCustomError(
      deal,
      "WrongCollateral",
    );
    await expect(by.lock(deal, token, terms.collateral, hash))
      .to.emit(deal, "Joined")
      .withArgs(w1, 0);
    await expect(by.lock(deal, token, terms.collateral, hash)).to.be.revertedWithCustomError(deposits, "AlreadyLocked");
    expect(await deal.seatOf(w1)).to.equal(1);
    expect(await deal.workerAt(0)).to.equal(w1);
    await expect(join(world, w2)).to.be.revertedWithCustomError(deal, "NoSeat").withArgs(1);
    // Nothing of the failed lock is left.
    expect(await deposits.lockOf(token, w2, deal)).to.equal(0);
  });

  it("lets a worker go when no pending claim is backed by it, and not before", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, deposits, token, terms, w1, w2 } = world;
    await submit(world);
    await submit(world);
    const first = await claim(world, w1, INITIAL, record(1));
    const second = await claim(world, w2, record(1), record(2));
    await deal.connect(w1).back(second);
    await expect(deal.connect(w1).quit()).to.be.revertedWithCustomError(deal, "StillBacking").withArgs(first);
    await afterWindow();
    await deal.confirm(first);
    await expect(deal.connect(w1).quit()).to.be.revertedWithCustomError(deal, "StillBacking").withArgs(second);
    await deal.confirm(second);
    await expect(deal.connect(w1).quit())
      .to.emit(deal, "Left")
      .withArgs(w1, 0)
      .to.emit(deposits, "Released")
      .withArgs(token, w1, deal, terms.collateral, anyValue);
    await expect(deal.connect(w1).quit()).to.be.revertedWithCustomError(deal, "NotWorker").withArgs(w1);
    expect(await deal.earningsOf(w1)).to.equal(PRICE + PRICE / 2n);
    // The seat is free for the next.
    await join(world, w1);
    expect(await deal.seatOf(w1)).to.equal(1);
  });

  it("serves sixteen workers, and divides a price among all of them", async () => {
    const world = await deploy({ price: 1_000n });
    const { deal, customer, sequencer, challenger, stranger, workers } = world;
    const all = [...workers, customer, sequencer, challenger, stranger].slice(0, 16);
    for (const worker of all) await join(world, worker);
    await fund(world, 1n);
    await submit(world);
    const id = await claim(world, all[0]!, INITIAL, record(1));
    for (const worker of all.slice(1)) await deal.connect(worker).back(id);
    expect((await deal.claimOf(id)).backers).to.equal(0xffff);
    await afterWindow();
    await expect(deal.confirm(id))
      .to.emit(deal, "Confirmed")
      .withArgs(id, 0, keccak256(record(1)), 0xffff, 62);
    for (const worker of all) expect(await deal.earningsOf(worker)).to.equal(62);
    expect(await deal.funds()).to.equal(1_000 - 62 * 16);
  });
});

describe("Deal, terms", () => {
  it("refuses terms out of range, and says which", async () => {
    const { deal } = await loadFixture(startedWorld);
    const wrong = [
      ["customer", { customer: ethers.ZeroAddress }],
      ["sequencer", { sequencer: ethers.ZeroAddress }],
      ["budget", { budget: 0n }],
      ["budget", { budget: 1n << 48n }],
      ["collateral", { collateral: 0n }],
      ["reporterShare", { reporterShare: 2_501n }],
      ["maxWorkers", { maxWorkers: 0n }],
      ["maxWorkers", { maxWorkers: 17n }],
      ["maxPending", { maxPending: 0n }],
      ["maxPending", { maxPending: 65n }],
      ["maxPendingSteps", { maxPendingSteps: 999_999n }],
      ["maxInput", { maxInput: 0n }],
      ["maxInput", { maxInput: 65_537n }],
    ] as const;
    for (const [name, change] of wrong) {
      await expect(deploy(change), name)
        .to.be.revertedWithCustomError(deal, "BadTerm")
        .withArgs(name, anyValue, anyValue, anyValue);
    }
    await deploy({ budget: (1n << 48n) - 1n, maxWorkers: 1, maxPending: 64, reporterShare: 0, price: 0 });
  });

  it("gives all terms to whoever asks: those that the hash is of", async () => {
    const { deal } = await loadFixture(startedWorld);
    const [type] = deal.interface.getFunction("terms")!.outputs;
    const encoded = ethers.AbiCoder.defaultAbiCoder().encode([type!], [await deal.terms()]);
    expect(keccak256(encoded)).to.equal(await deal.termsHash());
  });

  it("logs the terms and the initial record, which is the head", async () => {
    const { deal, terms } = await loadFixture(startedWorld);
    const args = await openedBy(deal);
    expect(args.termsHash).to.equal(await deal.termsHash());
    expect(args.initialRecord).to.equal(INITIAL);
    expect(args.terms.budget).to.equal(terms.budget);
    const progress = await deal.progress();
    expect(progress.head).to.equal(keccak256(INITIAL));
    expect(progress.headKind).to.equal(0);
  });

  it("lets the customer close once; claims are taken for the notice", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, customer, sequencer, w1, w2, workers } = world;
    await submit(world);
    await submit(world);
    await expect(deal.connect(w1).close()).to.be.revertedWithCustomError(deal, "NotAllowed");
    const closing = deal.connect(customer).close();
    await closing;
    const closesAt = BigInt(await time.latest()) + NOTICE;
    await expect(closing).to.emit(deal, "Closing").withArgs(closesAt, 2);
    expect((await deal.progress()).closesAt).to.equal(closesAt);
    await expect(deal.connect(customer).close())
      .to.be.revertedWithCustomError(deal, "AlreadyClosing")
      .withArgs(closesAt);
    await expect(deal.connect(sequencer).submit("0x")).to.be.revertedWithCustomError(deal, "Closed");
    await expect(join(world, workers[3]!)).to.be.revertedWithCustomError(deal, "Closed");
    await claim(world, w1, INITIAL, record(1));
    await time.increaseTo(closesAt);
    await expect(claim(world, w2, record(1), record(2))).to.be.revertedWithCustomError(deal, "Closed");
  });
});
