import { expect } from "chai";
import { createPublicClient, type PublicClient } from "viem";
import { Endpoints } from "../../../agents/chain/endpoints/endpoints.ts";
import { endpointTransport } from "../../../agents/chain/endpoints/transport.ts";
import { LogFollower, type Subject, ViewWrong } from "../../../agents/chain/log-follower.ts";
import { always, lagging, lying, narrow, noLogs, only, sometimes, times, UNAVAILABLE } from "../../support/faults.ts";
import { type Behaviour, FaultyProxy } from "../../support/faulty-proxy.ts";
import { Logger, numbers } from "../../support/logger.ts";
import { startAnvil, startHardhatNode, type TestNode } from "../../support/nodes.ts";
import { SEED } from "../../verifier/seed.ts";

/** Only of ranges, not of a block by its hash: a node that is late has an answer for these. */
const inRanges =
  (behaviour: Behaviour): Behaviour =>
  (request, upstream) => {
    const [filter] = request.params as [{ blockHash?: string } | undefined];
    return filter?.blockHash === undefined ? behaviour(request, upstream) : undefined;
  };

for (const [name, start] of [
  ["anvil", startAnvil],
  ["Hardhat's node", startHardhatNode],
] as const) {
  describe(`following logs of ${name} through faulty endpoints`, function () {
    let node: TestNode;
    let proxies: FaultyProxy[];
    let logger: Logger;

    beforeEach(async () => {
      node = await start();
      proxies = await Promise.all([0, 1].map(() => FaultyProxy.start(node.url)));
      logger = await Logger.on(node);
      await logger.mine(5);
    });
    afterEach(async () => {
      for (const proxy of proxies) await proxy.close();
      await node.close();
    });

    const reader = (count = 1, quorum = count): { reader: PublicClient } => {
      const places = proxies
        .slice(0, count)
        .map(({ url }) => ({ url, timeout: 5_000, retries: 0, perSecond: 10_000, batch: 100 }));
      return {
        reader: createPublicClient({ transport: endpointTransport(Endpoints.at(places, { quorum })), cacheTime: 0 }),
      };
    };
    const follower = (subject: Subject<readonly number[]> = numbers(), count = 1): LogFollower<readonly number[]> =>
      new LogFollower(reader(count), subject);
    const log = async (...values: number[]): Promise<void> => {
      for (const value of values) await logger.log(value);
    };

    it("finds a log that one empty answer has left out, by the filters of the headers", async () => {
      const following = follower();
      expect(await following.state()).deep.equal([]);
      await log(1, 2);
      proxies[0]?.behave(times(1, inRanges(noLogs)));
      expect(await following.state()).deep.equal([1, 2]);
    });

    it("finds a log at the next block, if the node did not even have it by its hash", async () => {
      const following = follower();
      await log(1);
      proxies[0]?.behave(times(2, noLogs));
      expect(await following.state()).deep.equal([]);
      await log(2);
      expect(await following.state()).deep.equal([1, 2]);
    });

    it("sees through a load balancer with a late node", async () => {
      const following = follower();
      proxies[0]?.behave(sometimes(SEED, 0.4, lagging(3)));
      let seen: readonly number[] = [];
      for (let round = 1; round <= 20; round++) {
        await log(round);
        seen = await following.state().catch(() => seen);
        expect(seen).deep.equal(Array.from({ length: seen.length }, (_, place) => place + 1));
      }
      proxies[0]?.behave();
      expect(await following.state()).deep.equal(await logger.truth());
    });

    it("is told by the contract that something is missing, and reads again", async () => {
      await log(1, 2, 3);
      let told = 0;
      const following = follower(
        numbers({
          contradiction: (state) => {
            told += 1;
            return Promise.resolve(state.length === 3 ? undefined : `3 by the contract, ${state.length} by the logs`);
          },
        }),
      );
      const head = Number(await node.request("eth_blockNumber"));
      const hidesOne = lying("eth_getLogs", (logs) =>
        (logs as { blockNumber: string }[]).filter(({ blockNumber }) => Number(blockNumber) !== head),
      );
      proxies[0]?.behave(times(2, hidesOne));
      expect(await following.state()).deep.equal([1, 2, 3]);
      expect(told).equal(2);
      await logger.mine(1);
      proxies[0]?.behave(hidesOne);
      const error = await following.state().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).instanceOf(ViewWrong);
      expect(String(error)).contain("3 by the contract, 2 by the logs");
    });

    it("keeps what it has when a look fails", async () => {
      await logger.mine(200);
      await log(1);
      await logger.mine(100);
      const following = follower();
      expect(await following.state()).deep.equal([1]);
      await log(2);
      for (const fault of [UNAVAILABLE, { kind: "error", code: -32_000, message: "header not found" }] as const) {
        proxies[0]?.behave(times(1, only(["eth_getBlockByNumber"], always(fault))));
        await following.state().catch(() => undefined);
      }
      if (proxies[0]) proxies[0].requests.length = 0;
      proxies[0]?.behave();
      await log(3);
      expect(await following.state()).deep.equal([1, 2, 3]);
      const first = proxies[0]?.requests
        .filter(({ method }) => method === "eth_getLogs")
        .map(({ params }) => Number((params[0] as { fromBlock?: string }).fromBlock ?? Infinity));
      expect(Math.min(...(first ?? []))).greaterThan(200);
    });

    it("reads through a provider that admits ten blocks a request, in few posts", async () => {
      await logger.mine(500);
      await log(1, 2);
      await logger.mine(500);
      proxies[0]?.behave(narrow(10, -32_600, "eth_getLogs requests with up to a 10 block range"));
      const following = follower();
      expect(await following.state()).deep.equal([1, 2]);
      expect(proxies[0]?.count("eth_getLogs")).lessThan(115);
      const before = proxies[0]?.requests.length ?? 0;
      await log(3);
      expect(await following.state()).deep.equal([1, 2, 3]);
      expect((proxies[0]?.requests.length ?? 0) - before).lessThan(20);
    });

    it("compares two endpoints, and refuses rather than guess", async () => {
      await log(1);
      proxies[1]?.behave(noLogs);
      const error = await follower(numbers(), 2)
        .state()
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
      expect(String((error as Error).cause ?? error)).contain("no 2 endpoints agree on eth_getLogs");
      proxies[1]?.behave();
      expect(await follower(numbers(), 2).state()).deep.equal([1]);
    });

    it("goes on from what another follower has read", async () => {
      await log(1);
      await logger.mine(100);
      await log(2);
      const first = follower();
      expect(await first.state()).deep.equal([1, 2]);
      const second = new LogFollower(reader(), numbers({ from: 10_000n }), first.trail);
      expect(await second.state()).deep.equal([1, 2]);
    });
  });
}

describe("following logs through reorganisations of anvil", function () {
  let node: TestNode;
  let proxy: FaultyProxy;
  let logger: Logger;

  before(async () => {
    node = await startAnvil();
    proxy = await FaultyProxy.start(node.url);
    logger = await Logger.on(node);
    await logger.mine(180);
  });
  after(async () => {
    await proxy.close();
    await node.close();
  });

  it("of 1 to 32 blocks, and deeper", async () => {
    const transport = endpointTransport(Endpoints.at([{ url: proxy.url, perSecond: 10_000, batch: 100 }]));
    const following = new LogFollower({ reader: createPublicClient({ transport, cacheTime: 0 }) }, numbers());
    let next = 0;
    for (const depth of [1, 2, 3, 5, 8, 13, 21, 32, 70, 1, 32]) {
      for (let block = 0; block < depth + 2; block++) await logger.log(next++);
      expect(await following.state(), `before ${depth}`).deep.equal(await logger.truth());
      await node.request("anvil_reorg", [depth, []]);
      expect(await following.state(), `after ${depth}`).deep.equal(await logger.truth());
      await logger.log(next++);
      proxy.requests.length = 0;
      expect(await following.state(), `one more than ${depth}`).deep.equal(await logger.truth());
    }
  });

  it("reads no further back than twice the depth of one", async () => {
    const transport = endpointTransport(Endpoints.at([{ url: proxy.url, perSecond: 10_000, batch: 100 }]));
    const following = new LogFollower({ reader: createPublicClient({ transport, cacheTime: 0 }) }, numbers());
    await logger.mine(500);
    for (let look = 0; look < 200; look++) {
      await logger.mine(2);
      await following.state();
    }
    const head = Number(await node.request("eth_blockNumber"));
    await node.request("anvil_reorg", [100, []]);
    await logger.log(1);
    proxy.requests.length = 0;
    expect(await following.state()).deep.equal(await logger.truth());
    const from = proxy.requests
      .filter(({ method }) => method === "eth_getLogs")
      .map(({ params }) => Number((params[0] as { fromBlock?: string }).fromBlock));
    expect(Math.min(...from)).greaterThan(head - 300);
  });
});
