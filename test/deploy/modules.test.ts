import { expect } from "chai";
import { network } from "hardhat";
import { fileURLToPath } from "node:url";
import ArbiterModule from "../../deploy/modules/Arbiter.ts";
import DealModule from "../../deploy/modules/Deal.ts";
import DepositsModule from "../../deploy/modules/Deposits.ts";
import { programTerms } from "../../agents/chain/program-terms.ts";
import { IMAGE } from "../contracts/deal/machine.ts";

const fileOf = (name: string): string =>
  fileURLToPath(new URL(`../../deploy/parameters/${name}.json`, import.meta.url));

describe("deploy", () => {
  for (const name of ["local", "sepolia"]) {
    it(`deploys the Arbiter with the parameters of ${name}: two levels, 2^48 steps`, async () => {
      const { ethers, ignition } = await network.create();
      const made = await ignition.deploy(ArbiterModule, { parameters: fileOf(name) });
      const { verifier } = made;
      const arbiter = await ethers.getContractAt("Arbiter", made.arbiter);
      const tournament = await ethers.getContractAt("Tournament", made.tournament);
      expect(await arbiter.capacity()).to.equal(1n << 48n);
      expect(await arbiter.tournament()).to.equal(await tournament.getAddress());
      expect(await tournament.arbiter()).to.equal(await arbiter.getAddress());
      expect(await tournament.verifier()).to.equal(await verifier.getAddress());
    });

    it(`deploys Deposits with the parameters of ${name}`, async () => {
      const { ethers, ignition } = await network.create();
      const made = await ignition.deploy(DepositsModule, { parameters: fileOf(name) });
      const deposits = await ethers.getContractAt("Deposits", made.deposits);
      expect(await deposits.coolingOff()).to.be.greaterThan(0n);
    });
  }

  it("deploys a Deal over both, of the deploying account unless another is given", async () => {
    const { ethers, ignition } = await network.create();
    const [deployer, other] = await ethers.getSigners();
    const numbers = { budget: 1_000n, collateral: 1n, price: 0n, reporterShare: 0, maxWorkers: 1 };
    const parameters = {
      Arbiter: { period: 60, grace: 6, heights: [33, 15], bonds: [100n, 50n], bounty: 1n },
      Deposits: { coolingOff: 60 },
      Deal: {
        program: { ...programTerms({ image: IMAGE }) },
        sequencer: other!.address,
        ...numbers,
        maxPending: 1,
        maxPendingSteps: numbers.budget,
        maxInput: 1,
        notice: 0,
      },
    };
    const made = await ignition.deploy(DealModule, { parameters });
    const deal = await ethers.getContractAt("Deal", made.deal);
    expect(await deal.customer()).to.equal(deployer);
    expect(await deal.sequencer()).to.equal(other);
    expect(await deal.arbiter()).to.equal(await made.arbiter.getAddress());
    expect(await deal.deposits()).to.equal(await made.deposits.getAddress());
  });
});
