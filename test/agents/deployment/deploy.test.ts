import { expect } from "chai";
import { readFileSync, writeFileSync } from "node:fs";
import { type Address, http } from "viem";
import { Chain } from "../../../agents/chain/chain.ts";
import { deployShared, type Deployed } from "../../../agents/deployment/deploy.ts";
import { Journal } from "../../../agents/deployment/journal.ts";
import { sharedParameters, type SharedParameters } from "../../../agents/deployment/parameters.ts";
import { startAnvil, type TestNode } from "../../support/nodes.ts";
import { temporaryFolder } from "../cli/temporary-folder.ts";

const PARAMETERS = sharedParameters(
  readFileSync(new URL("../../../deploy/parameters/local.json", import.meta.url), "utf8"),
  "local",
);

const CHAIN_ID = 31_337;

/** A chain whose process is killed when so many contracts were sent, before or after the last is mined. */
class KilledChain extends Chain {
  #left: number;
  readonly #when: "before" | "after";

  constructor(url: string, left: number, when: "before" | "after") {
    super(http(url));
    this.#left = left;
    this.#when = when;
  }

  override async deploy(...args: Parameters<Chain["deploy"]>): Promise<Address> {
    this.#left -= 1;
    if (this.#left < 0 && this.#when === "before") throw new Error("killed");
    const address = await super.deploy(...args);
    if (this.#left < 0) throw new Error("killed");
    return address;
  }
}

describe("deploying, on a real node", () => {
  const folder = temporaryFolder();
  let node: TestNode;
  let from: Address;

  before(async () => {
    node = await startAnvil();
    [from] = (await node.request("eth_accounts")) as [Address];
  });
  after(() => node.close());

  const deploy = (file: string, chain = new Chain(http(node.url)), parameters = PARAMETERS): Promise<Deployed[]> =>
    deployShared({ chain, journal: new Journal(file, CHAIN_ID), from, parameters, onDeployed: () => undefined });

  it("deploys everything once, and finds it again", async () => {
    const file = folder.path("once.json");
    const first = await deploy(file);
    expect(first.map(({ name }) => name)).deep.equal([
      ...["Integers", "Floats", "StepVerifier", "Arbiter", "Tournament", "Deposits"],
    ]);
    const count = await node.request("eth_getTransactionCount", [from, "latest"]);
    const second = await deploy(file);
    expect(second).deep.equal(first.map((deployed) => ({ ...deployed, isOld: true })));
    expect(await node.request("eth_getTransactionCount", [from, "latest"])).equal(count);
  });

  it("goes on where it was killed, wherever that was, and sends nothing twice", async () => {
    for (const when of ["before", "after"] as const) {
      for (let sent = 0; sent < 5; sent++) {
        const file = folder.path(`killed-${when}-${sent}.json`);
        const before = Number(await node.request("eth_getTransactionCount", [from, "latest"]));
        const failure = await deploy(file, new KilledChain(node.url, sent, when)).catch((error: unknown) => error);
        expect(failure).instanceOf(Error);
        const all = await deploy(file);
        const made = sent + (when === "after" ? 1 : 0);
        expect(all.filter(({ isOld, name }) => isOld && name !== "Tournament")).length(made);
        expect(Number(await node.request("eth_getTransactionCount", [from, "latest"])) - before).equal(5);
      }
    }
  });

  it("refuses a file of other parameters, of another chain, or with other code at an address", async () => {
    const file = folder.path("refused.json");
    await deploy(file);
    const other: SharedParameters = { ...PARAMETERS, coolingOff: 1 };
    expect(await deploy(file, undefined, other).catch(String)).match(/the Deposits at 0x.* was deployed with other/);
    expect(() => new Journal(file, 1)).throw(/a deployment on chain 31337, not on 1$/);
    const content = JSON.parse(readFileSync(file, "utf8")) as { contracts: Record<string, { address: string }> };
    content.contracts["Floats"]!.address = content.contracts["Integers"]!.address;
    writeFileSync(file, JSON.stringify(content));
    expect(await deploy(file).catch(String)).match(/what lies at 0x.* is not the Floats of this version/);
    writeFileSync(file, "{}");
    expect(() => new Journal(file, 1)).throw(/is no file of a deployment$/);
  });
});
