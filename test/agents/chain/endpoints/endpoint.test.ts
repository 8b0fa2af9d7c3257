import { expect } from "chai";
import { RpcRequestError } from "viem";
import { Endpoint } from "../../../../agents/chain/endpoints/endpoint.ts";
import { EndpointFailure, type FailureKind } from "../../../../agents/chain/endpoints/failure.ts";
import { always, GARBAGE, narrow, only, rateLimited, times, TOO_MANY, UNAVAILABLE } from "../../../support/faults.ts";
import { FaultyProxy } from "../../../support/faulty-proxy.ts";
import { startAnvil, type TestNode } from "../../../support/nodes.ts";

describe("an endpoint", () => {
  let node: TestNode;
  let proxy: FaultyProxy;

  before(async () => {
    node = await startAnvil();
    await node.request("anvil_mine", ["0x7d0"]);
    proxy = await FaultyProxy.start(node.url);
  });
  after(async () => {
    await proxy.close();
    await node.close();
  });
  beforeEach(() => {
    proxy.behave();
    proxy.requests.length = 0;
  });

  const endpoint = (settings: object = {}): Endpoint =>
    new Endpoint({ url: `${proxy.url}/v3/secret-key`, timeout: 3_000, retries: 0, ...settings });
  const failure = async (asked: Promise<unknown>): Promise<unknown> =>
    asked.then(
      () => undefined,
      (error: unknown) => error,
    );
  const kindOf = async (asked: Promise<unknown>): Promise<FailureKind | undefined> => {
    const error = await failure(asked);
    expect(String((error as Error | undefined)?.stack)).not.contain("secret-key");
    return error instanceof EndpointFailure ? error.kind : undefined;
  };

  it("tells apart how it fails, and never its URL", async () => {
    const faults: [Parameters<typeof always>[0], FailureKind][] = [
      [UNAVAILABLE, "unavailable"],
      [GARBAGE, "malformed"],
      [{ kind: "silent" }, "time-out"],
      [{ kind: "hangUp" }, "unavailable"],
      [TOO_MANY, "rate limit"],
      [{ kind: "error", code: -32_005, message: "request rate limited" }, "rate limit"],
      [{ kind: "error", code: -32_000, message: "header not found" }, "no such block"],
    ];
    for (const [fault, kind] of faults) {
      proxy.behave(always(fault));
      expect(await kindOf(endpoint().request("eth_chainId")), JSON.stringify(fault)).equal(kind);
    }
    expect(
      await kindOf(new Endpoint({ url: "http://127.0.0.1:1/secret-key", retries: 0 }).request("eth_chainId")),
    ).equal("unavailable");
  });

  it("tries again what passes", async () => {
    proxy.behave(times(2, always(UNAVAILABLE)));
    expect(await endpoint({ retries: 2 }).request("eth_chainId")).equal("0x7a69");
    proxy.behave(times(1, always({ kind: "error", code: -32_007, message: "25/second request limit reached" })));
    expect(await endpoint({ retries: 1 }).request("eth_chainId")).equal("0x7a69");
  });

  it("takes an error of the chain for an answer, with its data", async () => {
    const create = { data: "0x60006000fd" }; // PUSH1 0, PUSH1 0, REVERT
    const error = await failure(endpoint({ retries: 2 }).request("eth_call", [create, "latest"]));
    expect(error).instanceOf(RpcRequestError);
    expect(proxy.count("eth_call")).equal(1);
  });

  it("puts requests of the same moment in one batch", async () => {
    const own = endpoint({ batch: 8 });
    let posts = 0;
    const { fetch } = globalThis;
    globalThis.fetch = (...args) => {
      posts += 1;
      return fetch(...args);
    };
    try {
      const blocks = await Promise.all(
        Array.from({ length: 16 }, (_, block) =>
          own.request("eth_getBlockByNumber", [`0x${block.toString(16)}`, false]),
        ),
      );
      expect(blocks.map((block) => Number((block as { number: string }).number))).deep.equal([...blocks.keys()]);
    } finally {
      globalThis.fetch = fetch;
    }
    // The proxy's own requests to the node are counted too.
    expect(posts - 16).equal(2);
  });

  it("keeps to its pace, and waits when it is told to", async () => {
    proxy.behave(rateLimited(12));
    const slow = endpoint({ perSecond: 10, batch: 1 });
    const begun = performance.now();
    await Promise.all(Array.from({ length: 15 }, () => slow.request("eth_chainId")));
    expect(performance.now() - begun).within(1_000, 60_000);
  });

  it("becomes as slow as a limit that it was not told of", async () => {
    proxy.behave(rateLimited(12));
    const hasty = endpoint({ perSecond: 100, retries: 4 });
    await Promise.all(Array.from({ length: 20 }, () => hasty.request("eth_chainId")));
    expect(hasty.state().perSecond).within(6, 50);
  });

  it("rests after failures in a row, and comes back", async () => {
    const own = endpoint();
    proxy.behave(always(UNAVAILABLE));
    for (let request = 0; request < 4; request++) expect(await kindOf(own.request("eth_chainId"))).equal("unavailable");
    expect(own.state().resting).equal(true);
    const asked = proxy.requests.length;
    expect(await kindOf(own.request("eth_chainId"))).equal("resting");
    expect(proxy.requests.length).equal(asked);
    proxy.behave();
    await new Promise((later) => setTimeout(later, 1_600));
    expect(await own.request("eth_chainId")).equal("0x7a69");
    expect(own.state()).deep.include({ resting: false, failure: undefined });
  });

  it("does not rest because of a limit, of ranges or of rates", async () => {
    const own = endpoint({ perSecond: 1_000 });
    proxy.behave(narrow(100, -32_600, "with up to a 100 block range"), only(["eth_chainId"], always(TOO_MANY)));
    for (let request = 0; request < 2; request++) expect(await kindOf(own.request("eth_chainId"))).equal("rate limit");
    expect(await own.request("eth_getLogs", [{ fromBlock: "0x0", toBlock: "0x7d0" }])).deep.equal([]);
    expect(proxy.count("eth_getLogs")).equal(22);
    expect(own.state()).deep.include({ resting: false, span: 100n });
  });
});
