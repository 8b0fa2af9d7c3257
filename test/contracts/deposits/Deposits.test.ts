import { expect } from "chai";
import { id as hashOf, MaxUint256, ZeroAddress } from "ethers";
import { COLLATERAL, COOLING_OFF, ethers, loadFixture, networkHelpers } from "../deal/fixture.ts";

const { time } = networkHelpers;

const ETH = ZeroAddress;
const TERMS = hashOf("terms");

async function deployed() {
  const [alice, bob, reporter] = await ethers.getSigners();
  if (!alice || !bob || !reporter) throw new Error("too few accounts");
  const deposits = await ethers.deployContract("Deposits", [COOLING_OFF]);
  const token = await ethers.deployContract("PlainToken");
  const holder = await ethers.deployContract("FreeHolder", [TERMS]);
  await token.mint(alice, COLLATERAL * 10n);
  await token.connect(alice).approve(deposits, MaxUint256);
  return { alice, bob, reporter, deposits, token, holder };
}

/** As {@link deployed}, with a lock of alice's, of half of what she deposited. */
async function locked() {
  const world = await deployed();
  const { alice, deposits, token, holder } = world;
  await deposits.connect(alice).deposit(token, COLLATERAL * 2n);
  await deposits.connect(alice).lock(holder, token, COLLATERAL, TERMS);
  const at = await token.getAddress();
  const release = deposits.interface.encodeFunctionData("release", [at, alice.address]);
  const slash = (share: bigint, reporter: string): string =>
    deposits.interface.encodeFunctionData("slash", [at, alice.address, reporter, share]);
  return { ...world, release, slash };
}

describe("Deposits, in and out", () => {
  it("credits ETH and tokens to a ledger each, and pays them out", async () => {
    const { alice, bob, deposits, token } = await loadFixture(deployed);
    const by = deposits.connect(alice);
    await expect(by.deposit(ETH, 5n, { value: 5n }))
      .to.emit(deposits, "Deposited")
      .withArgs(ETH, alice, 5);
    await by.deposit(token, 7n);
    expect(await deposits.freeOf(ETH, alice)).to.equal(5);
    expect(await deposits.freeOf(token, alice)).to.equal(7);
    await expect(by.withdraw(ETH, 2n, bob)).to.changeEtherBalances(ethers, [deposits, bob], [-2n, 2n]);
    await expect(by.withdraw(token, 7n, bob)).to.changeTokenBalances(ethers, token, [deposits, bob], [-7n, 7n]);
    await expect(by.withdraw(token, 1n, bob))
      .to.be.revertedWithCustomError(deposits, "NotEnoughFree")
      .withArgs(token, alice, 0, 1);
    await expect(by.withdraw(ETH, 4n, bob))
      .to.be.revertedWithCustomError(deposits, "NotEnoughFree")
      .withArgs(ETH, alice, 3, 4);
  });

  it("refuses a value that is not the amount, and a recipient that would lose it", async () => {
    const { alice, deposits, token } = await loadFixture(deployed);
    const by = deposits.connect(alice);
    await expect(by.deposit(ETH, 5n, { value: 4n }))
      .to.be.revertedWithCustomError(deposits, "WrongValue")
      .withArgs(5, 4);
    await expect(by.deposit(token, 5n, { value: 5n }))
      .to.be.revertedWithCustomError(deposits, "WrongValue")
      .withArgs(0, 5);
    await by.deposit(ETH, 5n, { value: 5n });
    for (const to of [ZeroAddress, await deposits.getAddress()]) {
      await expect(by.withdraw(ETH, 5n, to))
        .to.be.revertedWithCustomError(deposits, "BadRecipient")
        .withArgs(to);
    }
    await expect(alice.sendTransaction({ to: deposits, value: 1n })).to.revert(ethers);
  });
});

describe("Deposits, locks", () => {
  it("locks what is free, for a holder whose terms the account names", async () => {
    const { alice, deposits, token, holder } = await loadFixture(deployed);
    await deposits.connect(alice).deposit(token, COLLATERAL);
    const by = deposits.connect(alice);
    await expect(by.lock(holder, token, COLLATERAL, hashOf("other")))
      .to.be.revertedWithCustomError(deposits, "WrongTerms")
      .withArgs(holder, hashOf("other"), TERMS);
    await expect(by.lock(holder, token, 0n, TERMS)).to.be.revertedWithCustomError(deposits, "EmptyLock");
    await expect(by.lock(holder, token, COLLATERAL + 1n, TERMS)).to.be.revertedWithCustomError(
      deposits,
      "NotEnoughFree",
    );
    await expect(by.lock(holder, token, COLLATERAL - 1n, TERMS))
      .to.emit(deposits, "Locked")
      .withArgs(token, alice, holder, COLLATERAL - 1n, TERMS)
      .to.emit(holder, "Admitted")
      .withArgs(alice, token, COLLATERAL - 1n);
    expect(await deposits.lockOf(token, alice, holder)).to.equal(COLLATERAL - 1n);
    expect(await deposits.freeOf(token, alice)).to.equal(1);
    await expect(by.lock(holder, token, 1n, TERMS))
      .to.be.revertedWithCustomError(deposits, "AlreadyLocked")
      .withArgs(token, alice, holder);
  });

  it("lets nobody but the holder release or slash, and that only once", async () => {
    const { alice, bob, deposits, token, holder, release, slash } = await loadFixture(locked);
    await expect(deposits.connect(alice).release(token, alice))
      .to.be.revertedWithCustomError(deposits, "NotLocked")
      .withArgs(token, alice, alice);
    await expect(deposits.connect(bob).slash(token, alice, bob, 0n)).to.be.revertedWithCustomError(
      deposits,
      "NotLocked",
    );
    const other = await ethers.deployContract("FreeHolder", [TERMS]);
    await expect(other.act(deposits, 0, release)).to.be.revertedWithCustomError(deposits, "NotLocked");
    await holder.act(deposits, 0, release);
    await expect(holder.act(deposits, 0, release)).to.be.revertedWithCustomError(deposits, "NotLocked");
    await expect(holder.act(deposits, 0, slash(0n, bob.address))).to.be.revertedWithCustomError(deposits, "NotLocked");
  });
});

describe("Deposits, holders that are none", () => {
  const termsHash = hashOf("termsHash()").slice(0, 10);
  const admit = hashOf("admit(address,address,uint256)").slice(0, 10);

  /** As {@link deployed}, with a deposit of alice's and a contract that answers what it is told. */
  async function rude() {
    const world = await deployed();
    const holder = await ethers.deployContract("RudeHolder");
    const by = world.deposits.connect(world.alice);
    await by.deposit(world.token, COLLATERAL);
    await holder.setAnswer(termsHash, false, TERMS);
    return { ...world, holder, lock: () => by.lock(holder, world.token, 1n, TERMS) };
  }

  it("refuses an account without code", async () => {
    const { bob, deposits, token } = await loadFixture(deployed);
    await expect(deposits.lock(bob, token, 1n, TERMS))
      .to.be.revertedWithCustomError(deposits, "NoLockHolder")
      .withArgs(bob);
  });

  for (const [what, reverts, data] of [
    ["reverts without a reason", true, "0x"],
    ["reverts with the hash that was named", true, TERMS],
    ["returns nothing", false, "0x"],
    ["returns 31 bytes", false, TERMS.slice(0, -2)],
    ["returns 64 bytes", false, TERMS + "00".repeat(32)],
  ] as const) {
    it(`refuses a holder whose termsHash ${what}`, async () => {
      const { deposits, holder, lock } = await loadFixture(rude);
      await holder.setAnswer(termsHash, reverts, data);
      await expect(lock()).to.be.revertedWithCustomError(deposits, "NoLockHolder").withArgs(holder);
    });
  }

  it("says that a holder admits nobody who gives no reason, and passes its reason on", async () => {
    const { alice, deposits, token, holder, lock } = await loadFixture(rude);
    await holder.setAnswer(admit, true, "0x");
    await expect(lock()).to.be.revertedWithCustomError(deposits, "NotAdmitted").withArgs(holder, alice);
    const reason = deposits.interface.encodeErrorResult("EmptyLock", []);
    await holder.setAnswer(admit, true, reason);
    await expect(lock()).to.be.revertedWithCustomError(deposits, "EmptyLock");
    expect(await deposits.lockOf(token, alice, holder)).to.equal(0);
    expect(await deposits.freeOf(token, alice)).to.equal(COLLATERAL);
    await holder.setAnswer(admit, false, "0x");
    await lock();
    expect(await deposits.lockOf(token, alice, holder)).to.equal(1);
  });
});

describe("Deposits, cooling off", () => {
  it("frees a released lock when the time has come, not a second before", async () => {
    const { alice, deposits, token, holder, release } = await loadFixture(locked);
    await holder.act(deposits, 0, release);
    const availableAt = BigInt(await time.latest()) + COOLING_OFF;
    expect(await deposits.coolingOf(token, alice)).to.deep.equal([[COLLATERAL, availableAt]]);
    const by = deposits.connect(alice);
    await time.setNextBlockTimestamp(availableAt - 1n);
    await expect(by.withdraw(token, COLLATERAL * 2n, alice))
      .to.be.revertedWithCustomError(deposits, "NotEnoughFree")
      .withArgs(token, alice, COLLATERAL, COLLATERAL * 2n);
    await time.setNextBlockTimestamp(availableAt);
    await expect(by.withdraw(token, COLLATERAL * 2n, alice))
      .to.emit(deposits, "Matured")
      .withArgs(token, alice, COLLATERAL)
      .to.emit(deposits, "Withdrawn")
      .withArgs(token, alice, alice, COLLATERAL * 2n);
    expect(await deposits.coolingOf(token, alice)).to.deep.equal([]);
  });

  it("works the queue off in pieces, by anyone", async () => {
    const { alice, bob, deposits, token } = await loadFixture(deployed);
    await deposits.connect(alice).deposit(token, COLLATERAL);
    const holders = [];
    for (let i = 0n; i < 10n; i++) {
      const holder = await ethers.deployContract("FreeHolder", [TERMS]);
      await deposits.connect(alice).lock(holder, token, i + 1n, TERMS);
      holders.push(holder);
    }
    const release = deposits.interface.encodeFunctionData("release", [await token.getAddress(), alice.address]);
    for (const holder of holders) await holder.act(deposits, 0, release);
    expect(await deposits.coolingOf(token, alice)).to.have.length(10);
    await deposits.mature(token, alice, MaxUint256);
    expect(await deposits.coolingOf(token, alice)).to.have.length(10);
    await time.increase(COOLING_OFF);
    const free = await deposits.freeOf(token, alice);
    await deposits.connect(bob).mature(token, alice, 1n);
    expect(await deposits.freeOf(token, alice)).to.equal(free + 1n);
    await deposits.connect(alice).withdraw(token, 0n, alice);
    expect(await deposits.freeOf(token, alice)).to.equal(free + 45n);
    expect(await deposits.coolingOf(token, alice)).to.have.length(1);
    await deposits.connect(bob).mature(token, alice, MaxUint256);
    expect(await deposits.freeOf(token, alice)).to.equal(COLLATERAL);
  });
});

describe("Deposits, slashing", () => {
  it("credits the reporter's share and burns the rest, on the ledger only", async () => {
    const { alice, reporter, deposits, token, holder, slash } = await loadFixture(locked);
    const call = holder.act(deposits, 0, slash(2_500n, reporter.address));
    const quarter = COLLATERAL / 4n;
    await expect(call).to.changeTokenBalances(ethers, token, [deposits, reporter, alice], [0n, 0n, 0n]);
    await expect(call)
      .to.emit(deposits, "Slashed")
      .withArgs(token, alice, holder, reporter, quarter, COLLATERAL - quarter);
    expect(await deposits.freeOf(token, reporter)).to.equal(quarter);
    expect(await deposits.burned(token)).to.equal(COLLATERAL - quarter);
    expect(await deposits.freeOf(token, alice)).to.equal(COLLATERAL);
    await deposits.connect(reporter).withdraw(token, quarter, reporter);
  });

  it("refuses a share above a quarter", async () => {
    const { reporter, deposits, holder, slash } = await loadFixture(locked);
    await expect(holder.act(deposits, 0, slash(2_501n, reporter.address)))
      .to.be.revertedWithCustomError(deposits, "ShareTooLarge")
      .withArgs(2_501, 2_500);
  });
});

describe("Deposits, hostile tokens and recipients", () => {
  it("credits what arrives of a token that keeps a fee", async () => {
    const { alice, deposits } = await loadFixture(deployed);
    const token = await ethers.deployContract("FeeToken");
    await token.mint(alice, 1_000n);
    await token.connect(alice).approve(deposits, 1_000n);
    await deposits.connect(alice).deposit(token, 1_000n);
    expect(await deposits.freeOf(token, alice)).to.equal(900);
    expect(await token.balanceOf(deposits)).to.equal(900);
    await deposits.connect(alice).withdraw(token, 900n, alice);
    expect(await token.balanceOf(deposits)).to.equal(0);
    expect(await token.balanceOf(alice)).to.equal(810);
  });

  it("does not pay a token's surcharge with the tokens of others", async () => {
    const { alice, bob, deposits } = await loadFixture(deployed);
    const token = await ethers.deployContract("SurchargeToken");
    for (const account of [alice, bob]) {
      await token.mint(account, 1_100n);
      await token.connect(account).approve(deposits, 1_000n);
      await deposits.connect(account).deposit(token, 1_000n);
    }
    await expect(deposits.connect(alice).withdraw(token, 1_000n, alice))
      .to.be.revertedWithCustomError(deposits, "TokenTookTooMuch")
      .withArgs(token, 1_000, 1_100);
  });

  it("reverts where a token returns false", async () => {
    const { alice, deposits } = await loadFixture(deployed);
    const token = await ethers.deployContract("FalseToken");
    await expect(deposits.connect(alice).deposit(token, 1n)).to.revert(ethers);
  });

  it("is not entered again from a token's transfer, in either direction", async () => {
    const { alice, deposits } = await loadFixture(deployed);
    const token = await ethers.deployContract("CallingToken");
    await token.mint(alice, 1_000n);
    await token.connect(alice).approve(deposits, 1_000n);
    const address = await token.getAddress();
    const calls = [
      deposits.interface.encodeFunctionData("deposit", [address, 1n]),
      deposits.interface.encodeFunctionData("withdraw", [address, 0n, alice.address]),
      deposits.interface.encodeFunctionData("mature", [address, alice.address, 1n]),
      deposits.interface.encodeFunctionData("release", [address, alice.address]),
      deposits.interface.encodeFunctionData("slash", [address, alice.address, alice.address, 0n]),
      deposits.interface.encodeFunctionData("lock", [address, address, 0n, TERMS]),
    ];
    const guard = deposits.interface.getError("ReentrancyGuardReentrantCall")!.selector;
    for (const data of calls) {
      await token.setCall(deposits, data);
      await deposits.connect(alice).deposit(token, 10n);
      expect([await token.succeeded(), await token.result()]).to.deep.equal([false, guard]);
      await deposits.connect(alice).withdraw(token, 10n, alice);
      expect([await token.succeeded(), await token.result()]).to.deep.equal([false, guard]);
      expect(await deposits.freeOf(token, alice)).to.equal(0);
    }
  });

  it("is not entered again from a recipient of ETH", async () => {
    const { alice, deposits } = await loadFixture(deployed);
    await deposits.connect(alice).deposit(ETH, 100n, { value: 100n });
    const thief = await ethers.deployContract("Reenterer");
    const { interface: api } = deposits;
    await thief.act(deposits, 50n, api.encodeFunctionData("deposit", [ETH, 50n]), { value: 50n });
    const again = api.encodeFunctionData("withdraw", [ETH, 50n, await thief.getAddress()]);
    await thief.setCall(deposits, again);
    await thief.act(deposits, 0n, again);
    expect(await thief.succeeded()).to.equal(false);
    expect(await ethers.provider.getBalance(deposits)).to.equal(100);
  });

  it("lets a refusing or blocked worker be slashed and released; it may withdraw to somebody else", async () => {
    const { bob, reporter, deposits, holder } = await loadFixture(deployed);
    const token = await ethers.deployContract("BlockingToken");
    const worker = await ethers.deployContract("Refuser");
    const { interface: api } = deposits;
    const [at, self] = [await token.getAddress(), await worker.getAddress()];
    await token.mint(worker, 1_000n);
    await worker.act(token, 0n, token.interface.encodeFunctionData("approve", [await deposits.getAddress(), 1_000n]));
    await worker.act(deposits, 0n, api.encodeFunctionData("deposit", [at, 1_000n]));
    await worker.act(deposits, 40n, api.encodeFunctionData("deposit", [ETH, 40n]), { value: 40n });
    await worker.act(deposits, 0n, api.encodeFunctionData("lock", [await holder.getAddress(), at, 600n, TERMS]));
    await worker.act(deposits, 0n, api.encodeFunctionData("lock", [await holder.getAddress(), ETH, 30n, TERMS]));
    await token.setBlocked(worker, true);
    await token.setBlocked(reporter, true);
    await holder.act(deposits, 0n, api.encodeFunctionData("slash", [at, self, reporter.address, 1_000n]));
    await holder.act(deposits, 0n, api.encodeFunctionData("release", [ETH, self]));
    expect(await deposits.freeOf(token, reporter)).to.equal(60);
    await expect(deposits.connect(reporter).withdraw(token, 60n, reporter))
      .to.be.revertedWithCustomError(token, "Blocked")
      .withArgs(reporter);
    await deposits.connect(reporter).withdraw(token, 60n, bob);
    const withdraw = (to: string): string => api.encodeFunctionData("withdraw", [ETH, 10n, to]);
    await expect(worker.act(deposits, 0n, withdraw(self))).to.revert(ethers);
    await worker.act(deposits, 0n, withdraw(bob.address));
    expect(await deposits.freeOf(ETH, worker)).to.equal(0);
  });
});
