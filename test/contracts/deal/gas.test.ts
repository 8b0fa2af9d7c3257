/**
 * Gas of every action of Deal and Deposits, as transactions cost it, against the committed
 * snapshot. Every test has a network of its own: addresses are calldata, and what a zero byte of
 * theirs costs would depend on the tests before.
 */
import type { ContractTransactionResponse } from "ethers";
import { hexlify, keccak256, ZeroHash } from "ethers";
import { network } from "hardhat";
import { checkSnapshot } from "../../../scripts/snapshot.ts";
import {
  COLLATERAL,
  COOLING_OFF,
  deploy,
  fund,
  INITIAL,
  inputRoot,
  join,
  JOIN,
  openingOf,
  PERIOD,
  PRICE,
  record,
  submit,
} from "./fixture.ts";

/** Bytes as random ones cost them: none is zero. */
const dense = (length: number): string => hexlify(Uint8Array.from({ length }, (_, i) => (i % 255) + 1));

async function used(response: Promise<ContractTransactionResponse>): Promise<number> {
  const receipt = await (await response).wait();
  return Number(receipt!.gasUsed);
}

describe("gas of Deal and Deposits", () => {
  const gas: Record<string, number> = {};

  it("submits, claims, backs, confirms", async () => {
    const { networkHelpers, ...connection } = await network.create();
    const afterWindow = (): Promise<number> => networkHelpers.time.increase(PERIOD);
    const world = await deploy({ maxPending: 1 }, connection);
    const { deal, sequencer, w1, w2, w3 } = world;
    for (const worker of [w1, w2, w3]) await join(world, worker);
    await fund(world, 20n);
    const by = deal.connect(sequencer);
    await by.submit("0x");
    await by.submit("0x01");
    for (const kib of [1, 16, 64]) gas[`submit ${kib} KiB`] = await used(by.submit(dense(kib * 1_024)));
    const previous = keccak256(INITIAL);
    gas["claim, first of its slot"] = await used(deal.connect(w1).claim(await deal.fragmentId(0), previous, record(1)));
    const { id } = await deal.claimAbout(0);
    gas["back"] = await used(deal.connect(w2).back(id));
    await deal.connect(w3).back(id);
    await afterWindow();
    gas["confirm, first payment of 3 backers"] = await used(deal.confirm(id));
    gas["claim"] = await used(deal.connect(w1).claim(await deal.fragmentId(1), keccak256(record(1)), record(2)));
    const { id: next } = await deal.claimAbout(1);
    await deal.connect(w2).back(next);
    await deal.connect(w3).back(next);
    await afterWindow();
    gas["confirm, 3 backers"] = await used(deal.confirm(next));
    gas["withdrawEarnings"] = await used(deal.connect(w1).withdrawEarnings(w1));
    gas["quit"] = await used(deal.connect(w1).quit());
  });

  it("challenges and settles", async () => {
    const world = await deploy({}, await network.create());
    const { deal, arbiter, w1, w2, w3, challenger } = world;
    for (const worker of [w1, w2, w3]) await join(world, worker);
    await fund(world, 20n);
    for (const backers of [1, 2]) {
      await submit(world);
      const previous = backers === 1 ? INITIAL : record(9);
      const [claimer, second] = backers === 1 ? [w1, w1] : [w2, w3];
      const { claimed } = await deal.progress();
      await deal.connect(claimer).claim(await deal.fragmentId(claimed), keccak256(previous), record(backers));
      const { id } = await deal.claimAbout(claimed);
      if (backers === 2) await deal.connect(second).back(id);
      const input = { root: inputRoot("0x01"), length: 1 };
      const by = deal.connect(challenger);
      const cost = await used(by.challenge(id, input, previous, openingOf(previous), JOIN));
      if (backers === 1) gas["challenge, over a toy arbiter"] = cost;
      await arbiter.decide(deal, id, true, keccak256(record(9)), challenger);
      gas[`settle, striking ${backers}`] = await used(deal.settle(id));
      if (backers === 1) gas["reveal"] = await used(deal.reveal(record(9)));
    }
  });

  it("deposits, locks, slashes, withdraws", async () => {
    const { networkHelpers, ...connection } = await network.create();
    const world = await deploy({}, connection);
    const { deal, deposits, token, w1 } = world;
    await token.mint(w1, 10n * COLLATERAL);
    await token.connect(w1).approve(deposits, 10n * COLLATERAL);
    const by = deposits.connect(w1);
    gas["deposit, first of a token"] = await used(by.deposit(token, COLLATERAL));
    gas["deposit"] = await used(by.deposit(token, COLLATERAL));
    gas["lock"] = await used(by.lock(deal, token, COLLATERAL, await deal.termsHash()));
    await deal.connect(w1).quit();
    await networkHelpers.time.increase(COOLING_OFF);
    gas["withdraw, with a matured release"] = await used(by.withdraw(token, PRICE, w1));
    gas["withdraw"] = await used(by.withdraw(token, PRICE, w1));
    const free = await connection.ethers.deployContract("FreeHolder", [ZeroHash]);
    await by.lock(free, token, COLLATERAL, ZeroHash);
    const slash = deposits.interface.encodeFunctionData("slash", [
      await token.getAddress(),
      w1.address,
      w1.address,
      2_500n,
    ]);
    gas["slash, through a forwarder"] = await used(free.act(deposits, 0n, slash));
  });

  after(() => {
    checkSnapshot("deal-gas", gas);
  });
});
