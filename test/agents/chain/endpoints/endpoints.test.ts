import { expect } from "chai";
import { createPublicClient, createTestClient, http, parseAbi, type PublicClient } from "viem";
import type { Remark } from "../../../../agents/chain/endpoints/ballot.ts";
import { requireChain } from "../../../../agents/chain/endpoints/chain-id.ts";
import { Remarks } from "../../../../agents/chain/endpoints/remarks.ts";
import { Endpoints, type EndpointsOptions, NoQuorum } from "../../../../agents/chain/endpoints/endpoints.ts";
import { endpointTransport } from "../../../../agents/chain/endpoints/transport.ts";
import { always, lagging, lying, only, sometimes, UNAVAILABLE } from "../../../support/faults.ts";
import { FaultyProxy } from "../../../support/faulty-proxy.ts";
import { startAnvil, type TestNode } from "../../../support/nodes.ts";

/** A contract that always gives 7: PUSH1 7, PUSH0, MSTORE, PUSH1 32, PUSH0, RETURN. */
const SEVEN = "0x60075f5260205ff3";
const ADDRESS = "0x00000000000000000000000000000000000000aa";
const abi = parseAbi(["function seven() view returns (uint256)"]);

describe("several endpoints", () => {
  let node: TestNode;
  let proxies: FaultyProxy[];
  let remarks: Remark[];

  before(async () => {
    node = await startAnvil();
    await node.request("anvil_setCode", [ADDRESS, SEVEN]);
    await node.request("anvil_mine", ["0x14"]);
    proxies = await Promise.all([0, 1, 2].map(() => FaultyProxy.start(node.url)));
  });
  after(async () => {
    for (const proxy of proxies) await proxy.close();
    await node.close();
  });
  beforeEach(() => {
    remarks = [];
    for (const proxy of proxies) proxy.behave();
  });

  const open = (count = 3, options: EndpointsOptions = {}): Endpoints =>
    Endpoints.at(
      proxies
        .slice(0, count)
        .map(({ url }, place) => ({ url, name: "abc"[place], timeout: 1_000, retries: 0, perSecond: 500 })),
      { observer: (remark) => remarks.push(remark), ...options },
    );
  const client = (endpoints: Endpoints): PublicClient =>
    createPublicClient({ transport: endpointTransport(endpoints), cacheTime: 0 });
  const seven = (reader: PublicClient): Promise<bigint> =>
    reader.readContract({ address: ADDRESS, abi, functionName: "seven" });
  const failure = async (asked: Promise<unknown>): Promise<Error> =>
    asked.then(
      () => expect.fail("no failure"),
      (error: unknown) => error as Error,
    );
  const told = (): string[] => remarks.map(({ endpoint, kind }) => `${endpoint} ${kind}`);

  it("want more than half of them to agree, unless told otherwise", () => {
    expect([1, 2, 3].map((count) => open(count).quorum)).deep.equal([1, 2, 2]);
    expect(() => open(2, { quorum: 3 })).throws("a quorum of 3 among 2 endpoints");
  });

  it("answer as one, about a block that a quorum has", async () => {
    const reader = client(open());
    expect(await seven(reader)).equal(7n);
    expect(await reader.getBlockNumber()).equal(20n);
    const calls = proxies.flatMap(({ requests }) => requests.filter(({ method }) => method === "eth_call"));
    expect(calls.every(({ params }) => typeof (params[1] as { blockHash?: unknown }).blockHash === "string")).equal(
      true,
    );
  });

  it("do without one that is down, silent or lies, and name it", async () => {
    const liar = lying("eth_call", () => `0x${"08".padStart(64, "0")}`);
    for (const [behaviour, kind] of [
      [always(UNAVAILABLE), "failed"],
      [always({ kind: "silent" }), "failed"],
      [liar, "disagrees"],
    ] as const)
      for (const [place, proxy] of proxies.entries()) {
        proxy.behave(behaviour);
        remarks = [];
        // Of three at quorum two, the third is asked only if it is needed.
        const used = place < 2 || kind === "failed";
        expect(await seven(client(open()))).equal(7n);
        if (used) expect(told(), `${kind}, ${place}`).include(`${"abc"[place]} ${kind}`);
        proxy.behave();
      }
  });

  it("refuse to guess where two say different things, and say who said what", async () => {
    proxies[1]?.behave(lying("eth_call", () => `0x${"08".padStart(64, "0")}`));
    const error = await failure(open(2).agreed("eth_call", [{ to: ADDRESS }, "0x14"]));
    if (!(error instanceof NoQuorum)) throw error;
    expect([...error.said.keys()]).deep.equal(["a", "b"]);
    expect(error.message).match(/a: "0x0+7"; b: "0x0+8"/);
  });

  it("take the newest block that a quorum has, and tell who lags", async () => {
    proxies[0]?.behave(lagging(9));
    const reader = client(open());
    expect(await reader.getBlockNumber()).equal(20n);
    expect(await seven(reader)).equal(7n);
    expect(told()).include("a lags");
    proxies[1]?.behave(lagging(3));
    // Two have block 17.
    expect(await reader.getBlockNumber()).equal(17n);
    expect(Number((await reader.getBlock({ blockTag: "latest" })).number)).equal(17);
  });

  it("do not hide logs behind an endpoint that has none", async () => {
    proxies[0]?.behave(lying("eth_getLogs", () => [{ address: ADDRESS, topics: [], data: "0x" }]));
    expect(await client(open()).getLogs({ fromBlock: 0n, toBlock: 20n })).deep.equal([]);
    expect(told()).include("a disagrees");
  });

  it("take a lie about a block's header for another block", async () => {
    proxies[1]?.behave(lying("eth_getBlockByNumber", (block) => ({ ...(block as object), timestamp: "0x1" })));
    const block = await client(open()).getBlock({ blockNumber: 5n });
    expect(block.timestamp > 1n).equal(true);
    expect(told()).include("b disagrees");
  });

  it("send what is signed to all of them, and need one", async () => {
    proxies[0]?.behave(always(UNAVAILABLE));
    const test = createTestClient({ mode: "anvil", transport: http(node.url) });
    await test.setBalance({ address: ADDRESS, value: 1n });
    const error = await failure(open().all("eth_sendRawTransaction", ["0x00"]));
    expect(error.name).equal("RpcRequestError");
    expect(proxies.map((proxy) => proxy.count("eth_sendRawTransaction"))).deep.equal([1, 1, 1]);
  });

  it("say that a receipt is not there as long as only one has it", async () => {
    const hash = `0x${"11".repeat(32)}`;
    proxies[0]?.behave(lying("eth_getTransactionReceipt", () => ({ status: "0x1", transactionHash: hash, logs: [] })));
    expect(await endpointTransport(open(2))({}).request({ method: "eth_getTransactionReceipt", params: [hash] })).equal(
      null,
    );
  });

  it("are all of the chain that was meant, or are refused", async () => {
    await requireChain(open(), 31_337);
    proxies[2]?.behave(always(UNAVAILABLE));
    await requireChain(open(), 31_337);
    proxies[1]?.behave(always(UNAVAILABLE));
    expect(String(await failure(requireChain(open(), 31_337)))).match(
      /no 2 endpoints agree on their chain \(.*HTTP 503/,
    );
    proxies[1]?.behave(lying("eth_chainId", () => "0x1"));
    expect(String(await failure(requireChain(open(), 31_337)))).contain("b is a node of chain 1, not of 31337");
    proxies[0]?.behave(always({ kind: "hangUp" }));
    expect(String(await failure(requireChain(open(1), 31_337)))).match(/a does not answer \(unavailable/);
  });

  it("have names of their own, also where several keys are of one provider", () => {
    const urls = ["https://example.org/v2/key", "https://example.org/v2/other", "https://example.com"];
    expect(Endpoints.at(urls).list.map(({ name }) => name)).deep.equal([
      "example.org",
      "example.org #2",
      "example.com",
    ]);
  });

  it("let the first node sign for its own accounts, once", async () => {
    const [from, to] = (await node.request("eth_accounts")) as string[];
    proxies[0]?.behave(always(UNAVAILABLE));
    const send = { method: "eth_sendTransaction", params: [{ from, to, value: "0x1" }] };
    const before = proxies.map((proxy) => proxy.count("eth_sendTransaction"));
    expect(String(await failure(endpointTransport(open())({}).request(send)))).contain("HTTP 503");
    expect(proxies.map((proxy, place) => proxy.count("eth_sendTransaction") - (before[place] ?? 0))).deep.equal([
      1, 0, 0,
    ]);
  });

  it("are remarked on once a minute", () => {
    const lines: string[] = [];
    const remarks = new Remarks((line) => lines.push(line));
    for (const [kind, now] of [
      ["lags", 0],
      ["lags", 1],
      ["failed", 2],
      ["lags", 60_001],
    ] as const)
      remarks.add({ endpoint: "a", kind, text: String(now) }, now);
    expect(lines).deep.equal(["a lags: 0", "a failed: 2", "a lags: 60001"]);
  });

  it("are right under random faults, by a seed", async () => {
    for (const [place, proxy] of proxies.entries())
      proxy.behave(
        sometimes(place + 1, 0.1, only(["eth_call", "eth_getBlockByNumber"], always(UNAVAILABLE))),
        sometimes(
          place + 9,
          0.1,
          lying("eth_call", () => "0x01"),
        ),
      );
    const reader = client(open());
    let [right, refused] = [0, 0];
    for (let round = 0; round < 60; round++) {
      const result = await seven(reader).catch(() => undefined);
      if (result === undefined) refused += 1;
      else right += Number(result === 7n);
    }
    expect(right + refused).equal(60);
    expect(right).greaterThan(45);
  });
});
