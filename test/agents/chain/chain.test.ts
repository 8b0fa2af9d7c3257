/** Sending to a node that mines on demand, not at once, and then no further block. */
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { custom, type Hex } from "viem";
import { Chain, type Sent } from "../../../agents/chain/chain.ts";
import { Problem } from "../../../verifier/errors.ts";

const HASH: Hex = `0x${"17".repeat(32)}`;
const BLOCK: Hex = `0x${"b1".repeat(32)}`;
const FROM: Hex = `0x${"f0".repeat(20)}`;
const TO: Hex = `0x${"70".repeat(20)}`;

const ABI = [{ type: "function", name: "poke", inputs: [], outputs: [], stateMutability: "nonpayable" }] as const;

const TRANSACTION = {
  ...{ hash: HASH, from: FROM, to: TO, input: "0x", value: "0x0", nonce: "0x0", gas: "0x5208", gasPrice: "0x1" },
  ...{ blockHash: BLOCK, blockNumber: "0x7", transactionIndex: "0x0", type: "0x0", r: "0x1", s: "0x1", v: "0x1b" },
};

const RECEIPT = {
  ...{ transactionHash: HASH, transactionIndex: "0x0", blockHash: BLOCK, blockNumber: "0x7", from: FROM, to: TO },
  ...{ cumulativeGasUsed: "0x5208", gasUsed: "0x5208", effectiveGasPrice: "0x1", contractAddress: null },
  ...{ logs: [], logsBloom: `0x${"00".repeat(256)}`, status: "0x1", type: "0x0" },
};

/** Milliseconds until the transaction is mined, and those that it takes to read a block. */
const MINED_MS = 20;
const BLOCK_MS = 100;

/** A node that mines the transaction a little later, and no block after it. It is slow to show blocks. */
function nodeOf(mines: boolean): Parameters<typeof custom>[0] {
  let isMined = false;
  const mined = async (): Promise<void> => {
    await setTimeout(MINED_MS);
    isMined = mines;
  };
  const answers: Readonly<Record<string, () => unknown>> = {
    eth_call: () => "0x",
    eth_sendTransaction() {
      void mined();
      return HASH;
    },
    eth_blockNumber: () => (isMined ? "0x7" : "0x6"),
    eth_getTransactionByHash: () => (isMined ? TRANSACTION : { ...TRANSACTION, blockHash: null, blockNumber: null }),
    async eth_getBlockByNumber() {
      await setTimeout(BLOCK_MS);
      return { hash: BLOCK, number: "0x6", timestamp: "0x1", transactions: [] };
    },
    eth_getTransactionReceipt: () => (isMined ? RECEIPT : null),
  };
  return {
    async request({ method }: { method: string }): Promise<unknown> {
      const answer = answers[method];
      if (answer === undefined) throw new Error(`no ${method}`);
      return answer();
    },
  };
}

const poke = (chain: Chain): Promise<Sent> =>
  chain.send(FROM, { label: "poke", to: TO, abi: ABI, functionName: "poke", args: [] });

/** The same, of which the pending block allows the call at once, and the latest one when asked `after` times. */
function laterNode(after: number): { node: ReturnType<typeof nodeOf>; asked: string[] } {
  const plain = nodeOf(true);
  const asked: string[] = [];
  const request = async ({ method, params }: { method: string; params: unknown }): Promise<unknown> => {
    if (method !== "eth_call") return plain.request({ method, params });
    const [, block] = params as readonly [unknown, string];
    asked.push(block);
    if (block === "pending" || asked.filter((one) => one === "latest").length > after) return "0x";
    throw Object.assign(new Error("execution reverted"), { code: 3, data: "0x" });
  };
  return { node: { request }, asked };
}

describe("Chain.send", function () {
  this.timeout(5_000);

  it("waits for a later block where one is wanted, and relies on nothing that is pending", async () => {
    const { node, asked } = laterNode(3);
    await poke(new Chain(custom(node, { retryCount: 0 }), { pollingInterval: 5, laterBlock: 4_000 }));
    expect(asked).deep.equal([...Array.from({ length: 3 }, () => ["latest", "pending"]).flat(), "latest"]);
  });

  it("sends at once what a later block allows where blocks are mined on demand", async () => {
    const { node, asked } = laterNode(Infinity);
    await poke(new Chain(custom(node, { retryCount: 0 }), { pollingInterval: 5 }));
    expect(asked).deep.equal(["latest", "pending"]);
  });

  it("has its receipt although no other block comes", async () => {
    const sent = await poke(new Chain(custom(nodeOf(true)), { pollingInterval: 5 }));
    expect(sent).include({ hash: HASH, gas: 21_000n, block: 7n });
  });

  it("tells which transaction has no receipt in time", async () => {
    const failure = await poke(new Chain(custom(nodeOf(false)), { pollingInterval: 5, patience: 40 })).catch(
      (error: unknown) => error,
    );
    expect(failure).instanceOf(Problem);
    expect(String(failure)).contain(`poke: ${HASH} was not mined in 40 ms`);
  });
});
