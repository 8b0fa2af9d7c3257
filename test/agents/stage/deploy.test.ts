import { expect } from "chai";
import type { Hex } from "viem";
import { arbiterBytecode } from "../../../contracts/abi/Arbiter.bytecode.ts";
import { deploy } from "../../../agents/stage/deploy.ts";
import { type EmbeddedChain, startEmbeddedChain } from "../../../agents/stage/embedded.ts";

describe("the contracts on the embedded chain", () => {
  let embedded: EmbeddedChain;

  before(async () => {
    embedded = await startEmbeddedChain();
  });
  after(() => embedded.close());

  it("are the committed ones, which nobody has to compile, and no part of the play", async () => {
    const { chain, backstage } = embedded;
    const [seen, created]: [string[], Hex[]] = [[], []];
    chain.observe(({ label }) => seen.push(label));
    backstage.observe(({ label }) => seen.push(`backstage: ${label}`));
    const { tournament, verifier, deposits, tournaments } = await deploy(embedded, [9, 6]);
    expect(seen).deep.equal(
      ["Integers", "Floats", "StepVerifier", "Arbiter", "Deposits"].map((name) => `backstage: deploy ${name}`),
    );
    expect(tournaments.params.heights).deep.equal([9, 6]);
    for (const address of [tournament, verifier, deposits]) {
      expect(await chain.reader.getCode({ address })).match(/^0x(..){100}/);
    }
    const last = await chain.reader.getBlockNumber();
    for (let number = 1n; number <= last; number++) {
      const { transactions } = await chain.reader.getBlock({ blockNumber: number, includeTransactions: true });
      created.push(...transactions.map(({ input }) => input));
    }
    expect(created.some((input) => input.startsWith(arbiterBytecode))).equal(true);
  });
});
