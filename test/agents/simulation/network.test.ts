import { expect } from "chai";
import { type Hex, numberToHex, parseGwei } from "viem";
import { localTestAccount } from "../../../agents/chain/accounts/local-test.ts";
import type { Signer } from "../../../agents/chain/accounts/signer.ts";
import { Network } from "../../../agents/simulation/network.ts";
import { PLACES, World } from "../../../agents/simulation/world.ts";

const CHAIN_ID = 31_337;
const BASE_FEE = parseGwei("1");

describe("a network whose every block is decided", () => {
  let world: World;
  let network: Network;
  let signer: Signer;
  before(async () => {
    world = await World.start();
    signer = localTestAccount(PLACES.validator, CHAIN_ID);
  });
  after(() => world.close());
  beforeEach(async () => {
    await world.reset();
    network = new Network(world.ask, BASE_FEE);
  });

  const transfer = (nonce: number, gwei: string, value = 1n): Promise<Hex> =>
    signer.signTransaction({
      ...{ type: "eip1559", chainId: CHAIN_ID, nonce, gas: 21_000n, to: signer.address, value },
      ...{ maxFeePerGas: parseGwei(gwei), maxPriorityFeePerGas: parseGwei(gwei) / 10n },
    } as const);
  const send = async (raw: Hex): Promise<Hex> => (await network.request("eth_sendRawTransaction", [raw])) as Hex;
  const mine = (leavesOut = false): Promise<void> =>
    network.mine({ seconds: 12, unsigned: [], first: true, leavesOut: () => leavesOut });
  const nonceAt = async (tag: string): Promise<number> =>
    Number(await network.request("eth_getTransactionCount", [signer.address, tag]));
  const head = async (): Promise<{ hash: Hex; number: number; timestamp: number }> => {
    const block = (await network.request("eth_getBlockByNumber", ["latest", false])) as Record<string, Hex>;
    return { hash: block["hash"] ?? "0x", number: Number(block["number"]), timestamp: Number(block["timestamp"]) };
  };
  const refusal = async (raw: Hex): Promise<string> =>
    send(raw).then(
      () => "",
      (error: unknown) => (error as Error).message,
    );

  it("mines what the base fee allows, each account's transactions in their order", async () => {
    await send(await transfer(1, "9"));
    await mine();
    expect(await nonceAt("latest")).equal(0);
    await send(await transfer(0, "9"));
    expect([await nonceAt("latest"), await nonceAt("pending")]).deep.equal([0, 2]);
    await mine();
    expect([await nonceAt("latest"), network.pool.size]).deep.equal([2, 0]);
  });

  it("replaces a transaction by one that offers a tenth more, and by no other", async () => {
    const first = await send(await transfer(0, "10"));
    expect(await refusal(await transfer(0, "10.5", 2n))).match(/underpriced/);
    expect(await refusal(await transfer(0, "10"))).match(/already known/);
    const second = await send(await transfer(0, "11", 2n));
    expect(await network.request("eth_getTransactionByHash", [first])).equal(null);
    await mine();
    expect(await network.request("eth_getTransactionReceipt", [second])).include({ status: "0x1" });
    expect(await refusal(await transfer(0, "20"))).match(/nonce too low/);
  });

  it("leaves out what is censored, and what the base fee has overtaken on its way up", async () => {
    await send(await transfer(0, "1.5"));
    await mine(true);
    expect(await nonceAt("latest")).equal(0);
    network.targetFee = 10n * BASE_FEE;
    for (let block = 0; block < 25; block++) await mine(block < 8);
    expect(await nonceAt("latest")).equal(0);
    network.targetFee = BASE_FEE;
    for (let block = 0; block < 25; block++) await mine();
    expect(await nonceAt("latest")).equal(1);
  });

  it("replaces blocks by as many others, with or without what was in them", async () => {
    network.settle();
    const before = await head();
    await send(await transfer(0, "9"));
    await mine();
    await mine();
    const old = await head();
    await network.reorganise(
      2,
      () => false,
      () => false,
    );
    const fresh = await head();
    expect(fresh.number).equal(old.number);
    expect(fresh.hash).not.equal(old.hash);
    expect(fresh.timestamp).greaterThan(old.timestamp);
    expect([await nonceAt("latest"), await nonceAt("pending")]).deep.equal([0, 1]);
    await network.reorganise(
      2,
      () => false,
      () => true,
    );
    expect(await nonceAt("latest")).equal(1);
    await network.reorganise(
      5,
      () => true,
      () => true,
    );
    expect([await nonceAt("latest"), await nonceAt("pending")]).deep.equal([0, 0]);
    // No further back than where the play has begun.
    expect((await head()).number).equal(before.number + 2);
  });

  it("calls safe and final what is 32 and 64 blocks old", async () => {
    for (let block = 0; block < 70; block++) await mine();
    const { number } = await head();
    for (const [tag, depth] of [
      ["safe", 32],
      ["finalized", 64],
    ] as const) {
      const block = (await network.request("eth_getBlockByNumber", [tag, false])) as { number: Hex };
      expect(block.number).equal(numberToHex(number - depth));
    }
  });
});
