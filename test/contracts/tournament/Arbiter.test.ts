import { expect } from "chai";
import { network } from "hardhat";
import { announcementHash, tournamentId } from "../../../agents/game/openings.ts";
import { hex } from "./chain.ts";
import { INITIAL } from "./schedule.ts";
import { toyState, TRUTH } from "../../support/toy.ts";
import { grow, joining, NO_SALT } from "../../support/toy-tree.ts";
import type { Eight } from "../../../agents/game/types.ts";

const PARAMS = { period: 1000, grace: 100, heights: [6, 3], bonds: [1000n, 500n], bounty: 99n };
const PAID = { value: 1000n };
const CLAIM = toyState(5n, 5n);

async function setting() {
  const { ethers, networkHelpers } = await network.create();
  const verifier = await ethers.deployContract("ToyVerifier", [1n << 40n]);
  const arbiter = await ethers.deployContract("Arbiter", [verifier, PARAMS]);
  const tournament = await ethers.getContractAt("Tournament", await arbiter.tournament());
  const [deal, challenger, stranger] = await ethers.getSigners();
  if (!deal || !challenger || !stranger) throw new Error("the network has no accounts");
  const tree = grow(TRUTH, 0n, 8n, 6);
  const shown = joining(tree);
  const commitment = { ...shown, children: [...shown.children] as [...Eight], proof: [...shown.proof] };
  return { ethers, networkHelpers, verifier, arbiter, tournament, deal, challenger, stranger, tree, commitment };
}

describe("Arbiter", () => {
  it("makes its own Tournament contract and hands its parameters on", async () => {
    const { arbiter, tournament, verifier } = await setting();
    expect(await tournament.arbiter()).to.equal(await arbiter.getAddress());
    expect(await arbiter.verifier()).to.equal(await verifier.getAddress());
    expect(await tournament.verifier()).to.equal(await verifier.getAddress());
    expect([await arbiter.period(), await arbiter.capacity(), await arbiter.bond()]).to.deep.equal([
      1000n,
      512n,
      1000n,
    ]);
  });

  it("opens for the Deal that calls, under a name that was known before", async () => {
    const { ethers, networkHelpers, arbiter, tournament, deal, challenger, tree, commitment } = await setting();
    const id = tournamentId(hex(deal.address), CLAIM);
    expect(await arbiter.tournamentId(deal.address, CLAIM)).to.equal(id);
    expect([...(await arbiter.verdict(deal.address, CLAIM))]).to.deep.equal([
      false,
      false,
      NO_SALT,
      ethers.ZeroAddress,
    ]);
    await tournament.announce(announcementHash(hex(challenger.address), id, tree.root, NO_SALT), PAID);
    await expect(arbiter.connect(deal).open(CLAIM, INITIAL, challenger, commitment))
      .to.emit(arbiter, "DisputeOpened")
      .withArgs(deal.address, CLAIM, id)
      .and.to.emit(tournament, "Opened");
    expect((await arbiter.verdict(deal.address, CLAIM)).finished).to.equal(false);
    await networkHelpers.time.increase(PARAMS.period);
    expect([...(await arbiter.verdict(deal.address, CLAIM))]).to.deep.equal([
      true,
      true,
      commitment.finalState,
      challenger.address,
    ]);
  });

  it("gives another caller a tournament of its own, never the Deal's", async () => {
    const { arbiter, tournament, deal, challenger, stranger, tree, commitment } = await setting();
    const own = tournamentId(hex(stranger.address), CLAIM);
    await tournament.announce(announcementHash(hex(challenger.address), own, tree.root, NO_SALT), PAID);
    await arbiter.connect(stranger).open(CLAIM, INITIAL, challenger, commitment);
    expect((await tournament.tournamentState(tournamentId(hex(deal.address), CLAIM))).closes).to.equal(0n);
    expect((await tournament.tournamentState(own)).closes).to.not.equal(0n);
    const direct = tournament.open(own, INITIAL, challenger, commitment);
    await expect(direct).to.be.revertedWithCustomError(tournament, "NotArbiter");
  });

  it("opens a claim's tournament once", async () => {
    const { arbiter, tournament, deal, challenger, tree, commitment } = await setting();
    const id = tournamentId(hex(deal.address), CLAIM);
    await tournament.announce(announcementHash(hex(challenger.address), id, tree.root, NO_SALT), PAID);
    await arbiter.connect(deal).open(CLAIM, INITIAL, challenger, commitment);
    const again = arbiter.connect(deal).open(CLAIM, INITIAL, challenger, commitment);
    await expect(again).to.be.revertedWithCustomError(tournament, "TournamentExists");
  });
});
