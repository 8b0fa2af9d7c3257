import { expect } from "chai";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ask, EngineRpcError } from "../../../cluster/order/rpc.ts";

describe("the engine's RPC", () => {
  let server: Server;
  let answer = "";
  let asked = "";
  let address = "";

  before(async () => {
    server = createServer((request, response) => {
      let text = "";
      request.on("data", (part: Buffer) => (text += part.toString()));
      request.on("end", () => {
        asked = text;
        response.end(answer);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const refusal = (): Promise<unknown> => ask(address, "block").catch((error: unknown) => error);

  it("is asked by JSON-RPC", async () => {
    answer = '{"jsonrpc":"2.0","id":1,"result":{"height":"5"}}';
    expect(await ask(address, "block", { height: "5" })).deep.equal({ height: "5" });
    expect(JSON.parse(asked)).deep.equal({ jsonrpc: "2.0", id: 1, method: "block", params: { height: "5" } });
  });

  it("says why it refuses, without what could command a terminal", async () => {
    answer = '{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no \\u001b[31m block"}}';
    expect(await refusal())
      .instanceOf(EngineRpcError)
      .property("message")
      .contain("refuses block")
      .contain("no ")
      .not.contain("\u001b");
  });

  it("may answer anything", async () => {
    for (const text of ["", "no JSON", "5", "null", "[]", "{}", '{"result":null}']) {
      answer = text;
      expect(await refusal(), text).instanceOf(EngineRpcError);
    }
  });

  it("may be away", async () => {
    const nobody = await ask("127.0.0.1:1", "status").catch((error: unknown) => error);
    expect(nobody).instanceOf(EngineRpcError).property("message").contain("does not answer status");
  });
});
