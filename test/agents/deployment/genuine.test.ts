import { expect } from "chai";
import { type Address, http } from "viem";
import { Chain } from "../../../agents/chain/chain.ts";
import { type DealFacts, readDeal } from "../../../agents/chain/deal-facts.ts";
import { expectedOf, requireGenuine } from "../../../agents/deployment/genuine.ts";
import { buildProgram } from "../../../verifier/program/build.ts";
import { startAnvil, type TestNode } from "../../support/nodes.ts";
import { temporaryFolder } from "../cli/temporary-folder.ts";
import { assemble, SUMS } from "../guests.ts";
import { DealWorld } from "../replay/deal-world.ts";

describe("the contracts of a Deal", () => {
  const folder = temporaryFolder();
  let node: TestNode;
  let chain: Chain;
  let facts: DealFacts;

  before(async () => {
    node = await startAnvil();
    const program = buildProgram([{ name: "guest", bytes: await assemble(SUMS) }], { convention: "typed" });
    const world = await DealWorld.on(node, folder, program, []);
    chain = new Chain(http(node.url));
    facts = await readDeal(chain, world.deal.address);
  });
  after(() => node.close());

  it("are those of this version", async () => {
    await requireGenuine(chain.reader, facts);
    expect((await expectedOf(chain.reader, facts)).map(({ name }) => name)).deep.equal([
      ...["Integers", "Floats", "StepVerifier", "Deposits", "Arbiter", "Tournament", "Deal"],
    ]);
  });

  it("are refused by name if one of them has another instruction", async () => {
    for (const { name, address } of await expectedOf(chain.reader, facts)) {
      const code = (await node.request("eth_getCode", [address, "latest"])) as string;
      const { length } = code;
      // In the metadata at its end, where it changes nothing else.
      const digit = code[length - 20] === "0" ? "1" : "0";
      await node.request("anvil_setCode", [address, code.slice(0, length - 20) + digit + code.slice(length - 19)]);
      const error = await requireGenuine(chain.reader, facts).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(String(error), name).contain(
        `what lies at ${address satisfies Address} is not the ${name} of this version`,
      );
      await node.request("anvil_setCode", [address, code]);
    }
    await requireGenuine(chain.reader, facts);
  });
});
