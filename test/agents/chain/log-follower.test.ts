import { expect } from "chai";
import { type AbiEvent, type Hex, keccak256, parseAbiItem, parseEventLogs, toEventSelector, toHex } from "viem";
import { tournamentCall } from "../../../agents/chain/tournament-calls.ts";
import { type EmbeddedChain, startEmbeddedChain } from "../../../agents/stage/embedded.ts";
import { LogFollower } from "../../../agents/chain/log-follower.ts";
import { deploy, type Deployment } from "../../../agents/stage/deploy.ts";

const ANNOUNCED = parseAbiItem("event Announced(bytes32 indexed announcement, uint40 number, uint48 time)") as AbiEvent;
const hash = (name: string): Hex => keccak256(toHex(name));

describe("LogFollower", () => {
  let embedded: EmbeddedChain;
  let deployment: Deployment;
  let follower: LogFollower<readonly Hex[]>;

  before(async () => {
    embedded = await startEmbeddedChain();
    deployment = await deploy(embedded);
  });
  after(() => embedded.close());

  beforeEach(() => {
    follower = new LogFollower<readonly Hex[]>(embedded.chain, {
      ...{ from: 0n, initial: [], timed: false },
      queries: () => [{ address: deployment.tournament, events: [toEventSelector(ANNOUNCED)] }],
      reduce: (state, logs) => [
        ...state,
        ...parseEventLogs({ abi: [ANNOUNCED], logs: [...logs] }).map(
          (log) => (log.args as { announcement: Hex }).announcement,
        ),
      ],
    });
  });

  const announce = async (...names: string[]): Promise<void> => {
    const [from = "0x"] = embedded.accounts;
    for (const name of names) {
      await embedded.chain.send(
        from,
        tournamentCall(deployment.tournament, {
          kind: "announce",
          announcement: hash(name),
          value: deployment.tournaments.params.bonds[0] ?? 0n,
        }),
      );
    }
  };
  const rpc = (method: string, params: unknown[]): Promise<unknown> =>
    embedded.connection.provider.request({ method, params });

  it("tells each log once, however often it is asked", async () => {
    const before = await follower.state();
    await announce("one", "two");
    expect(await follower.state()).deep.equal([...before, hash("one"), hash("two")]);
    expect(await follower.state()).deep.equal([...before, hash("one"), hash("two")]);
  });

  it("forgets what a reorganisation undid, and sees what came instead", async () => {
    const before = await follower.state();
    await announce("stays");
    expect(await follower.state()).deep.equal([...before, hash("stays")]);
    const snapshot = await rpc("evm_snapshot", []);
    await announce("lost", "lost too");
    expect((await follower.state()).slice(before.length)).deep.equal([hash("stays"), hash("lost"), hash("lost too")]);
    await rpc("evm_revert", [snapshot]);
    expect((await follower.state()).slice(before.length)).deep.equal([hash("stays")]);
    await announce("instead", "more", "and more");
    expect((await follower.state()).slice(before.length)).deep.equal(
      ["stays", "instead", "more", "and more"].map(hash),
    );
  });

  it("sees a branch of the same length that has replaced the one it knew", async () => {
    const before = await follower.state();
    const snapshot = await rpc("evm_snapshot", []);
    await announce("this branch");
    await follower.state();
    await rpc("evm_revert", [snapshot]);
    await announce("that branch");
    expect(await follower.state()).deep.equal([...before, hash("that branch")]);
  });
});
