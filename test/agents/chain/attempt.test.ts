import { expect } from "chai";
import { http } from "viem";
import { attempt } from "../../../agents/chain/attempt.ts";
import { Chain } from "../../../agents/chain/chain.ts";
import { startAnvil } from "../../support/nodes.ts";
import { LATER, OTHER, wish } from "./sender/sender-world.ts";

describe("attempt on anvil", () => {
  it("is too early, not refused, in the second of the block that it needs", async () => {
    const node = await startAnvil();
    try {
      const chain = new Chain(http(node.url));
      await node.request("anvil_setCode", [OTHER, LATER]);
      // As if the clock stood still: what is pending has the time of the head.
      const now = await chain.now();
      await node.request("anvil_setBlockTimestampInterval", [0]);
      await node.request("evm_mine");
      const { call, from } = wish(await chain.now(), { to: OTHER });
      expect(await chain.now()).to.equal(now);
      expect(await attempt(chain, from, call)).to.be.false;
      await node.request("anvil_setBlockTimestampInterval", [1]);
      await node.request("evm_mine");
      expect(await attempt(chain, from, call)).to.be.true;
    } finally {
      await node.close();
    }
  });
});
