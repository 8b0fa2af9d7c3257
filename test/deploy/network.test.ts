import { expect } from "chai";
import { FaultyProxy } from "../support/faulty-proxy.ts";
import { lying } from "../support/faults.ts";
import { startAnvil, type TestNode } from "../support/nodes.ts";

describe("the networks of hardhat.config.ts", () => {
  let node: TestNode;
  let proxy: FaultyProxy;
  const before_ = { url: process.env["SEPOLIA_RPC_URL"], key: process.env["SEPOLIA_PRIVATE_KEY"] };

  before(async () => {
    node = await startAnvil();
    proxy = await FaultyProxy.start(node.url);
    process.env["SEPOLIA_RPC_URL"] = proxy.url;
    process.env["SEPOLIA_PRIVATE_KEY"] = `0x${"11".repeat(32)}`;
  });
  after(async () => {
    restore("SEPOLIA_RPC_URL", before_.url);
    restore("SEPOLIA_PRIVATE_KEY", before_.key);
    await proxy.close();
    await node.close();
  });

  it("sepolia refuses a node of another chain before anything is sent", async () => {
    const { default: hre } = await import("hardhat");
    const connection = await hre.network.create({ network: "sepolia" });
    try {
      const [to, data] = [`0x${"22".repeat(20)}`, "0x"];
      const sent = connection.provider.request({ method: "eth_sendTransaction", params: [{ to, data }] });
      const error = await sent.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(String(error)).match(/11155111.*31337|31337.*11155111/);
      expect(proxy.count("eth_sendRawTransaction") + proxy.count("eth_sendTransaction")).equal(0);
    } finally {
      await connection.close();
    }
  });

  it("sepolia takes one of its own", async () => {
    proxy.behave(lying("eth_chainId", () => "0xaa36a7"));
    const { default: hre } = await import("hardhat");
    const connection = await hre.network.create({ network: "sepolia" });
    try {
      expect(Number(await connection.provider.request({ method: "eth_blockNumber", params: [] }))).equal(0);
    } finally {
      await connection.close();
    }
  });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
}
