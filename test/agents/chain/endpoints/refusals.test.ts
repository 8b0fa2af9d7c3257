import { expect } from "chai";
import { meaningOf } from "../../../../agents/chain/endpoints/refusals.ts";

const WIDE: readonly (readonly [provider: string, code: number, message: string, admits?: bigint])[] = [
  [
    "Alchemy, free",
    -32_600,
    "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. Based on your parameters, this block range should work: [0x1, 0xa]. Upgrade to PAYG for expanded block range.",
    10n,
  ],
  ["QuickNode", -32_614, "eth_getLogs is limited to a 10,000 range", 10_000n],
  ["LlamaRPC", -32_602, "eth_getLogs range is too large, max is 1k blocks", 1_000n],
  ["dRPC", 35, "ranges over 10000 blocks are not supported on freetier", 10_000n],
  ["PublicNode", -32_701, "exceed maximum block range: 50000", 50_000n],
  ["Cloudflare", -32_047, "Invalid eth_getLogs request. 'fromBlock'-'toBlock' range too large. Max range: 800", 800n],
  ["Ankr", -32_062, "block range is too wide"],
  ["Chainstack", -32_602, "Block range limit exceeded. See more details at the docs."],
  ["BNB Chain", -32_005, "limit exceeded"],
  ["reth", -32_602, "query exceeds max block range 100000"],
  ["Besu", -32_000, "Requested range exceeds maximum range limit"],
];

const CROWDED: readonly (readonly [string, number, string])[] = [
  ["Infura", -32_005, "query returned more than 10000 results. Try with this block range [0x1, 0x2]."],
  ["Alchemy", -32_602, "Log response size exceeded. You can request any block range with a cap of 10K logs."],
  ["reth", -32_602, "query exceeds max results 20000, retry with the range 1-20"],
  ["geth", -32_000, "query timeout exceeded"],
];

const RATE: readonly (readonly [string, number, string])[] = [
  ["Infura", -32_005, "daily request count exceeded, request rate limited"],
  ["QuickNode", -32_007, "50/second request limit reached - reduce calls per second or upgrade your account"],
  ["Alchemy", 429, "Your app has exceeded its compute units per second capacity."],
  ["Ankr", -32_029, "Too many requests"],
];

const NO_BLOCK: readonly (readonly [string, number, string])[] = [
  ["geth", -32_000, "unknown block"],
  ["geth", -32_000, "header not found"],
  ["geth", -32_602, "block range extends beyond current head block"],
  ["Erigon", -32_000, "block 0x12 not found"],
  ["Nethermind", -32_001, "Unable to find block"],
  ["anvil", -32_602, "BlockOutOfRangeError: block height is 5 but requested was 9"],
];

describe("what a provider's error means", () => {
  for (const [provider, code, message, admits] of WIDE)
    it(`${provider}: a range is too wide`, () => {
      expect(meaningOf({ code, message }, 20_000n)).deep.include({ kind: "too wide" });
      if (admits !== undefined) expect(meaningOf({ code, message }, 20_000n)).property("admits", admits);
    });

  for (const [provider, code, message] of CROWDED)
    it(`${provider}: a range has too many logs`, () =>
      expect(meaningOf({ code, message }, 20n)).deep.include({ kind: "too wide", crowded: true }));

  for (const [provider, code, message] of RATE)
    it(`${provider}: too many requests, also of logs`, () => {
      expect(meaningOf({ code, message }, 20_000n)).deep.equal({ kind: "rate limit" });
      expect(meaningOf({ code, message }, undefined)).deep.equal({ kind: "rate limit" });
    });

  for (const [client, code, message] of NO_BLOCK)
    it(`${client}: it does not have the block (${message})`, () => {
      expect(meaningOf({ code, message }, undefined)).deep.equal({ kind: "no such block" });
      expect(meaningOf({ code, message }, 20_000n)).deep.equal({ kind: "no such block" });
    });

  it("takes -32005 without a reason for a rate limit where nothing can be made narrower", () => {
    expect(meaningOf({ code: -32_005, message: "limit exceeded" }, 1n)).deep.equal({ kind: "rate limit" });
    expect(meaningOf({ code: -32_005, message: "limit exceeded" }, undefined)).deep.equal({ kind: "rate limit" });
  });

  it("leaves answers alone: reverts and wrong parameters", () => {
    expect(meaningOf({ code: 3, message: "execution reverted: too many requests" }, undefined)).equal(undefined);
    expect(meaningOf({ code: -32_000, message: "daily limit", data: "0x08c379a0" }, undefined)).equal(undefined);
    expect(meaningOf({ code: -32_602, message: "invalid argument 0" }, undefined)).equal(undefined);
    expect(meaningOf({ code: -32_000, message: "nonce too low" }, undefined)).equal(undefined);
  });
});
