/** A restart over a real node: what is asked for, and what is seen. */
import { expect } from "chai";
import { custom, type Hash } from "viem";
import { Chain } from "../../../agents/chain/chain.ts";
import { type DealAndGame, DealWatch } from "../../../agents/chain/deal-watch.ts";
import { readParams } from "../../../agents/chain/tournament-log.ts";
import type { Point } from "../../../agents/chain/trail.ts";
import { trailText } from "../../../agents/chain/trail-text.ts";
import { KeptTrail } from "../../../agents/cli/kept-trail.ts";
import { Cursors } from "../../../agents/store/cursor.ts";
import { openStore, type Store } from "../../../agents/store/store.ts";
import type { Program } from "../../../verifier/program/build.ts";
import { startAnvil, type TestNode } from "../../support/nodes.ts";
import { textGuest } from "../../support/text-guest.ts";
import { DealWorld } from "../replay/deal-world.ts";
import { callsOf, programOf } from "../replay/fragments.ts";
import { temporaryFolder } from "./temporary-folder.ts";

describe("what a service has read of a Deal", () => {
  const folder = temporaryFolder();
  let node: TestNode;
  let program: Program;
  let world: DealWorld;
  let genesis: Hash;
  let store: Store;
  /** The first blocks of the ranges whose logs were asked for. */
  let asked: number[] = [];

  const opened = (): Store =>
    openStore(":memory:", { chainId: 31_337, genesis, deal: world.deal.address, account: world.roles.validator });
  const restarted = async (kept: Pick<KeptTrail, "read">): Promise<DealWatch> => {
    const request = (question: { method: string; params?: readonly unknown[] }): Promise<unknown> => {
      const { method, params = [] } = question;
      const [filter] = params as readonly [{ fromBlock?: string }?];
      if (method === "eth_getLogs" && filter?.fromBlock !== undefined) asked.push(Number(filter.fromBlock));
      return node.request(method, params);
    };
    const chain = new Chain(custom({ request }));
    const { tournament, roles } = world;
    const params = await readParams(world.chain, tournament);
    const watched = { deal: world.deal.address, tournament, params, from: 0n, owners: [roles.validator] };
    return new DealWatch(chain, watched, kept.read());
  };
  const mine = (blocks: number): Promise<unknown> => node.request("anvil_mine", [`0x${blocks.toString(16)}`]);
  const input = (index: number): Uint8Array => callsOf(program, "add", [BigInt(index)], index)[0]!.input;
  /** What whoever keeps nothing sees. */
  const fresh = async (): Promise<DealAndGame> => (await (await restarted({ read: () => [] })).look()).state;

  before(async () => {
    node = await startAnvil();
    program = programOf(await textGuest("counter"));
    world = await DealWorld.on(node, folder, program, [0, 1, 2].map(input));
    await mine(100);
    ({ hash: genesis } = await world.chain.reader.getBlock({ blockNumber: 0n }));
    store = opened();
  });
  beforeEach(() => (asked = []));
  after(async () => {
    store.close();
    await node.close();
  });

  it("is not read again after a restart, which sees the same, and what comes later", async () => {
    const kept = new KeptTrail(store);
    const first = await restarted(kept);
    const before = (await first.look()).state;
    expect(Math.min(...asked)).equal(0);
    kept.keep(first.trail, true);
    const { block } = new Cursors(store).read("watch")!;
    expect(Number(block)).greaterThan(20);

    asked = [];
    const second = await restarted(new KeptTrail(store));
    expect((await second.look()).state).deep.equal(before);
    await world.submit(input(3));
    const third = await (await restarted(new KeptTrail(store))).look();
    expect(Math.min(...asked)).equal(Number(block) + 1);
    expect(third.state).deep.equal(await fresh());
    expect(third.state.deal.fragments).length(4);
  });

  it("is kept now and then, and at the end", async () => {
    using other = opened();
    const kept = new KeptTrail(other);
    const watch = await restarted(kept);
    const looked = async (blocks: number, isLast: boolean): Promise<bigint> => {
      await mine(blocks);
      await watch.look();
      kept.keep(watch.trail, isLast);
      return new Cursors(other).read("watch")!.block;
    };
    const first = await looked(1, false);
    expect(await looked(1, false)).equal(first);
    expect(await looked(300, false)).equal(first + 301n);
    expect(await looked(1, true)).equal(first + 302n);
  });

  it("is read from the chain where the store has nothing that can be read", () => {
    using other = opened();
    const cursors = new Cursors(other);
    expect(new KeptTrail(other).read()).deep.equal([]);
    for (const text of ["", "{", '{"version":0,"points":[]}']) {
      cursors.keep("watch", { block: 7n, text });
      expect(new KeptTrail(other).read()).deep.equal([]);
    }
  });

  it("is read from the chain where a reorganisation has undone the block, or the contract says otherwise", async () => {
    const watch = await restarted(new KeptTrail(opened()));
    await watch.look();
    const point = watch.trail.at(-1)!;
    const { deal } = point.state;
    const wrong: readonly Point<DealAndGame>[] = [
      { ...point, hash: genesis },
      { ...point, state: { ...point.state, deal: { ...deal, submitted: deal.submitted - 1 } } },
    ];
    for (const one of wrong) {
      using other = opened();
      new Cursors(other).keep("watch", { block: one.number, text: trailText([one]) });
      asked = [];
      expect((await (await restarted(new KeptTrail(other))).look()).state).deep.equal(await fresh());
      expect(Math.min(...asked)).equal(0);
    }
  });

  it("is told from what an earlier version wrote: raise the version of trail-text.ts with this list", async () => {
    const { deal, game } = await fresh();
    expect(Object.keys(deal).sort()).deep.equal([
      ...["claims", "closesAt", "ended", "fragments", "head", "hidden", "resolved", "submitted", "workers"],
    ]);
    expect(Object.keys(deal.fragments[0]!).sort()).deep.equal(["id", "index", "input", "inputRoot"]);
    expect(Object.keys(game).sort()).deep.equal([
      "announced",
      "burned",
      "credits",
      "matches",
      "nextNumber",
      "tournaments",
    ]);
  });
});
