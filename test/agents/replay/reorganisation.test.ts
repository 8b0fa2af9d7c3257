/**
 * After a reorganisation honest services go by what the chain has now: on a real node, which takes
 * blocks back.
 */
import { expect } from "chai";
import { bytesToHex, type Hex, keccak256, toHex } from "viem";
import { DealLog, type DealView } from "../../../agents/chain/deal-log.ts";
import type { Look, Service } from "../../../agents/chain/look.ts";
import { TournamentLog } from "../../../agents/chain/tournament-log.ts";
import { replayerInProcess } from "../../../agents/replay/in-process.ts";
import type { Replayer } from "../../../agents/replay/replayer.ts";
import { StageOutbox } from "../../../agents/stage/outbox.ts";
import { Validator } from "../../../agents/validator/validator.ts";
import { Worker } from "../../../agents/worker/worker.ts";
import type { Program } from "../../../verifier/program/build.ts";
import { recordBytes, type State } from "../../../verifier/state/state.ts";
import { BUDGET as DEAL_BUDGET } from "../../../agents/stage/deal.ts";
import { honestComputation } from "../../../agents/replay/computation.ts";
import { interpreterExecutor } from "../../../verifier/interpreter/execute.ts";
import { runFragment } from "../../../verifier/program/fragment.ts";
import { initialState } from "../../../verifier/state/program.ts";
import { startAnvil, type TestNode } from "../../support/nodes.ts";
import { textGuest } from "../../support/text-guest.ts";
import { temporaryFolder } from "../cli/temporary-folder.ts";
import { DealWorld } from "./deal-world.ts";
import { callsOf, programOf } from "./fragments.ts";
import { dealCall } from "../../../agents/chain/calls.ts";

/** One to see a fragment, one to see its run, one its commitment, and one in which nothing is left to do. */
const IDLE_LOOKS = 4;

/** A service with its replayer. */
interface Player {
  readonly service: Service;
  readonly replayer: Replayer;
}

describe("a reorganisation", () => {
  const folder = temporaryFolder();
  let node: TestNode;
  let program: Program;
  let world: DealWorld;
  let tournaments: TournamentLog;
  let begin: unknown;
  const players: Player[] = [];

  before(async () => {
    node = await startAnvil();
    program = programOf(await textGuest("counter"));
    world = await DealWorld.on(node, folder, program, []);
  });
  beforeEach(async () => {
    tournaments = await TournamentLog.follow(world.chain, world.tournament);
    begin = await node.request("evm_snapshot");
  });
  afterEach(async () => {
    for (const { replayer } of players.splice(0)) await replayer.close();
    await node.request("evm_revert", [begin]);
  });
  after(() => node.close());

  const inputsOf = (numbers: readonly bigint[]): Uint8Array[] =>
    callsOf(program, "add", numbers).map(({ input }) => input);
  const submit = async (numbers: readonly bigint[]): Promise<void> => {
    for (const input of inputsOf(numbers)) await world.submit(input);
  };
  const viewNow = (): Promise<DealView> => new DealLog(world.chain, world.deal.address).view();
  /** The state after fragments that add these numbers. */
  const truth = (numbers: readonly bigint[]): State =>
    inputsOf(numbers).reduce(
      (state, input) => runFragment(state, input, { budget: DEAL_BUDGET, executor: interpreterExecutor }).final,
      initialState(program.image),
    );
  const recordAfter = (numbers: readonly bigint[]): Hex => bytesToHex(recordBytes(truth(numbers)));

  const means = (): { replayer: Replayer; deal: DealLog; outbox: StageOutbox } => {
    const { heights } = tournaments.params;
    const parts = { image: program.image, executor: interpreterExecutor, budget: DEAL_BUDGET, heights };
    return {
      replayer: replayerInProcess({ make: honestComputation(parts), heights }),
      deal: new DealLog(world.chain, world.deal.address),
      outbox: new StageOutbox(world.chain),
    };
  };
  const player = (service: Service, replayer: Replayer): Player => {
    players.push({ service, replayer });
    return { service, replayer };
  };
  const worker = (self: Hex): Player => {
    const { period } = tournaments.params;
    const given = means();
    return player(new Worker({ ...given, chain: world.chain, self, period, worth: 1n }), given.replayer);
  };
  const validator = (): Player => {
    const given = means();
    const { validator: self } = world.roles;
    const setup = { ...given, chain: world.chain, self, tournaments, saltOf: () => keccak256(toHex("salt")) };
    return player(new Validator(setup), given.replayer);
  };
  /** Looks until there is nothing to do. Fails if a look fails. */
  const rest = async ({ service, replayer }: Player): Promise<void> => {
    for (let idle = 0; idle < IDLE_LOOKS;) {
      const look: Look = await service.look();
      expect([...look.failures, ...look.problems]).deep.equal([]);
      idle = look.sent > 0 ? 0 : idle + 1;
      await replayer.settled();
      // What was announced may be shown in a later second.
      await node.request("evm_increaseTime", [1]);
      await node.request("evm_mine");
    }
  };
  /** The other branch that the chain goes over to: these fragments instead of those since a snapshot. */
  const reorganise = async (snapshot: unknown, numbers: readonly bigint[]): Promise<void> => {
    expect(await node.request("evm_revert", [snapshot])).equal(true);
    await submit(numbers);
  };

  for (const [what, first, second] of [
    ["another fragment", [5n, 3n], [5n, 9n]],
    ["another fragment before the same one", [5n, 3n], [6n, 3n]],
    ["a fragment less", [5n, 3n], [5n]],
  ] as const) {
    it(`that brings ${what} lets the honest worker claim what is true now`, async () => {
      const own = worker(world.roles.workers[0]!);
      const snapshot = await node.request("evm_snapshot");
      await submit(first);
      // It has run everything, and is about to claim it.
      await own.service.look();
      await own.replayer.settled();
      await reorganise(snapshot, second);
      await rest(own);
      const { claims } = await viewNow();
      expect([...claims.values()].map(({ record }) => record)).deep.equal(
        second.map((_, i) => recordAfter(second.slice(0, i + 1))),
      );
    });

    it(`that brings ${what} lets the honest validator leave true claims alone, and challenge false ones`, async () => {
      const own = validator();
      const [honest, liar] = world.roles.workers as [Hex, Hex];
      const snapshot = await node.request("evm_snapshot");
      await submit(first);
      await rest(own);
      await reorganise(snapshot, second);
      const claimant = worker(honest);
      // It looks while its runs are those of the branch that is gone.
      await own.service.look();
      await rest(claimant);
      await own.service.look();
      await rest(own);
      const { claims, head, fragments, hidden } = await viewNow();
      expect([...claims.values()].map(({ phase }) => phase)).deep.equal(second.map(() => "open"));
      expect(hidden).equal(false);

      // The states of the branch that is gone are lies in this one.
      await world.submit(inputsOf([100n])[0]!);
      const next = (await viewNow()).fragments.at(-1)!;
      const previous = [...claims.values()].at(-1)!.finalState;
      const lie = recordAfter([...first, 100n]);
      const call = dealCall(world.deal.address, "claim", [next.id, previous, lie]);
      await world.chain.send(liar, call);
      expect([head, fragments.length]).deep.equal([(await viewNow()).head, second.length]);
      await rest(own);
      const after = [...(await viewNow()).claims.values()];
      const isLie = lie !== recordAfter([...second, 100n]);
      expect(after.at(-1)?.phase).equal(isLie ? "disputed" : "open");
      expect(after.slice(0, -1).every(({ phase }) => phase === "open")).equal(true);
    });
  }

  it("that takes a claim's block back lets the worker claim again, the same", async () => {
    const own = worker(world.roles.workers[0]!);
    await submit([5n]);
    const snapshot = await node.request("evm_snapshot");
    await rest(own);
    const [claimed] = (await viewNow()).claims.values();
    await reorganise(snapshot, []);
    expect((await viewNow()).claims.size).equal(0);
    await node.request("anvil_mine", ["0x2"]);
    await rest(own);
    const [again] = (await viewNow()).claims.values();
    expect(again).include({ id: claimed?.id, record: recordAfter([5n]) });
  });
});
