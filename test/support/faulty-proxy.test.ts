import { expect } from "chai";
import {
  always,
  GARBAGE,
  lagging,
  lying,
  narrow,
  noLogs,
  rateLimited,
  sometimes,
  times,
  UNAVAILABLE,
} from "./faults.ts";
import { FaultyProxy } from "./faulty-proxy.ts";
import { startAnvil, startHardhatNode, type TestNode } from "./nodes.ts";

for (const [name, start] of [
  ["anvil", startAnvil],
  ["Hardhat's node", startHardhatNode],
] as const) {
  describe(`a faulty proxy before ${name}`, () => {
    let node: TestNode;
    let proxy: FaultyProxy;

    before(async () => {
      node = await start();
      proxy = await FaultyProxy.start(node.url);
      for (let block = 0; block < 4; block++) await node.request("evm_mine");
    });
    after(async () => {
      await proxy.close();
      await node.close();
    });
    afterEach(() => proxy.behave());

    const post = (body: object): Promise<Response> =>
      fetch(proxy.url, { method: "POST", body: JSON.stringify(body), signal: AbortSignal.timeout(500) });
    const ask = async (method: string, ...params: unknown[]): Promise<{ result?: unknown; error?: unknown }> =>
      (await (await post({ jsonrpc: "2.0", id: 7, method, params })).json()) as { result?: unknown };

    it("is honest at first, also with batches", async () => {
      expect((await ask("eth_blockNumber")).result).equal(await node.request("eth_blockNumber"));
      const batch = await post([
        { jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] },
        { jsonrpc: "2.0", id: 2, method: "eth_nothing", params: [] },
      ]);
      const [first, second] = (await batch.json()) as { id: number; result?: string; error?: object }[];
      expect([first?.id, first?.result]).deep.equal([1, await node.request("eth_chainId")]);
      expect([second?.id, typeof second?.error]).deep.equal([2, "object"]);
      expect(proxy.count("eth_chainId")).equal(1);
    });

    it("is down, speaks no JSON, is silent or hangs up", async () => {
      proxy.behave(always(UNAVAILABLE));
      expect((await post({ id: 1, method: "eth_chainId" })).status).equal(503);
      proxy.behave(always(GARBAGE));
      expect(await failure(ask("eth_chainId"))).equal("SyntaxError");
      proxy.behave(always({ kind: "silent" }));
      expect(await failure(ask("eth_chainId"))).equal("TimeoutError");
      proxy.behave(always({ kind: "hangUp" }));
      expect(await failure(ask("eth_chainId"))).equal("TypeError");
    });

    it("limits rates and ranges", async () => {
      proxy.behave(rateLimited(2));
      const statuses = [];
      for (let request = 0; request < 3; request++)
        statuses.push((await post({ jsonrpc: "2.0", id: 1, method: "eth_chainId" })).status);
      expect(statuses).deep.equal([200, 200, 429]);
      proxy.behave(narrow(3, -32_600, "up to a 3 block range"));
      expect(await ask("eth_getLogs", { fromBlock: "0x1", toBlock: "0x3" }))
        .property("result")
        .deep.equal([]);
      expect(await ask("eth_getLogs", { fromBlock: "0x1", toBlock: "0x4" })).property("error");
    });

    it("lags", async () => {
      const head = Number(await node.request("eth_blockNumber"));
      const newest = (await node.request("eth_getBlockByNumber", ["latest", false])) as { hash: string };
      proxy.behave(lagging(2));
      expect(Number((await ask("eth_blockNumber")).result)).equal(head - 2);
      const { result } = await ask("eth_getBlockByNumber", "latest", false);
      expect(Number((result as { number: string }).number)).equal(head - 2);
      expect(await ask("eth_getBlockByHash", newest.hash, false)).property("result", null);
      expect(await ask("eth_getLogs", { blockHash: newest.hash })).property("error");
      expect(await ask("eth_getLogs", { fromBlock: "latest", toBlock: "latest" }))
        .property("result")
        .deep.equal([]);
    });

    it("lies, a few times or at random by a seed", async () => {
      proxy.behave(
        times(
          1,
          lying("eth_chainId", () => "0xbad"),
        ),
      );
      expect([(await ask("eth_chainId")).result, (await ask("eth_chainId")).result]).deep.equal([
        "0xbad",
        await node.request("eth_chainId"),
      ]);
      proxy.behave(noLogs);
      expect(await ask("eth_getLogs", {}))
        .property("result")
        .deep.equal([]);
      const draw = async (): Promise<number[]> => {
        proxy.behave(sometimes(7, 0.5, always(UNAVAILABLE)));
        const statuses = [];
        for (let request = 0; request < 12; request++)
          statuses.push((await post({ jsonrpc: "2.0", id: 1, method: "eth_chainId" })).status);
        return statuses;
      };
      const first = await draw();
      expect(new Set(first)).deep.equal(new Set([200, 503]));
      expect(await draw()).deep.equal(first);
    });
  });
}

async function failure(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "none",
    (error: unknown) => (error as Error).name,
  );
}
