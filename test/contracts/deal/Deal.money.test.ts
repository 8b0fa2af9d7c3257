import { expect } from "chai";
import { keccak256, MaxUint256, ZeroAddress } from "ethers";
import {
  afterWindow,
  challenge,
  claim,
  COLLATERAL,
  deploy,
  ethers,
  fund,
  INITIAL,
  join,
  loadFixture,
  PRICE,
  record,
  started,
  startedWorld,
  submit,
} from "./fixture.ts";

describe("Deal, escrow", () => {
  it("lets only the customer take funds, and only what is not reserved", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, payment, customer, sequencer } = world;
    await submit(world);
    await submit(world);
    await expect(deal.connect(sequencer).withdrawFunds(1n, sequencer))
      .to.be.revertedWithCustomError(deal, "NotAllowed")
      .withArgs(sequencer, customer);
    await expect(deal.connect(customer).withdrawFunds(6n * PRICE + 1n, customer))
      .to.be.revertedWithCustomError(deal, "InsufficientFunds")
      .withArgs(6n * PRICE, 6n * PRICE + 1n);
    const call = deal.connect(customer).withdrawFunds(6n * PRICE, sequencer);
    await expect(call).to.changeTokenBalances(ethers, payment, [deal, sequencer], [-6n * PRICE, 6n * PRICE]);
    await expect(submit(world)).to.be.revertedWithCustomError(deal, "InsufficientFunds");
  });

  it("pays in ETH with a deposit in ETH as well", async () => {
    const world = await started({ paymentToken: ZeroAddress, collateralToken: ZeroAddress });
    const { deal, deposits, arbiter, customer, w1, w2, challenger } = world;
    await submit(world);
    await submit(world, "0x02");
    const first = await claim(world, w1, INITIAL, record(1));
    const second = await claim(world, w2, record(1), record(2));
    await challenge(world, second, record(1), "0x02");
    await arbiter.decide(deal, second, true, keccak256(record(3)), challenger);
    await afterWindow();
    await deal.confirm(first);
    await deal.settle(second);
    await expect(deal.connect(w1).withdrawEarnings(w1)).to.changeEtherBalances(ethers, [deal, w1], [-PRICE, PRICE]);
    await expect(deposits.connect(challenger).withdraw(ZeroAddress, COLLATERAL / 4n, challenger)).to.changeEtherBalance(
      ethers,
      deposits,
      -COLLATERAL / 4n,
    );
    await deal.connect(customer).withdrawFunds(7n * PRICE, customer);
    expect(await ethers.provider.getBalance(deal)).to.equal(0);
    await expect(customer.sendTransaction({ to: deal, value: 1n })).to.revert(ethers);
  });

  it("credits what arrives of a payment token that keeps a fee", async () => {
    const token = await ethers.deployContract("FeeToken");
    const { deal, customer } = await deploy({ paymentToken: await token.getAddress() });
    await token.mint(customer, 1_000n);
    await token.connect(customer).approve(deal, 1_000n);
    await expect(deal.connect(customer).fund(1_000n)).to.emit(deal, "Funded").withArgs(customer, 900);
    expect(await deal.funds()).to.equal(900);
  });

  it("pays nothing for nothing, and nothing twice", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, w1, w2 } = world;
    await submit(world);
    const id = await claim(world, w1, INITIAL, record(1));
    await afterWindow();
    await deal.confirm(id);
    await deal.connect(w1).withdrawEarnings(w1);
    await expect(deal.connect(w1).withdrawEarnings(w1)).to.be.revertedWithCustomError(deal, "NothingEarned");
    await expect(deal.connect(w2).withdrawEarnings(w2))
      .to.be.revertedWithCustomError(deal, "NothingEarned")
      .withArgs(w2);
  });

  it("works for nothing: a price of zero confirms without a payment", async () => {
    const world = await deploy({ price: 0 });
    const { deal, w1 } = world;
    await join(world, w1);
    await submit(world);
    const id = await claim(world, w1, INITIAL, record(1));
    await afterWindow();
    await expect(deal.confirm(id))
      .to.emit(deal, "Confirmed")
      .withArgs(id, 0, keccak256(record(1)), 1, 0);
  });
});

describe("Deal, hostile tokens and recipients", () => {
  it("lets a blocked or refusing worker block nobody", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, payment, w1, w2, stranger } = world;
    await submit(world);
    const id = await claim(world, w1, INITIAL, record(1));
    await deal.connect(w2).back(id);
    await payment.setBlocked(w1, true);
    await afterWindow();
    await deal.confirm(id);
    await deal.connect(w2).withdrawEarnings(w2);
    await expect(deal.connect(w1).withdrawEarnings(w1)).to.be.revertedWithCustomError(payment, "Blocked");
    expect(await deal.earningsOf(w1)).to.equal(PRICE / 2n);
    await deal.connect(w1).withdrawEarnings(stranger);
  });

  it("takes a contract that refuses ETH as its worker: slashing it works", async () => {
    const world = await deploy({ paymentToken: ZeroAddress, collateralToken: ZeroAddress });
    const { deal, deposits, arbiter, challenger } = world;
    await fund(world, 2n);
    const worker = await ethers.deployContract("Refuser");
    const { interface: api } = deposits;
    const terms = await deal.termsHash();
    const at = await deal.getAddress();
    await worker.act(deposits, COLLATERAL, api.encodeFunctionData("deposit", [ZeroAddress, COLLATERAL]), {
      value: COLLATERAL,
    });
    await worker.act(deposits, 0n, api.encodeFunctionData("lock", [at, ZeroAddress, COLLATERAL, terms]));
    const fragment = await submit(world);
    const data = deal.interface.encodeFunctionData("claim", [fragment, keccak256(INITIAL), record(1)]);
    await worker.act(deal, 0n, data);
    const { id } = await deal.claimAbout(0);
    await challenge(world, id, INITIAL);
    await arbiter.decide(deal, id, true, keccak256(record(2)), worker);
    await deal.settle(id);
    expect(await deposits.freeOf(ZeroAddress, worker)).to.equal(COLLATERAL / 4n);
    expect(await deposits.freeOf(ZeroAddress, challenger)).to.equal(0);
  });

  it("is not entered again from a payment token's transfer", async () => {
    const token = await ethers.deployContract("CallingToken");
    const world = await deploy({ paymentToken: await token.getAddress(), price: 10n });
    const { deal, customer, w1 } = world;
    await join(world, w1);
    await token.mint(customer, 1_000n);
    await token.connect(customer).approve(deal, MaxUint256);
    await deal.connect(customer).fund(100n);
    await submit(world);
    const id = await claim(world, w1, INITIAL, record(1));
    await afterWindow();
    await deal.confirm(id);
    const guard = deal.interface.getError("ReentrancyGuardReentrantCall")!.selector;
    const calls = [
      deal.interface.encodeFunctionData("fund", [1n]),
      deal.interface.encodeFunctionData("withdrawEarnings", [w1.address]),
      deal.interface.encodeFunctionData("withdrawFunds", [1n, w1.address]),
      deal.interface.encodeFunctionData("submit", ["0x"]),
      deal.interface.encodeFunctionData("confirm", [id]),
      deal.interface.encodeFunctionData("settle", [id]),
      deal.interface.encodeFunctionData("back", [id]),
      deal.interface.encodeFunctionData("claim", [id, id, "0x"]),
      deal.interface.encodeFunctionData("reveal", ["0x"]),
      deal.interface.encodeFunctionData("close"),
      deal.interface.encodeFunctionData("quit"),
    ];
    for (const data of calls) {
      await token.setCall(deal, data);
      await deal.connect(customer).fund(1n);
      expect([await token.succeeded(), await token.result()], data.slice(0, 10)).to.deep.equal([false, guard]);
    }
    await deal.connect(w1).withdrawEarnings(w1);
    expect(await token.succeeded()).to.equal(false);
    expect(await token.balanceOf(w1)).to.equal(10);
  });

  it("is not entered again from a recipient of ETH", async () => {
    const world = await deploy({ paymentToken: ZeroAddress });
    const { deal, customer } = world;
    await fund(world, 2n);
    const thief = await ethers.deployContract("Reenterer");
    await thief.setCall(deal, deal.interface.encodeFunctionData("fund", [0n]));
    await deal.connect(customer).withdrawFunds(PRICE, thief);
    expect(await thief.succeeded()).to.equal(false);
    expect(await thief.result()).to.equal(deal.interface.getError("ReentrancyGuardReentrantCall")!.selector);
    expect(await ethers.provider.getBalance(deal)).to.equal(PRICE);
  });
});

describe("Deal, replays", () => {
  it("takes an old claim again on no other chain of states, input or Deal", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, w1, terms } = world;
    const fragment = await submit(world);
    await claim(world, w1, INITIAL, record(1));
    const data = deal.interface.encodeFunctionData("claim", [fragment, keccak256(INITIAL), record(1)]);
    await expect(w1.sendTransaction({ to: deal, data })).to.be.revertedWithCustomError(deal, "NothingToClaim");
    await submit(world);
    await expect(w1.sendTransaction({ to: deal, data })).to.be.revertedWithCustomError(deal, "WrongFragment");
    // The same terms, the same input, another Deal.
    const twin = { ...world, deal: await ethers.deployContract("Deal", [terms]) };
    await join(twin, w1);
    await fund(twin, 2n);
    await submit(twin);
    await expect(w1.sendTransaction({ to: twin.deal, data })).to.be.revertedWithCustomError(deal, "WrongFragment");
  });

  it("never gives two claims one id", async () => {
    const world = await loadFixture(startedWorld);
    const { deal, arbiter, w1, challenger } = world;
    await submit(world);
    const ids = new Set<string>();
    for (let i = 0; i < 5; i++) {
      const id = await claim(world, w1, INITIAL, record(1));
      ids.add(id);
      await challenge(world, id, INITIAL);
      await arbiter.decide(deal, id, false, keccak256("0x"), challenger);
      await deal.settle(id);
    }
    expect(ids.size).to.equal(5);
  });
});
