/**
 * Deal, Deposits, Arbiter, Tournament and StepVerifier together, as Ignition deploys them: no
 * double takes part.
 */
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { keccak256, ZeroAddress, ZeroHash } from "ethers";
import { network } from "hardhat";
import { announcementHash } from "../../../agents/game/openings.ts";
import DealModule from "../../../deploy/modules/Deal.ts";
import { initialState } from "../../../verifier/state/program.ts";
import type { State } from "../../../verifier/state/state.ts";
import { loadOpening } from "../../../verifier/proof/load.ts";
import { bytesToHex, type Hex } from "viem";
import type { ContractOf } from "../../support/typed-contract.ts";
import { inputRoot, openedBy } from "./fixture.ts";
import { programTerms } from "../../../agents/chain/program-terms.ts";
import { IMAGE, lieAt, recordOf, Side } from "./machine.ts";

const { ethers, ignition, networkHelpers } = await network.create();
const { time } = networkHelpers;
const fresh = (): Promise<World> => networkHelpers.loadFixture(deployed);

const PERIOD = 3_600n;
const HEIGHT = 6;
const BUDGET = 60n;
const BOND = 10n ** 17n;
const COLLATERAL = 10n ** 18n;
const PRICE = 1_000n;
const INPUT = new Uint8Array([1, 2, 3]);

const parameters = {
  Arbiter: { period: PERIOD, grace: 600n, heights: [HEIGHT], bonds: [BOND], bounty: BOND / 20n },
  Deposits: { coolingOff: 3_600n },
  Deal: {
    program: { ...programTerms({ image: IMAGE }) },
    budget: BUDGET,
    collateral: COLLATERAL,
    price: PRICE,
    reporterShare: 2_500,
    maxWorkers: 4,
    maxPending: 4,
    maxPendingSteps: 2n ** 40n,
    maxInput: 65_536,
    notice: 7_200,
  },
};

/** Salts are distinct and meaningless here: nobody watches. */
const SALT = ZeroHash as Hex;

async function deployed() {
  const signers = await ethers.getSigners();
  const [customer, honest, liar, validator] = signers;
  if (!customer || !honest || !liar || !validator) throw new Error("too few accounts");
  const contracts = await ignition.deploy(DealModule, { parameters });
  const deal = contracts.deal as unknown as ContractOf<"Deal">;
  const deposits = contracts.deposits as unknown as ContractOf<"Deposits">;
  const arbiter = contracts.arbiter as unknown as ContractOf<"Arbiter">;
  const tournament = contracts.tournament as unknown as ContractOf<"Tournament">;
  await deal.connect(customer).fund(2n * PRICE, { value: 2n * PRICE });
  for (const worker of [honest, liar]) {
    await deposits.connect(worker).deposit(ZeroAddress, COLLATERAL, { value: COLLATERAL });
    await deposits.connect(worker).lock(deal, ZeroAddress, COLLATERAL, await deal.termsHash());
  }
  await deal.connect(customer).submit(INPUT);
  await deal.connect(customer).submit(INPUT);
  return { customer, honest, liar, validator, deal, deposits, arbiter, tournament };
}

type World = Awaited<ReturnType<typeof deployed>>;

async function claims({ deal }: World, worker: HardhatEthersSigner, before: State, after: State): Promise<Hex> {
  const fragment = await deal.fragmentId((await deal.progress()).claimed);
  await deal.connect(worker).claim(fragment, keccak256(recordOf(before)), recordOf(after));
  return (await deal.claimAbout((await deal.progress()).claimed - 1n)).id as Hex;
}

async function announces({ deal, arbiter, tournament }: World, who: HardhatEthersSigner, claim: Hex, side: Side) {
  const id = (await arbiter.tournamentId(deal, claim)) as Hex;
  await tournament.connect(who).announce(announcementHash(who.address as Hex, id, side.root, SALT), { value: BOND });
  return id;
}

/**
 * `opener` disputes the claim with the root tournament's first commitment, `other` joins it, and
 * they play to the end.
 */
async function dispute(
  world: World,
  claim: Hex,
  before: State,
  opener: [HardhatEthersSigner, Side],
  other: [HardhatEthersSigner, Side],
) {
  const { deal, tournament } = world;
  const [[one, oneSide], [two, twoSide]] = [opener, other];
  const id = await announces(world, one, claim, oneSide);
  await announces(world, two, claim, twoSide);
  const input = { root: inputRoot(bytesToHex(INPUT)), length: INPUT.length };
  const record = recordOf(before);
  const proof = bytesToHex(loadOpening(before));
  const call = deal.connect(one).challenge(claim, input, record, proof, joinOf(oneSide));
  await expect(call).to.emit(deal, "Challenged").withArgs(claim, one, id, oneSide.initial);
  await tournament.connect(two).join(id, joinOf(twoSide));
  const match = keccak256(
    ethers.AbiCoder.defaultAbiCoder().encode(["bytes32", "bytes32", "bytes32"], [id, oneSide.root, twoSide.root]),
  );
  const move = oneSide.move(HEIGHT, 0n, twoSide.children(HEIGHT, 0n));
  await tournament.connect(one).move(match, move.digit, move.opp, [...move.siblings], [...move.next]);
  const last = twoSide.last(move.pos, move.next);
  await tournament
    .connect(two)
    .last(id, oneSide.root, twoSide.root, { ...last, siblings: [...last.siblings], proof: [...last.proof] });
  return { id, step: last.step };
}

const joinOf = (side: Side) => {
  const { children, proof, ...rest } = side.joining(SALT);
  return {
    ...rest,
    proof: [...proof],
    children: [...children] as typeof children & [string, string, string, string, string, string, string, string],
  };
};

describe("Deal with the real Arbiter, Tournament and StepVerifier", () => {
  const initial = initialState(IMAGE);

  it("computes the initial record, the input root and the loaded state as the machine does", async () => {
    const { deal } = await fresh();
    expect((await openedBy(deal)).initialRecord).to.equal(recordOf(initial));
    expect((await deal.progress()).head).to.equal(keccak256(recordOf(initial)));
  });

  it("takes a liar's deposit by one executed step, and goes on from the true state to the program's end", async () => {
    const world = await fresh();
    const { deal, deposits, tournament, customer, honest, liar, validator } = world;
    const truth = await Side.of(initial, INPUT, BUDGET, HEIGHT);
    const lie = await Side.of(initial, INPUT, BUDGET, HEIGHT, [lieAt(13n)]);
    const claim = await claims(world, liar, initial, lie.final);
    const onTop = await claims(world, honest, lie.final, truth.final);
    const { id, step } = await dispute(world, claim, initial, [validator, truth], [liar, lie]);
    // The state after 13 steps differs: step 12 (from 0) decided.
    expect(step).to.equal(12n);
    await expect(deal.settle(claim)).to.be.revertedWithCustomError(deal, "Undecided");
    await time.increase(PERIOD);
    const final = keccak256(recordOf(truth.final));
    await expect(deal.settle(claim)).to.emit(deal, "Struck").withArgs(claim, 0, true, final, validator, 0b10);
    expect(await deposits.freeOf(ZeroAddress, validator)).to.equal(COLLATERAL / 4n);
    expect(await deposits.burned(ZeroAddress)).to.equal((COLLATERAL * 3n) / 4n);
    expect(await deposits.lockOf(ZeroAddress, honest, deal)).to.equal(COLLATERAL);
    await expect(deal.confirm(onTop)).to.be.revertedWithCustomError(deal, "NotPending");
    await tournament.collect(id);
    expect(await tournament.credit(validator)).to.be.greaterThan(BOND);

    await deal.reveal(recordOf(truth.final));
    const end = await Side.of(truth.final, INPUT, BUDGET, HEIGHT);
    const second = await claims(world, honest, truth.final, end.final);
    await time.increase(PERIOD);
    await expect(deal.confirm(second)).to.emit(deal, "Ended");
    expect(await deal.earningsOf(honest)).to.equal(PRICE);
    await deal.connect(honest).withdrawEarnings(honest);
    await deal.connect(honest).quit();
    await deal.connect(customer).withdrawFunds(PRICE, customer);
    expect(await ethers.provider.getBalance(deal)).to.equal(0);
    await time.increase(3_600n);
    await deposits.connect(honest).withdraw(ZeroAddress, COLLATERAL, honest);
  });

  it("upholds a true claim that a liar disputes", async () => {
    const world = await fresh();
    const { deal, deposits, honest, liar } = world;
    const truth = await Side.of(initial, INPUT, BUDGET, HEIGHT);
    const lie = await Side.of(initial, INPUT, BUDGET, HEIGHT, [lieAt(5n)]);
    const claim = await claims(world, honest, initial, truth.final);
    await dispute(world, claim, initial, [liar, lie], [honest, truth]);
    await time.increase(PERIOD);
    await expect(deal.confirm(claim)).to.be.revertedWithCustomError(deal, "WrongStage");
    await expect(deal.settle(claim)).to.emit(deal, "Upheld").withArgs(claim);
    await deal.confirm(claim);
    expect(await deal.earningsOf(honest)).to.equal(PRICE);
    expect(await deposits.burned(ZeroAddress)).to.equal(0);
  });

  it("gives the report to whoever announced it first, not to whoever copied and challenged first", async () => {
    const world = await fresh();
    const { deal, deposits, tournament, customer: copier, liar, validator } = world;
    const truth = await Side.of(initial, INPUT, BUDGET, HEIGHT);
    const lie = await Side.of(initial, INPUT, BUDGET, HEIGHT, [lieAt(13n)]);
    const claim = await claims(world, liar, initial, lie.final);
    await announces(world, validator, claim, truth);
    // The validator's challenge is seen and kept out of the block in which the copier's is mined.
    const id = await announces(world, copier, claim, truth);
    const input = { root: inputRoot(bytesToHex(INPUT)), length: INPUT.length };
    const args = [claim, input, recordOf(initial), bytesToHex(loadOpening(initial)), joinOf(truth)] as const;
    await deal.connect(copier).challenge(...args);
    await expect(deal.connect(validator).challenge(...args)).to.be.revertedWithCustomError(deal, "WrongStage");
    await tournament.connect(validator).join(id, joinOf(truth));
    await time.increase(PERIOD);
    const final = keccak256(recordOf(truth.final));
    await expect(deal.settle(claim)).to.emit(deal, "Struck").withArgs(claim, 0, true, final, validator, 0b10);
    expect(await deposits.freeOf(ZeroAddress, validator)).to.equal(COLLATERAL / 4n);
    expect(await deposits.freeOf(ZeroAddress, copier)).to.equal(0);
    expect(await tournament.credit(copier)).to.equal(BOND);
  });

  it("counts the steps that a claim's record tells: those that the machine took", async () => {
    const world = await fresh();
    const truth = await Side.of(initial, INPUT, BUDGET, HEIGHT);
    const claim = await claims(world, world.liar, initial, truth.final);
    expect((await world.deal.claimOf(claim)).steps).to.equal(21); // 20 that do nothing, and a yield
  });

  it("opens a dispute about a claim only once, and only for an announced commitment", async () => {
    const world = await fresh();
    const { deal, tournament, liar, validator } = world;
    const truth = await Side.of(initial, INPUT, BUDGET, HEIGHT);
    const lie = await Side.of(initial, INPUT, BUDGET, HEIGHT, [lieAt(5n)]);
    const claim = await claims(world, liar, initial, lie.final);
    const input = { root: inputRoot(bytesToHex(INPUT)), length: INPUT.length };
    const args = [claim, input, recordOf(initial), bytesToHex(loadOpening(initial)), joinOf(truth)] as const;
    await expect(deal.connect(validator).challenge(...args)).to.be.revertedWithCustomError(tournament, "NotAnnounced");
    await announces(world, validator, claim, truth);
    await deal.connect(validator).challenge(...args);
    await expect(deal.connect(validator).challenge(...args)).to.be.revertedWithCustomError(deal, "WrongStage");
  });
});
