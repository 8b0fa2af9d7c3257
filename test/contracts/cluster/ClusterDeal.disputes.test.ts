import { expect } from "chai";
import { getBytes, keccak256, ZeroAddress, ZeroHash } from "ethers";
import { appHash, blockLeaf, HISTORY_DEPTH } from "../../../verifier/consensus/block-history.ts";
import { JOIN, loaded, loadFixture, networkHelpers, openingOf, PERIOD, record, STATUS } from "../deal/fixture.ts";
import { hashPair } from "../../../verifier/merkle/keccak.ts";
import { zeroHash } from "../../../verifier/merkle/zero.ts";
import {
  blocks,
  started,
  type Chain,
  claimChain,
  claimSoon,
  claimedBlock,
  type Cluster,
  enter,
  GRACE,
  NO_LEAF,
  shownStanding,
} from "./deal-fixture.ts";
import { hex } from "./shown.ts";

const { time } = networkHelpers;

/** Disputes a block of a claim that adds all blocks of its chain after `from`. */
async function dispute(cluster: Cluster, id: string, chain: Chain, number: number, from = 0): Promise<string> {
  const { deal, challenger } = cluster;
  const previous = chain.upTo(number).record;
  const given = [
    id,
    shownStanding(chain.standing),
    shownStanding(chain.upTo(from).standing),
    claimedBlock(chain, number, number === from),
    previous,
    openingOf(previous),
    JOIN,
  ] as const;
  const named = await deal.connect(challenger).challenge.staticCall(...given);
  await deal.connect(challenger).challenge(...given);
  return named;
}

/** Ends a dispute with a record, and applies that. */
async function decide({ deal, arbiter, challenger }: Cluster, id: string, after: string): Promise<void> {
  await arbiter.decide(deal, id, true, keccak256(after), challenger);
  await deal.settle(id);
}

/** What the workers have locked. */
const locks = ({ deal, deposits, terms, workers }: Cluster): Promise<bigint[]> =>
  Promise.all(workers.slice(0, 4).map((worker) => deposits.lockOf(terms.collateralToken, worker, deal)));

const NO_EVIDENCE = {
  kind: 0,
  claimed: { number: 0, leaf: NO_LEAF, proof: [], before: NO_LEAF, proofBefore: [] },
  record: "0x",
  number: 0n,
  own: ZeroHash,
  ownProof: [],
  other: ZeroHash,
  otherProof: [],
};

describe("ClusterDeal, disputing", () => {
  it("opens a tournament from the loaded state before the block", async () => {
    const cluster = await loadFixture(started);
    const { deal, arbiter } = cluster;
    const chain = blocks(3);
    const id = await claimChain(cluster, chain);
    for (const number of [0, 2]) {
      const named = await dispute(cluster, id, chain, number);
      const { initial } = await arbiter.disputes(await arbiter.tournamentId(deal, named));
      const input = hex(chain.leaves[number]!.inputRoot);
      expect(initial).equal(loaded(chain.upTo(number).record, input, 64, 1_000_000n));
      await expect(dispute(cluster, id, chain, number)).to.be.revertedWithCustomError(deal, "DisputedAlready");
    }
    expect((await deal.claimOf(id)).disputes).equal(2n);
  });

  it("takes blocks that the claim adds, as its history has them, in its window", async () => {
    const cluster = await loadFixture(started);
    const { deal, proofs } = cluster;
    const chain = blocks(2);
    const first = await claimChain(cluster, chain);
    chain.add(7);
    const id = await claimChain(cluster, chain);
    await expect(dispute(cluster, id, chain, 1, 2)).to.be.revertedWithCustomError(proofs, "NotInClaim");
    await expect(dispute(cluster, id, chain, 2, 1)).to.be.revertedWithCustomError(deal, "WrongStanding");
    await expect(dispute(cluster, id, blocks(3), 2, 2)).to.be.revertedWithCustomError(deal, "WrongStanding");
    const { challenger } = cluster;
    const previous = chain.upTo(2).record;
    const given = (block: ReturnType<typeof claimedBlock>, before = previous) =>
      deal
        .connect(challenger)
        .challenge(
          id,
          shownStanding(chain.standing),
          shownStanding(chain.upTo(2).standing),
          block,
          before,
          openingOf(before),
          JOIN,
        );
    const block = claimedBlock(chain, 2, true);
    const lied = { ...block, leaf: { ...block.leaf, inputLength: 65n } };
    await expect(given(lied)).to.be.revertedWithCustomError(proofs, "WrongHistory");
    await expect(given({ ...block, proof: [] })).to.be.revertedWithCustomError(proofs, "WrongSiblingCount");
    await expect(given(block, record(9))).to.be.revertedWithCustomError(deal, "WrongPrevious");
    await dispute(cluster, id, chain, 2, 2);
    await time.increase(PERIOD);
    await expect(dispute(cluster, first, chain.upTo(2), 0)).to.be.revertedWithCustomError(deal, "WindowOver");
  });

  it("confirms a claim whose disputes ended with what it says", async () => {
    const cluster = await loadFixture(started);
    const { deal } = cluster;
    const chain = blocks(3);
    const id = await claimChain(cluster, chain);
    const named = await dispute(cluster, id, chain, 1);
    await expect(deal.settle(named)).to.be.revertedWithCustomError(deal, "Undecided");
    await time.increase(PERIOD);
    await expect(deal.confirm(id)).to.be.revertedWithCustomError(deal, "StillDisputed");
    await decide(cluster, named, chain.records[1]!);
    await expect(deal.settle(named)).to.be.revertedWithCustomError(deal, "NoDispute");
    await expect(deal.strike(id)).to.be.revertedWithCustomError(deal, "NotFallen");
    await deal.confirm(id);
    expect(await locks(cluster)).eql([1, 1, 1, 1].map((n) => BigInt(n) * 10n ** 18n));
  });

  it("slashes three of four who lied about one state, and goes on from the true one with others", async () => {
    const cluster = await loadFixture(started);
    const { deal, deposits, arbiter, challenger, terms, workers } = cluster;
    // Three agree on another state after block 1; the fourth has not voted for it.
    const lie = blocks(4, 1);
    const id = await claimChain(cluster, lie, [0, 1, 2]);
    const named = await dispute(cluster, id, lie, 1);
    const truth = record(2, STATUS.yielded, 1_000_000n - 250n);
    await arbiter.decide(deal, named, true, keccak256(truth), challenger);
    await expect(deal.settle(named)).to.emit(deal, "Fell").and.to.emit(deal, "EraEnded");
    lie.add(7);
    await expect(claimSoon(cluster, lie)).to.be.revertedWithCustomError(deal, "OnFalseClaim");
    await expect(deal.begin()).to.be.revertedWithCustomError(deal, "OnFalseClaim");
    await time.increase(PERIOD);
    await expect(deal.confirm(id)).to.be.revertedWithCustomError(deal, "Fallen");
    await deal.strike(id);
    expect(await locks(cluster)).eql([0n, 0n, 0n, 10n ** 18n]);
    expect(await deposits.freeOf(terms.collateralToken, challenger)).equal((3n * 10n ** 18n) / 4n);
    expect(await Promise.all([0, 1, 2, 3].map((seat) => deal.workerAt(seat)))).eql([
      ...[ZeroAddress, ZeroAddress, ZeroAddress],
      workers[3]!.address,
    ]);
    await expect(deal.begin()).to.be.revertedWithCustomError(deal, "NoHead");
    await expect(deal.reveal(record(9), [])).to.be.revertedWithCustomError(deal, "WrongPrevious");
    // The history goes on where the lie began, with the true block in its place.
    const true_ = lie.upTo(1);
    const siblings = true_.history.proveEnd().map(hex);
    true_.push(truth, { steps: 350n, stateRoot: getBytes(keccak256(truth)) });
    await deal.reveal(truth, siblings);
    const { head, count, steps, headKind } = await deal.progress();
    expect([head, count, steps, headKind]).eql([hex(appHash(true_.standing)), 2n, 350n, 0n]);
    await expect(deal.begin()).to.be.revertedWithCustomError(deal, "SeatFree").withArgs(0);
    for (const worker of [4, 5, 6]) await enter(cluster, worker);
    await time.increase(GRACE);
    await expect(deal.begin()).to.emit(deal, "EraBegan").withArgs(1, head, 2);
    const keys = [4, 5, 6, 3].map((worker) => cluster.keys[worker]!);
    true_.add(50);
    await claimChain(cluster, true_, [0, 1, 2, 3], { era: 1 }, keys);
  });

  it("goes on from the lowest of several false blocks, whose challenger is rewarded", async () => {
    const cluster = await loadFixture(started);
    const { deal, deposits, arbiter, stranger, challenger, terms } = cluster;
    const lie = blocks(5, 1);
    const id = await claimChain(cluster, lie);
    const [high, low, middle] = [
      await dispute(cluster, id, lie, 4),
      await dispute(cluster, id, lie, 1),
      await dispute(cluster, id, lie, 2),
    ];
    await decide(cluster, high, record(55));
    await arbiter.decide(deal, low, true, keccak256(record(22)), stranger);
    await deal.settle(low);
    await time.increase(PERIOD);
    await expect(deal.strike(id)).to.be.revertedWithCustomError(deal, "StillDisputed");
    await decide(cluster, middle, record(33));
    await expect(deal.strike(id)).to.emit(deal, "Struck").withArgs(id, 1, low, stranger, 0b1111);
    expect(await deposits.freeOf(terms.collateralToken, stranger)).equal(10n ** 18n);
    expect(await deposits.freeOf(terms.collateralToken, challenger)).equal(0n);
  });

  it("keeps nothing of a claim in which nobody shows what a block leads to, and slashes nobody for that", async () => {
    const cluster = await loadFixture(started);
    const { deal, arbiter } = cluster;
    const chain = blocks(2);
    const id = await claimChain(cluster, chain);
    const named = await dispute(cluster, id, chain, 1);
    await arbiter.decide(deal, named, false, ZeroHash, ZeroAddress);
    await deal.settle(named);
    await time.increase(PERIOD);
    await deal.strike(id);
    const { count, headKind, strikes } = await deal.progress();
    expect([count, headKind, strikes]).eql([0n, 0n, 1n]);
    expect(await locks(cluster)).eql(Array.from({ length: 4 }, () => 10n ** 18n));
    // The same may be claimed again, under another id.
    const again = await claimChain(cluster, chain);
    expect(again).not.equal(id);
    await expect(deal.claimOf(id)).to.be.revertedWithCustomError(deal, "NotPending");
  });

  it("strikes the oldest first, and what builds on it dies", async () => {
    const cluster = await loadFixture(started);
    const { deal } = cluster;
    const chain = blocks(1);
    const first = await claimChain(cluster, chain);
    chain.add(9);
    const second = await claimChain(cluster, chain);
    const late = await dispute(cluster, second, chain, 1, 1);
    await decide(cluster, late, record(88));
    await time.increase(PERIOD);
    await expect(deal.strike(second)).to.be.revertedWithCustomError(deal, "NotOldest");
    await deal.confirm(first);
    await deal.strike(second);
    expect(await deal.reserved()).equal(0n);
  });
});

describe("ClusterDeal, contradictions", () => {
  /** Shows a contradiction of a claim on the empty history. */
  const contradict = ({ deal, stranger }: Cluster, id: string, chain: Chain, shown: object, from = 0) =>
    deal.connect(stranger).contradict(id, shownStanding(chain.standing), shownStanding(chain.upTo(from).standing), {
      ...NO_EVIDENCE,
      ...shown,
    });

  it("slashes signers whose claim has another end than its history", async () => {
    const cluster = await loadFixture(started);
    const { deal, proofs } = cluster;
    const lie = blocks(2);
    lie.records[1] = record(99, STATUS.yielded, 5n);
    const id = await claimChain(cluster, lie);
    const shown = { kind: 0, claimed: claimedBlock(lie, 1, false) };
    const another = { ...shown, claimed: claimedBlock(lie, 0, true) };
    await expect(contradict(cluster, id, lie, another)).to.be.revertedWithCustomError(proofs, "WrongHistory");
    await expect(contradict(cluster, id, lie, shown)).to.emit(deal, "Fell");
    await time.increase(PERIOD);
    await deal.strike(id);
    expect(await locks(cluster)).eql([0n, 0n, 0n, 0n]);
    expect((await deal.progress()).count).equal(0n);
  });

  it("finds nothing against a true claim", async () => {
    const cluster = await loadFixture(started);
    const { proofs } = cluster;
    const chain = blocks(3);
    await claimChain(cluster, chain.upTo(2));
    const id = await claimChain(cluster, chain);
    const leaf = (number: number) => ({
      number,
      own: hex(blockLeafAt(chain, number)),
      ownProof: chain.history.prove(number).map(hex),
    });
    const shorter = chain.upTo(2);
    const tries = [
      { kind: 0, claimed: claimedBlock(chain, 2, true) },
      {
        kind: 1,
        ...leaf(1),
        other: hex(blockLeafAt(chain, 1)),
        otherProof: shorter.history.prove(1).map(hex),
      },
      { kind: 2, number: 2, own: hex(blockLeafAt(chain, 2)), ownProof: allSiblings(chain, 2).map(hex) },
      { kind: 2, number: 3, own: ZeroHash, ownProof: allSiblings(chain, 3).map(hex) },
      { kind: 3, claimed: claimedBlock(chain, 2, true), record: chain.records[2]! },
      { kind: 4, claimed: claimedBlock(chain, 2, true) },
      { kind: 5, claimed: claimedBlock(chain, 2, true), record: chain.records[2]! },
    ];
    for (const shown of tries)
      await expect(contradict(cluster, id, chain, shown, 2)).to.be.revertedWithCustomError(proofs, "NoContradiction");
  });

  it("slashes signers whose history is not that of the claim before", async () => {
    const cluster = await loadFixture(started);
    const { deal } = cluster;
    const before = blocks(2);
    await claimChain(cluster, before);
    const lie = blocks(4, 1);
    const id = await claimChain(cluster, lie);
    const shown = {
      kind: 1,
      number: 1,
      own: hex(blockLeafAt(lie, 1)),
      ownProof: lie.history.prove(1).map(hex),
      other: hex(blockLeafAt(before, 1)),
      otherProof: before.history.prove(1).map(hex),
    };
    const { stranger } = cluster;
    await deal
      .connect(stranger)
      .contradict(id, shownStanding(lie.standing), shownStanding(before.standing), { ...NO_EVIDENCE, ...shown });
    expect((await deal.progress()).claimed).equal(2n);
  });

  it("slashes signers whose history goes on beyond the count", async () => {
    const cluster = await loadFixture(started);
    const { deal } = cluster;
    const long = blocks(3);
    const lie = long.upTo(2);
    const standing = { ...lie.standing, historyRoot: long.history.root };
    Object.defineProperty(lie, "standing", { get: () => standing });
    const id = await claimChain(cluster, lie);
    const shown = { kind: 2, number: 2, own: hex(blockLeafAt(long, 2)), ownProof: allSiblings(long, 2).map(hex) };
    await expect(contradict(cluster, id, lie, shown)).to.emit(deal, "Fell");
  });

  it("slashes signers of a block with more input than can be loaded, or after the program's end", async () => {
    const cluster = await loadFixture(started);
    const { deal, proofs } = cluster;
    const lie = blocks(1);
    lie.push(record(2), { steps: 1_000_100n, stateRoot: getBytes(keccak256(record(2))) }, 65_537n);
    lie.add(3, 100n, STATUS.trapped);
    lie.add(4);
    const id = await claimChain(cluster, lie);
    const shown = (kind: number, number: number) => ({
      ...{ kind, claimed: claimedBlock(lie, number, false) },
      record: lie.records[number]!,
    });
    for (const nothing of [shown(4, 2), shown(5, 1), shown(5, 3)])
      await expect(contradict(cluster, id, lie, nothing)).to.be.revertedWithCustomError(proofs, "NoContradiction");
    await expect(contradict(cluster, id, lie, shown(4, 1))).to.emit(deal, "Fell");
    await expect(contradict(cluster, id, lie, shown(5, 2))).to.emit(deal, "Fell");
  });

  it("slashes signers whose history has other steps than the records", async () => {
    const cluster = await loadFixture(started);
    const { deal, proofs } = cluster;
    const lie = blocks(1);
    const after = record(2, STATUS.yielded, 1_000_000n - 500n);
    lie.push(after, { steps: 400n, stateRoot: getBytes(keccak256(after)) });
    const id = await claimChain(cluster, lie);
    const shown = { kind: 3, claimed: claimedBlock(lie, 1, false), record: after };
    await expect(contradict(cluster, id, lie, { ...shown, record: record(3) })).to.be.revertedWithCustomError(
      proofs,
      "WrongState",
    );
    await expect(contradict(cluster, id, lie, shown)).to.emit(deal, "Fell");
  });
});

/** A leaf of a chain, as its history has it. */
function blockLeafAt(chain: Chain, number: number): Uint8Array {
  return blockLeaf(chain.leaves[number]!);
}

/** All siblings of a leaf, also those of which no leaf is set. */
function allSiblings(chain: Chain, number: number): Uint8Array[] {
  let nodes = chain.leaves.map((leaf) => blockLeaf(leaf));
  return Array.from({ length: HISTORY_DEPTH }, (_, level) => {
    const place = Math.floor(number / 2 ** level);
    const sibling = nodes[place ^ 1] ?? zeroHash(level);
    const zero = zeroHash(level);
    nodes = Array.from({ length: Math.ceil(nodes.length / 2) }, (__, i) =>
      hashPair(nodes[2 * i] ?? zero, nodes[2 * i + 1] ?? zero),
    );
    return sibling;
  });
}
