/** Gas of the calls of a cluster's Deal, against the committed snapshot. */
import { expect } from "chai";
import { type ContractTransactionResponse, keccak256 } from "ethers";
import { network } from "hardhat";
import { checkSnapshot } from "../../../scripts/snapshot.ts";
import { JOIN, openingOf, PERIOD, record } from "../deal/fixture.ts";
import { certificate, Chain, claimedBlock, INTERVAL, shownStanding, startedCluster } from "./deal-fixture.ts";
import { hex } from "./shown.ts";

/** After the present, so that the same is signed at every run, and calldata costs the same. */
const START = 4_000_000_000n;

describe("gas of a cluster's Deal", () => {
  const gas: Record<string, number> = {};

  const used = async (call: Promise<ContractTransactionResponse>): Promise<number> =>
    Number((await (await call).wait())!.gasUsed);

  for (const [size, voters] of [
    [4, 4],
    [16, 11],
  ] as const)
    it(`with ${voters} of ${size}`, async () => {
      const own = await network.create();
      const { time } = own.networkHelpers;
      await time.increaseTo(START);
      const cluster = await startedCluster({ size }, own);
      const { deal, arbiter, challenger } = cluster;
      const name = (what: string): string => `${what}, ${voters} of ${size}`;
      const seats = Array.from({ length: voters }, (_, seat) => seat);
      const chain = new Chain();
      const bases: Chain[] = [];
      const claim = async (): Promise<number> => {
        bases.push(chain.upTo(chain.leaves.length));
        for (let i = 0; i < 10; i++) chain.add(chain.leaves.length, 10n);
        const { standing } = chain;
        const at = START + standing.count * INTERVAL;
        await time.increaseTo(at);
        const votes = certificate(cluster, standing, at, seats);
        const call = deal.claim(votes, chain.record, hex(standing.historyRoot), standing.count, standing.steps);
        return used(call);
      };
      gas[name("first claim")] = await claim();
      gas[name("second claim")] = await claim();
      await time.increase(PERIOD);
      gas[name("confirm")] = await used(deal.confirm(await deal.claimIdAt(0n)));
      await deal.confirm(await deal.claimIdAt(1n));
      for (let i = 0; i < 4; i++) await claim();
      await time.increase(PERIOD);
      for (let i = 2n; i < 6n; i++) await deal.confirm(await deal.claimIdAt(i));
      // Each place for pending claims has been used before: what a claim costs from then on.
      gas[name("claim")] = await claim();
      expect(gas[name("claim")]).lessThan(voters === 4 ? 150_000 : 250_000);
      if (voters !== 4) return;

      const id = await deal.claimIdAt(6n);
      const previous = chain.upTo(65).record;
      const call = deal
        .connect(challenger)
        .challenge(
          id,
          shownStanding(chain.standing),
          shownStanding(bases.at(-1)!.standing),
          claimedBlock(chain, 65, false),
          previous,
          openingOf(previous),
          JOIN,
        );
      gas["challenge"] = await used(call);
      const dispute = (await deal.queryFilter(deal.filters["Disputed"]!()))[0]!.topics[2]!;
      const truth = record(9_999);
      await arbiter.decide(deal, dispute, true, keccak256(truth), challenger);
      gas["settle"] = await used(deal.settle(dispute));
      await time.increase(PERIOD);
      gas["strike, four slashed"] = await used(deal.strike(id));
      const siblings = chain.upTo(65).history.proveEnd();
      gas["reveal"] = await used(deal.reveal(truth, siblings.map(hex)));
    });

  after(() => {
    checkSnapshot("cluster-deal-gas", gas);
  });
});
