import { expect } from "chai";
import { execFile } from "node:child_process";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { RpcRequestError } from "viem";
import { Endpoint } from "../../../../agents/chain/endpoints/endpoint.ts";
import { Endpoints } from "../../../../agents/chain/endpoints/endpoints.ts";
import { EndpointFailure, type FailureKind } from "../../../../agents/chain/endpoints/failure.ts";
import { startAnvil, type TestNode } from "../../../support/nodes.ts";

const ENDPOINT = join(import.meta.dirname, "../../../../agents/chain/endpoints/endpoint.ts");

describe("an endpoint over a WebSocket", () => {
  let node: TestNode;
  let server: Server;
  /** Of the way to the node, which can be cut or held up. */
  const connections: Socket[] = [];
  let accepted = 0;
  let isHeldUp = false;
  let url = "";

  before(async () => {
    node = await startAnvil();
    const { port, hostname } = new URL(node.url);
    server = createServer((client) => {
      accepted++;
      const there = connect(Number(port), hostname);
      client.pipe(there);
      there.on("data", (data) => {
        if (!isHeldUp) client.write(data);
      });
      for (const [one, other] of [
        [client, there],
        [there, client],
      ] as const) {
        one.on("error", () => undefined);
        one.on("close", () => other.destroy());
        connections.push(one);
      }
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/?key=secret-key`;
  });
  beforeEach(() => {
    accepted = 0;
    isHeldUp = false;
  });
  after(async () => {
    cut();
    server.close();
    await node.close();
  });

  const cut = (): void => {
    for (const connection of connections.splice(0)) connection.destroy();
  };
  const endpoint = (settings: object = {}): Endpoint => new Endpoint({ url, timeout: 1_000, retries: 0, ...settings });
  const kindOf = async (asked: Promise<unknown>): Promise<FailureKind | undefined> => {
    const error = await asked.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(String((error as Error | undefined)?.stack)).not.contain("secret-key");
    return error instanceof EndpointFailure ? error.kind : undefined;
  };

  it("answers as over HTTP, many requests over one connection", async () => {
    const [socket, http] = [endpoint(), new Endpoint({ url: node.url })];
    const asked = [
      ...Array.from({ length: 120 }, () => "eth_chainId"),
      "eth_gasPrice",
      "eth_accounts",
      "web3_clientVersion",
    ];
    const answers = (of: Endpoint): Promise<unknown[]> => Promise.all(asked.map((method) => of.request(method)));
    expect(await answers(socket)).deep.equal(await answers(http));
    expect(accepted).equal(1);
  });

  it("hands on the errors of the chain", async () => {
    const error: unknown = await endpoint()
      .request("eth_call", [{ to: `0x${"00".repeat(20)}`, data: "0x", gas: "0x1" }, "latest"])
      .catch((reason: unknown) => reason);
    expect(error).instanceOf(RpcRequestError);
  });

  it("connects again after the connection broke", async () => {
    const one = endpoint();
    await one.request("eth_chainId");
    isHeldUp = true;
    const asked = one.request("eth_chainId");
    setTimeout(cut, 100);
    expect(await kindOf(asked)).equal("unavailable");
    isHeldUp = false;
    expect(await one.request("eth_chainId")).equal("0x7a69");
    cut();
    expect(await endpoint({ retries: 2 }).request("eth_chainId")).equal("0x7a69");
    expect(accepted).equal(3);
  });

  it("gives up a connection that says nothing any more", async () => {
    const one = endpoint();
    await one.request("eth_chainId");
    isHeldUp = true;
    expect(await kindOf(one.request("eth_chainId"))).equal("time-out");
    isHeldUp = false;
    expect(await one.request("eth_chainId")).equal("0x7a69");
    expect(accepted).equal(2);
  });

  it("is told from one that is not there, or does not answer the handshake", async () => {
    expect(await kindOf(endpoint({ url: "ws://127.0.0.1:1/secret-key" }).request("eth_chainId"))).equal("unavailable");
    isHeldUp = true;
    const silent = endpoint();
    expect(await kindOf(silent.request("eth_chainId"))).equal("time-out");
    isHeldUp = false;
    expect(await silent.request("eth_chainId")).equal("0x7a69");
  });

  it("votes with others", async () => {
    const endpoints = Endpoints.at([url, node.url, "ws://127.0.0.1:1"]);
    const [block, head] = [
      await endpoints.agreed("eth_getBlockByNumber", ["0x0", false]),
      await endpoints.head("latest"),
    ];
    expect(block).deep.equal(await node.request("eth_getBlockByNumber", ["0x0", false]));
    expect(head.number).equal("0x0");
  });

  it("keeps no process alive", async () => {
    const script = `
      import { Endpoint } from ${JSON.stringify(ENDPOINT)};
      console.log(await new Endpoint({ url: ${JSON.stringify(url)} }).request("eth_chainId"));
    `;
    const run = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], { timeout: 30_000 });
    expect((await run).stdout).equal("0x7a69\n");
  });
});
