/** The embedded chain: Hardhat's own node in this process, whose clock can be moved on. */
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import { custom } from "viem";
import { Chain } from "../chain/chain.ts";

/** A fresh chain with funded, unlocked accounts. */
export interface EmbeddedChain {
  readonly chain: Chain;
  /** The same chain for what is no part of a play: nobody observes it. */
  readonly backstage: Chain;
  /** Addresses of the funded accounts, lower-case. */
  readonly accounts: readonly `0x${string}`[];
  readonly connection: Connection;
  /** Moves the clock on and mines a block. */
  advance(seconds: number): Promise<void>;
  close(): Promise<void>;
}

type Connection = Awaited<ReturnType<HardhatRuntimeEnvironment["network"]["create"]>>;

/** Starts a chain. It ends with the process, or by `close`. */
export async function startEmbeddedChain(): Promise<EmbeddedChain> {
  const { default: hre } = await import("hardhat");
  const connection = await hre.network.create();
  const { provider } = connection;
  const request = (args: { method: string; params?: readonly unknown[] | object }): Promise<unknown> =>
    provider.request({ method: args.method, ...(Array.isArray(args.params) ? { params: args.params } : {}) });
  const accounts = (await request({ method: "eth_accounts" })) as `0x${string}`[];
  const transport = custom({ request }, { retryCount: 0 });
  return {
    chain: new Chain(transport),
    backstage: new Chain(transport),
    accounts: accounts.map((account) => account.toLowerCase() as `0x${string}`),
    connection,
    async advance(seconds) {
      await request({ method: "evm_increaseTime", params: [seconds] });
      await request({ method: "evm_mine", params: [] });
    },
    close: () => connection.close(),
  };
}
