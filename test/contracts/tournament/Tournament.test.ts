import { expect } from "chai";
import { network } from "hardhat";
import type { Hex } from "viem";
import { announcementHash, matchId, tournamentId } from "../../../agents/game/openings.ts";
import { EMPTY_GAME } from "../../../agents/game/types.ts";
import type { Action, CommitmentState, Eight, GameState, Params } from "../../../agents/game/types.ts";
import { follow } from "../../../agents/game/events.ts";
import { deploy, hex } from "./chain.ts";
import type { Chain, Outcome } from "./chain.ts";
import { INITIAL } from "./schedule.ts";
import { garbage, story, toyState, TRUTH } from "../../support/toy.ts";
import { grow, joining, lastMove, nextMove, NO_SALT } from "../../support/toy-tree.ts";
import type { Tree } from "../../support/toy-tree.ts";

const PARAMS: Params = { period: 1000, grace: 100, heights: [6, 3], bonds: [1000n, 500n], bounty: 99n };
const ONE_LEVEL: Params = { ...PARAMS, heights: [3], bonds: [1001n] };

/** A game with the truth, a liar from leaf 20 on and a liar from leaf 45 on, each with an owner. */
class Table {
  readonly chain: Chain;
  readonly params: Params;
  readonly id: Hex;
  readonly truth: Tree;
  readonly liar: Tree;
  readonly other: Tree;
  state: GameState = EMPTY_GAME;
  time: number;

  private constructor(chain: Chain, params: Params, time: number) {
    const [height = 0, below = 0] = params.heights;
    const stride = 1n << BigInt(below);
    this.chain = chain;
    this.params = params;
    this.time = time;
    this.id = tournamentId(chain.arbiter, NO_SALT);
    this.truth = grow(TRUTH, 0n, stride, height);
    this.liar = grow(story([[2n * stride, 1n]]), 0n, stride, height);
    this.other = grow(garbage(5n * stride, 2n), 0n, stride, height);
  }

  static async lay(params: Params): Promise<Table> {
    const chain = await deploy(params);
    return new Table(chain, params, (await chain.now()) + 10);
  }

  player(number: number): Hex {
    return hex(this.chain.accounts[number]?.address ?? "");
  }

  async try(action: Action, sender: Hex): Promise<Outcome> {
    return this.chain.send(action, sender, this.time);
  }

  async do(action: Action, sender: Hex): Promise<void> {
    const outcome = await this.try(action, sender);
    if (!outcome.accepted) throw new Error(`${action.kind} was refused: ${outcome.reason}`);
    for (const event of outcome.events) this.state = follow(this.state, event, this.params);
  }

  async refused(action: Action, sender: Hex, reason: string): Promise<void> {
    const outcome = await this.try(action, sender);
    expect(outcome.accepted ? "accepted" : outcome.reason).to.equal(reason);
  }

  announcement(tree: Tree, owner: Hex): Action {
    const announcement = announcementHash(owner, this.id, tree.root, NO_SALT);
    return { kind: "announce", announcement, value: this.params.bonds[0] ?? 0n };
  }

  opening(tree: Tree, owner: Hex): Action {
    return { kind: "open", tournament: this.id, initial: INITIAL, owner, commitment: joining(tree) };
  }

  join(tree: Tree, tournament = this.id): Action {
    const value = tournament === this.id || tournament === NO_SALT ? 0n : (this.params.bonds[1] ?? 0n);
    return { kind: "join", tournament, commitment: joining(tree), value };
  }

  /**
   * Truth waits, liar pairs with it, the other waits. Player 1 owns the truth, 2 and 3 the lies.
   */
  async begin(): Promise<void> {
    const trees = [this.truth, this.liar, this.other];
    for (const [i, tree] of trees.entries())
      await this.do(this.announcement(tree, this.player(i + 1)), this.player(i + 1));
    this.time++;
    await this.do(this.opening(this.truth, this.player(1)), this.chain.arbiter);
    await this.do(this.join(this.liar), this.player(2));
    await this.do(this.join(this.other), this.player(3));
  }

  match(one = this.truth, two = this.liar, tournament = this.id) {
    const found = this.state.matches.get(matchId(tournament, one.root, two.root));
    if (!found) throw new Error("no such match");
    return found;
  }

  last(mover: Tree, one = this.truth, two = this.liar, tournament = this.id): Action {
    const initial = this.state.tournaments.get(tournament)?.initial ?? NO_SALT;
    const shown = lastMove(this.match(one, two, tournament), mover, initial);
    return { kind: "last", pairing: { tournament, one: one.root, two: two.root }, shown };
  }

  resolution(one = this.truth, two = this.liar, tournament = this.id): Action {
    return { kind: "resolve", pairing: { tournament, one: one.root, two: two.root } };
  }
}

describe("Tournament", () => {
  describe("constructor", () => {
    const enormous = 2n ** 255n;
    const wrong: readonly (readonly [string, readonly (number | bigint)[], Partial<Params>])[] = [
      ["LevelsWrong", [0, 4], { heights: [], bonds: [] }],
      ["LevelsWrong", [5, 4], { heights: [3, 3, 3, 3, 3], bonds: [500n, 500n, 500n, 500n, 500n] }],
      ["BondsWrong", [2, 1], { heights: [3, 3], bonds: [1000n] }],
      ["BondsWrong", [1, 2], { heights: [3] }],
      ["BondsWrong", [4, 2], { heights: [3, 3, 3, 3] }],
      ["HeightWrong", [1, 4, 3], { heights: [6, 4] }],
      ["HeightWrong", [0, 0, 3], { heights: [0, 3] }],
      ["HeightWrong", [3, 0, 3], { heights: [3, 3, 3, 0] }],
      ["HeightWrong", [2, 200, 3], { heights: [3, 3, 200] }],
      ["HeightsTooTall", [63, 60], { heights: [33, 30] }],
      ["HeightsTooTall", [63, 60], { heights: [15, 15, 15, 18] }],
      ["HeightsTooTall", [1020, 60], { heights: [255, 255, 255, 255] }],
      ["BondTooLow", [1, 500, 125], { bounty: 125n }],
      ["BondTooLow", [3, 396, 99], { heights: [3, 3, 3, 3], bonds: [1000n, 1000n, 1000n, 396n] }],
      ["BondTooLow", [0, 0, 0], { bonds: [0n, 500n], bounty: 0n }],
      ["BondTooLow", [0, 1000, enormous], { bounty: enormous }],
      ["PeriodWrong", [0, 100], { period: 0 }],
      ["PeriodWrong", [1000, 0], { grace: 0 }],
      ["PeriodWrong", [2 ** 40 + 1, 100], { period: 2 ** 40 + 1 }],
      ["PeriodWrong", [1000, 2 ** 40 + 1], { grace: 2 ** 40 + 1 }],
    ];
    for (const [reason, told, change] of wrong) {
      const shown = JSON.stringify(change, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
      it(`refuses ${shown} with ${reason}(${told.join(", ")})`, async () => {
        const { ethers } = await network.getOrCreate();
        const params = { ...PARAMS, ...change };
        const { interface: errors } = await ethers.getContractFactory("Tournament");
        const deployed = ethers.deployContract("Tournament", [
          ethers.ZeroAddress,
          { ...params, heights: [...params.heights], bonds: [...params.bonds] },
          ethers.ZeroAddress,
        ]);
        await expect(deployed)
          .to.be.revertedWithCustomError({ interface: errors }, reason)
          .withArgs(...told);
      });
    }

    const right: readonly Partial<Params>[] = [
      { heights: [60], bonds: [397n] },
      { heights: [33, 27], bonds: [401n, 397n] },
      { heights: [3, 54, 3], bonds: [397n, 398n, 399n] },
      { heights: [3, 6, 9, 42], bonds: [400n, 399n, 398n, 397n] },
    ];
    for (const change of right) {
      const { heights, bonds } = { ...PARAMS, ...change };
      it(`keeps the tallest heights and the least bonds: ${heights.join(", ")} and ${bonds.join(", ")}`, async () => {
        const chain = await deploy({ ...PARAMS, heights, bonds });
        const kept = await chain.contract.params();
        expect([kept.period, kept.grace, kept.bounty]).to.deep.equal([1000n, 100n, 99n]);
        expect(kept.heights.map(Number)).to.deep.equal(heights);
        expect([...kept.bonds]).to.deep.equal(bonds);
        expect(hex(await chain.contract.arbiter())).to.equal(chain.arbiter);
      });
    }
  });

  describe("announce", () => {
    it("takes the bond, once, and counts", async () => {
      const table = await Table.lay(PARAMS);
      const action = table.announcement(table.truth, table.player(1));
      await table.refused({ ...action, value: 999n } as Action, table.player(1), "BondWrong");
      await table.do(action, table.player(1));
      await table.refused(action, table.player(2), "AnnouncementKnown");
      await table.do(table.announcement(table.truth, table.player(2)), table.player(2));
      expect([...table.state.announced.values()]).to.deep.equal([
        { number: 1, time: table.time },
        { number: 2, time: table.time },
      ]);
      expect(await table.chain.read(table.state)).to.deep.equal(table.state);
      expect(await table.chain.balance()).to.equal(2000n);
    });
  });

  describe("open", () => {
    it("is the Arbiter's alone", async () => {
      const table = await Table.lay(PARAMS);
      await table.refused(table.opening(table.truth, table.player(1)), table.player(1), "NotArbiter");
    });

    it("needs the owner's announcement, once, which anybody may have paid for", async () => {
      const table = await Table.lay(PARAMS);
      const open = table.opening(table.truth, table.player(1));
      await table.refused(open, table.chain.arbiter, "NotAnnounced");
      await table.do(table.announcement(table.truth, table.player(1)), table.player(2));
      await table.refused(table.opening(table.truth, table.player(2)), table.chain.arbiter, "NotAnnounced");
      await table.do(open, table.chain.arbiter);
      const row = table.state.tournaments.get(table.id);
      expect(row?.closes).to.equal(table.time + PARAMS.period);
      expect(row?.commitments.get(table.truth.root)?.owner).to.equal(table.player(1));
      await table.refused(table.join(table.truth), table.player(1), "NotAnnounced");
      await table.refused(open, table.chain.arbiter, "TournamentExists");
    });
  });

  describe("join, with the same commitment", () => {
    /** Players 1 and 2 announce the truth in this order; 2 shows it first. */
    async function copied(): Promise<Table> {
      const table = await Table.lay(PARAMS);
      for (const player of [1, 2]) {
        await table.do(table.announcement(table.truth, table.player(player)), table.player(player));
      }
      await table.do(table.opening(table.truth, table.player(2)), table.chain.arbiter);
      return table;
    }
    const truthIn = (table: Table): CommitmentState | undefined =>
      table.state.tournaments.get(table.id)?.commitments.get(table.truth.root);

    it("belongs to whoever announced it first; the other's bond comes back", async () => {
      const table = await copied();
      const before = truthIn(table);
      table.time += PARAMS.grace - 1;
      await table.do(table.join(table.truth), table.player(1));
      expect(truthIn(table)).to.deep.equal({ ...before, owner: table.player(1), number: 1 });
      expect([...table.state.credits]).to.deep.equal([[table.player(2), 1000n]]);
      table.time += PARAMS.period;
      await table.do({ kind: "collect", tournament: table.id }, table.player(5));
      expect(table.state.credits.get(table.player(1))).to.equal(1000n);
      expect(hex((await table.chain.contract.verdict(table.id)).owner)).to.equal(table.player(1));
    });

    it("stays with whoever showed it after a grace, and brings the bond back at any time", async () => {
      for (const wait of [PARAMS.grace, PARAMS.period + 5]) {
        const table = await copied();
        const before = truthIn(table);
        table.time += wait;
        await table.do(table.join(table.truth), table.player(1));
        expect(truthIn(table)).to.deep.equal(before);
        expect([...table.state.credits]).to.deep.equal([[table.player(1), 1000n]]);
        await table.refused(table.join(table.truth), table.player(1), "NotAnnounced");
      }
    });

    it("stays with whoever announced it first and showed it first", async () => {
      const table = await Table.lay(PARAMS);
      await table.do(table.announcement(table.truth, table.player(1)), table.player(1));
      await table.do(table.opening(table.truth, table.player(1)), table.chain.arbiter);
      await table.do(table.announcement(table.truth, table.player(2)), table.player(2));
      await table.do(table.join(table.truth), table.player(2));
      expect(truthIn(table)?.owner).to.equal(table.player(1));
      expect([...table.state.credits]).to.deep.equal([[table.player(2), 1000n]]);
    });

    it("does not bring back one that is out, but the second bond", async () => {
      const table = await Table.lay(PARAMS);
      await table.do(table.announcement(table.liar, table.player(4)), table.player(4));
      await table.begin();
      await table.do({ kind: "move", ...nextMove(table.match(), table.truth) }, table.player(1));
      const early = { ...table.state };
      table.time += PARAMS.period;
      await table.do(table.resolution(), table.player(5));
      await table.do(table.join(table.liar), table.player(4));
      const { commitments } = table.state.tournaments.get(table.id) ?? { commitments: new Map() };
      expect(commitments.get(table.liar.root)).to.deep.include({ owner: table.player(2), status: "out" });
      expect(table.state.credits.get(table.player(4))).to.equal(1000n);
      expect(early.credits.get(table.player(4))).to.equal(undefined);
    });
  });

  describe("join", () => {
    it("closes with the period, to the second", async () => {
      const table = await Table.lay(PARAMS);
      for (const player of [1, 2]) {
        const tree = player === 1 ? table.truth : table.liar;
        await table.do(table.announcement(tree, table.player(player)), table.player(player));
      }
      table.time++;
      await table.do(table.opening(table.truth, table.player(1)), table.chain.arbiter);
      table.time += PARAMS.period;
      await table.refused(table.join(table.liar), table.player(2), "TournamentClosed");
    });

    it("gives a late comer what is left and the grace, and the waiting one its full clock", async () => {
      const table = await Table.lay(PARAMS);
      await table.do(table.announcement(table.truth, table.player(1)), table.player(1));
      await table.do(table.announcement(table.liar, table.player(2)), table.player(2));
      table.time++;
      await table.do(table.opening(table.truth, table.player(1)), table.chain.arbiter);
      table.time += PARAMS.period - 1;
      await table.do(table.join(table.liar), table.player(2));
      expect(table.match().clocks).to.deep.equal({ one: PARAMS.period, two: 1 + PARAMS.grace });
      expect(table.match().turn).to.equal("one");
    });

    it("is not a copier's: the announcement names its owner", async () => {
      const table = await Table.lay(PARAMS);
      await table.begin();
      const tree = grow(story([[8n, 9n]]), 0n, 8n, 6);
      await table.do(table.announcement(tree, table.player(4)), table.player(4));
      table.time++;
      await table.refused(table.join(tree), table.player(5), "NotAnnounced");
      await table.do(table.join(tree), table.player(4));
    });

    it("refuses money for what is paid already, a known commitment and an unknown tournament", async () => {
      const table = await Table.lay(PARAMS);
      await table.begin();
      const join = table.join(table.liar);
      await table.refused({ ...join, value: 1000n } as Action, table.player(2), "BondWrong");
      await table.refused(join, table.player(2), "NotAnnounced");
      await table.refused(table.join(table.liar, NO_SALT), table.player(2), "TournamentUnknown");
    });

    it("below needs no announcement, but an end in one of the two leaves", async () => {
      const table = await Table.lay(PARAMS);
      await table.begin();
      const inner = await sealed(table);
      const start = table.match().pos * 8n;
      await table.refused(
        table.join(grow(story([[start, 7n]]), start, 1n, 3), inner),
        table.player(4),
        "FinalOutsideMatch",
      );
      await table.do(table.join(grow(TRUTH, start, 1n, 3), inner), table.player(4));
      await table.refused(table.join(grow(TRUTH, start, 1n, 3), inner), table.player(5), "CommitmentKnown");
      expect(table.state.tournaments.get(inner)?.waiting).to.equal(grow(TRUTH, start, 1n, 3).root);
    });

    it("never again once it is out", async () => {
      const table = await Table.lay(PARAMS);
      await table.begin();
      await table.do({ kind: "move", ...nextMove(table.match(), table.truth) }, table.player(1));
      table.time += PARAMS.period - 10;
      await table.refused(table.join(table.liar), table.player(2), "NotAnnounced");
      table.time += 10;
      await table.do(table.resolution(), table.player(5));
      await table.refused(table.join(table.liar), table.player(2), "NotAnnounced");
      expect(table.state.tournaments.get(table.id)?.commitments.get(table.liar.root)?.status).to.equal("out");
    });
  });

  describe("move", () => {
    it("is anybody's, hands over and charges the mover alone", async () => {
      const table = await Table.lay(PARAMS);
      await table.begin();
      table.time += 17;
      await table.do({ kind: "move", ...nextMove(table.match(), table.truth) }, table.player(9));
      const { turn, clocks, height, pos, since } = table.match();
      expect({ turn, clocks, height, pos, since }).to.deep.equal({
        turn: "two",
        clocks: { one: PARAMS.period - 17, two: PARAMS.period },
        height: 3,
        pos: 0n,
        since: table.time,
      });
      expect(await table.chain.read(table.state)).to.deep.equal(table.state);
    });

    it("comes until the clock's last second and not after", async () => {
      const table = await Table.lay(PARAMS);
      await table.begin();
      const move: Action = { kind: "move", ...nextMove(table.match(), table.truth) };
      table.time += PARAMS.period - 1;
      const last = await table.chain.send(move, table.player(1), table.time);
      expect(last.accepted).to.equal(true);
      const late = await Table.lay(PARAMS);
      await late.begin();
      late.time += PARAMS.period;
      await late.refused({ kind: "move", ...nextMove(late.match(), late.truth) }, late.player(1), "ClockSpent");
    });

    it("is not for the last three levels, and `last` for nothing else", async () => {
      const table = await Table.lay(PARAMS);
      await table.begin();
      const shown = lastMove({ ...table.match(), height: 3 }, table.truth, INITIAL);
      const pairing = { tournament: table.id, one: table.truth.root, two: table.liar.root };
      await table.refused({ kind: "last", pairing, shown }, table.player(1), "HeightUnfit");
      const move = nextMove(table.match(), table.truth);
      await table.do({ kind: "move", ...move }, table.player(1));
      await table.refused({ kind: "move", ...move }, table.player(1), "HeightUnfit");
    });
  });

  describe("last", () => {
    it("starts an inner tournament from the agreed leaf, open as long as the longer clock", async () => {
      const table = await Table.lay(PARAMS);
      await table.begin();
      table.time += 30;
      const inner = await sealed(table);
      const row = table.state.tournaments.get(inner);
      const pos = table.match().pos;
      expect(row?.initial).to.equal(toyState(0n, pos * 8n));
      expect(row?.leaves).to.deep.equal({ one: toyState(0n, (pos + 1n) * 8n), two: toyState(1n, (pos + 1n) * 8n) });
      expect(row?.closes).to.equal(table.time + PARAMS.period);
      expect(row?.level).to.equal(1);
      expect(await table.chain.read(table.state)).to.deep.equal(table.state);
    });

    it("executes the step at the bottom and ends the match for whoever is right", async () => {
      const table = await Table.lay(ONE_LEVEL);
      await table.begin();
      await table.do(table.last(table.truth), table.player(1));
      const row = table.state.tournaments.get(table.id);
      expect(row?.commitments.get(table.liar.root)?.status).to.equal("out");
      expect(table.state.credits).to.deep.equal(new Map([[table.player(1), 500n]]));
      expect(table.state.burned).to.equal(501n);
      // The truth had an opponent waiting.
      expect(table.match(table.other, table.truth).turn).to.equal("one");
    });

    it("starts from the tournament's initial state where the first leaf differs, at both levels", async () => {
      const table = await Table.lay({ ...PARAMS, heights: [3, 3] });
      const liar = grow(story([[1n, 1n]]), 0n, 8n, 3);
      await table.do(table.announcement(table.truth, table.player(1)), table.player(1));
      await table.do(table.announcement(liar, table.player(2)), table.player(2));
      table.time++;
      await table.do(table.opening(table.truth, table.player(1)), table.chain.arbiter);
      await table.do(table.join(liar), table.player(2));
      const last = table.last(table.truth, table.truth, liar);
      if (last.kind !== "last") throw new Error("unreachable");
      const { shown } = last;
      expect([shown.digit, shown.agreed, shown.proof]).to.deep.equal([0, INITIAL, []]);
      await table.refused({ ...last, shown: { ...shown, agreed: toyState(0n, 1n) } }, table.player(1), "AgreedWrong");
      await table.refused({ ...last, shown: { ...shown, proof: [INITIAL] } }, table.player(1), "ProofLengthWrong");
      await table.do(last, table.player(1));
      const inner = table.match(table.truth, liar).id;
      const [right, wrong] = [grow(TRUTH, 0n, 1n, 3), grow(story([[1n, 1n]]), 0n, 1n, 3)];
      await table.do(table.join(wrong, inner), table.player(2));
      await table.do(table.join(right, inner), table.player(1));
      await table.do(table.last(wrong, wrong, right, inner), table.player(4));
      expect(table.state.tournaments.get(inner)?.waiting).to.equal(right.root);
    });

    it("puts both out if neither is right", async () => {
      const table = await Table.lay(ONE_LEVEL);
      const [one, two] = [grow(story([[3n, 1n]]), 0n, 1n, 3), grow(story([[3n, 2n]]), 0n, 1n, 3)];
      await table.do(table.announcement(one, table.player(1)), table.player(1));
      await table.do(table.announcement(two, table.player(2)), table.player(2));
      table.time++;
      await table.do(table.opening(one, table.player(1)), table.chain.arbiter);
      await table.do(table.join(two), table.player(2));
      await table.do(table.last(one, one, two), table.player(1));
      table.time += PARAMS.period;
      await table.refused({ kind: "collect", tournament: table.id }, table.player(1), "TournamentWithoutWinner");
      const [finished, decided] = await table.chain.contract.verdict(table.id);
      expect([finished, decided, table.state.burned]).to.deep.equal([true, false, 2002n]);
    });

    it("needs a witness of the agreed state", async () => {
      const table = await Table.lay(ONE_LEVEL);
      await table.begin();
      const last = table.last(table.truth);
      if (last.kind !== "last") throw new Error("unreachable");
      await table.refused({ ...last, shown: { ...last.shown, witness: "0x" } }, table.player(1), "WitnessWrong");
    });
  });

  describe("resolve", () => {
    it("pays the bounty out of the loser's bond, half of which is the winner's", async () => {
      const table = await Table.lay(PARAMS);
      await table.begin();
      await table.refused(table.resolution(), table.player(5), "ClockRunning");
      table.time += PARAMS.period;
      await table.do(table.resolution(), table.player(5));
      expect(table.state.credits).to.deep.equal(
        new Map([
          [table.player(2), 500n],
          [table.player(5), 99n],
        ]),
      );
      expect(table.state.burned).to.equal(401n);
      await table.refused(table.resolution(), table.player(5), "MatchNotLive");
    });

    it("takes an inner tournament's winner, and the clocks as sealed", async () => {
      const table = await Table.lay(PARAMS);
      await table.begin();
      table.time += 30;
      const inner = await sealed(table);
      const start = table.match().pos * 8n;
      table.time += 400;
      await table.do(table.join(grow(TRUTH, start, 1n, 3), inner), table.player(4));
      await table.refused(table.join(grow(TRUTH, start, 1n, 3), inner), table.player(5), "CommitmentKnown");
      await table.refused(table.resolution(), table.player(5), "TournamentUnfinished");
      table.time += PARAMS.period;
      await table.do(table.resolution(), table.player(5));
      const truth = table.state.tournaments.get(table.id)?.commitments.get(table.truth.root);
      expect([truth?.status, truth?.clock]).to.deep.equal(["alive", PARAMS.period - 30]);
      await table.do({ kind: "collect", tournament: inner }, table.player(5));
      expect(table.state.credits.get(table.player(4))).to.equal(500n);
    });

    it("puts both out if nobody came to the inner tournament", async () => {
      const table = await Table.lay(PARAMS);
      await table.begin();
      await sealed(table);
      table.time += PARAMS.period;
      await table.do(table.resolution(), table.player(5));
      expect(table.state.burned).to.equal(1901n);
      expect(table.state.tournaments.get(table.id)?.waiting).to.equal(table.other.root);
    });
  });

  describe("collect and withdraw", () => {
    it("pay the winner its bond once", async () => {
      const table = await Table.lay(PARAMS);
      await table.begin();
      await table.refused({ kind: "collect", tournament: table.id }, table.player(1), "TournamentUnfinished");
      table.time += PARAMS.period;
      await table.do(table.resolution(), table.player(5));
      table.time += PARAMS.period;
      await table.do(table.resolution(table.other, table.liar), table.player(5));
      const [finished, decided, finalState, owner] = await table.chain.contract.verdict(table.id);
      expect([finished, decided, finalState, hex(owner)]).to.deep.equal([
        true,
        true,
        joining(table.liar).finalState,
        table.player(2),
      ]);
      await table.do({ kind: "collect", tournament: table.id }, table.player(5));
      await table.refused({ kind: "collect", tournament: table.id }, table.player(5), "BondCollected");
      expect(table.state.credits.get(table.player(2))).to.equal(2000n);
      const before = await table.chain.balance();
      await table.do({ kind: "withdraw", to: table.player(7) }, table.player(2));
      expect(await table.chain.balance()).to.equal(before - 2000n);
      await table.refused({ kind: "withdraw", to: table.player(2) }, table.player(2), "NothingToWithdraw");
      expect(await table.chain.balance()).to.equal(table.state.burned + 198n);
    });

    it("let a recipient that refuses block nobody", async () => {
      const { ethers, game, rude, player } = await rudeGame(true);
      await expect(game.connect(player).withdraw(player.address)).to.changeEtherBalance(ethers, player, 1501n);
      const own = game.interface.encodeFunctionData("withdraw", [await rude.getAddress()]);
      await expect(rude.act(game, own)).to.be.revertedWithCustomError(game, "WithdrawalFailed");
      const elsewhere = game.interface.encodeFunctionData("withdraw", [player.address]);
      await expect(rude.act(game, elsewhere)).to.changeEtherBalance(ethers, player, 1001n);
    });

    it("pay nobody twice who asks again while it is paid", async () => {
      const { ethers, game, rude } = await rudeGame(false);
      const own = game.interface.encodeFunctionData("withdraw", [await rude.getAddress()]);
      await expect(rude.act(game, own)).to.changeEtherBalance(ethers, rude, 1001n);
    });
  });
});

/**
 * A contract that is rude when it is paid has lost a game to a player, which has a credit of 1501,
 * and won another, which gives it one of 1001. A third game keeps a bond of the arbiter in the
 * contract.
 */
async function rudeGame(refuses: boolean) {
  const { ethers, networkHelpers } = await network.create();
  const [arbiter, player] = await ethers.getSigners();
  if (!arbiter || !player) throw new Error("the network has no accounts");
  const verifier = await ethers.deployContract("ToyVerifier", [1n << 40n]);
  const params = { ...ONE_LEVEL, heights: [...ONE_LEVEL.heights], bonds: [...ONE_LEVEL.bonds] };
  const game = await ethers.deployContract("Tournament", [verifier, params, arbiter]);
  const rude = await ethers.deployContract("RudeOwner", [refuses]);
  const [truth, liar] = [grow(TRUTH, 0n, 1n, 3), grow(story([[2n, 1n]]), 0n, 1n, 3)];
  const show = (tree: Tree) => ({ ...joining(tree), children: [...joining(tree).children] as [...Eight], proof: [] });
  const open = async (id: Hex, owner: Hex, tree: Tree): Promise<void> => {
    await game.announce(announcementHash(owner, id, tree.root, NO_SALT), { value: 1001n });
    await game.open(id, INITIAL, owner, show(tree));
  };
  const [first, second, third] = [toyState(7n, 7n), toyState(8n, 8n), toyState(9n, 9n)];
  const rudeOwner = hex(await rude.getAddress());
  await game.announce(announcementHash(hex(player.address), first, truth.root, NO_SALT), { value: 1001n });
  await open(first, rudeOwner, liar);
  await game.connect(player).join(first, show(truth));
  await open(second, rudeOwner, truth);
  await networkHelpers.time.increase(ONE_LEVEL.period);
  // The liar waited and has to move; it does not, and is out: nobody had to be paid for that.
  await game.resolve(first, liar.root, truth.root);
  await game.collect(first);
  await game.collect(second);
  await open(third, hex(arbiter.address), truth);
  return { ethers, game, rude, player };
}

/**
 * Truth and liar play down to the first differing leaf of the upper level; the inner tournament's
 * name.
 */
async function sealed(table: Table): Promise<Hex> {
  await table.do({ kind: "move", ...nextMove(table.match(), table.truth) }, table.player(1));
  await table.do(table.last(table.liar), table.player(2));
  return table.match().id;
}
