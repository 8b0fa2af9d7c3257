/** The embedded chain: Hardhat's own node in this process, whose clock can be moved on. */
// Declares what the plugins of hardhat.config.ts add to a connection: `ignition`.
import type {} from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { custom } from "viem";
import { Chain } from "../chain/chain.ts";

/** A fresh chain with funded, unlocked accounts. */
export interface EmbeddedChain {
  readonly chain: Chain;
  /** Addresses of the funded accounts, lower-case. */
  readonly accounts: readonly `0x${string}`[];
  /** The connection that Ignition deploys through. */
  readonly connection: Connection;
  /** Moves the clock on and mines a block. */
  advance(seconds: number): Promise<void>;
  close(): Promise<void>;
}

type Connection = Awaited<ReturnType<HardhatRuntimeEnvironment["network"]["create"]>>;

/**
 * Starts a chain, for which the contracts are built if they are not yet. It ends with the process,
 * or by `close`.
 */
export async function startEmbeddedChain(): Promise<EmbeddedChain> {
  const { default: hre } = await import("hardhat");
  await hre.tasks.getTask("built").run();
  const connection = await hre.network.create();
  const { provider } = connection;
  const request = (args: { method: string; params?: readonly unknown[] | object }): Promise<unknown> =>
    provider.request({ method: args.method, ...(Array.isArray(args.params) ? { params: args.params } : {}) });
  const accounts = (await request({ method: "eth_accounts" })) as `0x${string}`[];
  return {
    chain: new Chain(custom({ request }, { retryCount: 0 })),
    accounts: accounts.map((account) => account.toLowerCase() as `0x${string}`),
    connection,
    async advance(seconds) {
      await request({ method: "evm_increaseTime", params: [seconds] });
      await request({ method: "evm_mine", params: [] });
    },
    close: () => connection.close(),
  };
}
