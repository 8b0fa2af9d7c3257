/** The accounts of local nodes, whose keys everybody knows: anvil's, Hardhat's. */
import { mnemonicToAccount } from "viem/accounts";
import { Problem } from "../../../verifier/errors.ts";
import type { Signer } from "./signer.ts";

const MNEMONIC = "test test test test test test test test test test test junk";

/** Chains that local nodes make. */
const LOCAL: ReadonlySet<number> = new Set([1337, 31337]);

/** Whether a chain is a local node's, by its id: it replaces no block by itself. */
export function isLocalChain(chainId: number): boolean {
  return LOCAL.has(chainId);
}

/** One of the accounts, from 0. Throws a `Problem` on a chain where somebody could rob it. */
export function localTestAccount(index: number, chainId: number): Signer {
  if (!isLocalChain(chainId)) {
    throw new Problem(`everybody has the keys of local test accounts, and chain ${chainId} is not local`, {
      hint: "make a key with keys new",
    });
  }
  const { address, signTransaction } = mnemonicToAccount(MNEMONIC, { addressIndex: index });
  return { address, signTransaction };
}
