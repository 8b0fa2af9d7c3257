import { expect } from "chai";
import type { Hex } from "viem";
import { type DealAndGame, DealWatch } from "../../../agents/chain/deal-watch.ts";
import { dealCall } from "../../../agents/chain/calls.ts";
import { custom } from "viem";
import { BlockReader } from "../../../agents/chain/block-reader.ts";
import { Chain } from "../../../agents/chain/chain.ts";
import { dealContradiction } from "../../../agents/chain/deal-contradiction.ts";
import { DealLog, type DealView, isPending, toldBy } from "../../../agents/chain/deal-log.ts";
import type { Seen } from "../../../agents/chain/log-follower.ts";
import { tournamentId } from "../../../agents/game/openings.ts";
import type { GameState, TournamentState } from "../../../agents/game/types.ts";
import { trailFrom, trailText } from "../../../agents/chain/trail-text.ts";
import { Cursors } from "../../../agents/store/cursor.ts";
import { openStore } from "../../../agents/store/store.ts";
import { castOf } from "../../../agents/scenario/cast.ts";
import type { Narrator } from "../../../agents/scenario/narrator.ts";
import { perform, type Scene } from "../../../agents/scenario/roles.ts";
import { makeDeal } from "../../../agents/stage/deal.ts";
import { deploy, type Deployment } from "../../../agents/stage/deploy.ts";
import { type EmbeddedChain, startEmbeddedChain } from "../../../agents/stage/embedded.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { parseTransactions } from "../../../verifier/program/transactions-file.ts";
import { encodeTransactions } from "../../../verifier/program/transactions.ts";
import { assemble, SUMS } from "../guests.ts";

const quiet: Narrator = {
  chapter: () => undefined,
  fact: () => undefined,
  sent: () => undefined,
  progress: () => undefined,
};

describe("watching one Deal among strangers", function () {
  let embedded: EmbeddedChain;
  let deployment: Deployment;
  let program: Program;
  let scenes: readonly [Scene, Scene];
  let validator: Hex;
  /** What was seen while it all happened. */
  const seen: Seen<DealAndGame>[] = [];
  let watch: DealWatch;

  before(async () => {
    program = buildProgram([{ name: "guest", bytes: await assemble(SUMS) }], { convention: "typed" });
    embedded = await startEmbeddedChain();
    deployment = await deploy(embedded);
    const cast = castOf(embedded.accounts);
    ({ validator } = cast);
    const fragments = [3, 40].map((n) =>
      encodeTransactions(parseTransactions(JSON.stringify([{ export: "sums", args: [n] }]), program)),
    );
    const sceneOf = async (): Promise<Scene> => ({
      ...{ embedded, deployment, cast },
      deal: await makeDeal(embedded.chain, deployment, cast, { program, fragments }),
    });
    scenes = [await sceneOf(), await sceneOf()];
    watch = watchOf(scenes[0].deal);
    const looks: Promise<Seen<DealAndGame>>[] = [];
    embedded.chain.observe(() => looks.push(watch.look()));
    for (const scene of scenes) await perform(scene, { program, executor: interpreterExecutor }, quiet);
    seen.push(...(await Promise.all(looks)));
  });
  after(() => embedded.close());

  const watchOf = (deal: Hex, owners: readonly Hex[] = [validator]): DealWatch => {
    const { tournament, tournaments } = deployment;
    return new DealWatch(embedded.chain, { deal, tournament, params: tournaments.params, from: 0n, owners });
  };

  it("sees at every block what the contracts say, and in the end what the logs of everybody tell", async () => {
    expect(new Set(seen.map(({ head }) => head.hash)).size).greaterThan(20);
    const { state } = await watch.look();
    expect(state.deal).deep.equal(await new DealLog(embedded.chain, scenes[0].deal).view());
    const everybody = await deployment.tournaments.state();
    const own = [...everybody.tournaments.values()].filter((row) => isAbout(everybody, row, scenes[0].deal, state));
    expect([...state.game.tournaments.values()]).deep.equal(own);
    expect(own.length).within(1, everybody.tournaments.size - 1);
    expect(state.game.matches.size).within(1, everybody.matches.size - 1);
    for (const match of state.game.matches.values()) expect(match).deep.equal(everybody.matches.get(match.id));
    expect(state.game.credits.get(validator)).equal(everybody.credits.get(validator));
  });

  it("sees the same when it begins late, or goes on from what was kept", async () => {
    const { state } = await watch.look();
    expect((await watchOf(scenes[0].deal).look()).state).deep.equal(state);
    const { tournament, tournaments } = deployment;
    const watched = { deal: scenes[0].deal, tournament, params: tournaments.params, owners: [validator] };
    const { hash: genesis } = await embedded.chain.reader.getBlock({ blockNumber: 0n });
    using store = openStore(":memory:", { chainId: 31_337, genesis, deal: watched.deal, account: validator });
    const [block = 0n] = watch.trail.slice(-1).map(({ number }) => number);
    new Cursors(store).keep("watch", { block: 1n, text: "older" });
    new Cursors(store).keep("watch", { block, text: trailText(watch.trail) });
    const cursor = new Cursors(store).read("watch");
    expect(cursor?.block).equal(block);
    const trail = trailFrom<DealAndGame>(cursor?.text ?? "");
    expect(trail).deep.equal(watch.trail);
    const kept = new DealWatch(embedded.chain, { ...watched, from: 1_000_000n }, trail);
    expect(trail.length).greaterThan(0);
    expect((await kept.look()).state).deep.equal(state);
    expect(trailFrom(trailText(trail).replace('"version":3', '"version":1'))).deep.equal([]);
  });

  it("lets go what is settled for good", async () => {
    const late = watchOf(scenes[0].deal);
    late.letGo(1);
    const { deal } = (await late.look()).state;
    expect(deal.fragments.map(({ index }) => index)).deep.equal([1]);
    expect(deal.submitted).equal(2);
    expect([...deal.claims.values()].every(({ fragment }) => fragment > 0)).equal(true);
    expect(deal.resolved).equal((await watch.look()).state.deal.resolved);
  });

  it("knows until when a closing Deal takes claims", async () => {
    const [, { deal, cast }] = scenes;
    const other = watchOf(deal);
    expect((await other.look()).state.deal.closesAt).equal(0);
    await embedded.chain.send(cast.customer, dealCall(deal, "close", []));
    const closesAt = (await embedded.chain.now()) + 7_200;
    expect((await other.look()).state.deal.closesAt).equal(closesAt);
    const { fragments } = await new DealLog(embedded.chain, deal).view();
    expect(fragments.length).equal(2);
  });

  it("asks once about all claims that are pending", async () => {
    const { deal } = seen.find(({ state }) => [...state.deal.claims.values()].filter(isPending).length > 1)!.state;
    const { hash, number } = seen.find(({ state }) => state.deal === deal)!.head;
    const asked: unknown[] = [];
    const { reader } = new Chain(
      custom({
        request: (question: { method: string; params: unknown }) => {
          asked.push(question.method);
          return embedded.chain.reader.request(question as never);
        },
      }),
    );
    const differs = (told: DealView): Promise<string | undefined> =>
      dealContradiction(scenes[0].deal, toldBy(told), hash, new BlockReader(reader));
    expect(await differs(deal), `at block ${number}`).equal(undefined);
    expect(asked).deep.equal(["eth_call", "eth_call"]);
    // Each is compared, also the last one.
    const [last] = [...deal.claims.values()].filter(isPending).slice(-1);
    const claims = new Map(deal.claims).set(last!.id, { ...last!, backers: new Set() });
    expect(await differs({ ...deal, claims })).match(/^the number of backers of fragment 1's claim: 1 by the contract/);
  });
});

/** Whether a tournament, or the one above it, is about a claim of the Deal. */
function isAbout(game: GameState, row: TournamentState, deal: Hex, { deal: view }: DealAndGame): boolean {
  const above = game.matches.get(row.id);
  const outer = above && game.tournaments.get(above.tournament);
  if (outer !== undefined) return isAbout(game, outer, deal, { deal: view, game });
  return [...view.claims.keys()].some((claim) => tournamentId(deal, claim) === row.id);
}
