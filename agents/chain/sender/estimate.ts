/**
 * Whether a call would succeed, and with what gas: asked before it is signed. One endpoint guesses
 * the gas; whether it is enough decides about money, and is asked as an `eth_call`, on which a
 * quorum of endpoints agrees.
 */
import {
  type Address,
  type BlockNumber,
  encodeFunctionData,
  type Hex,
  hexToBigInt,
  numberToHex,
  type PublicClient,
} from "viem";
import type { Call } from "../call.ts";
import { simulate } from "../simulate.ts";

/** A call that would succeed. */
export interface Estimate {
  readonly data: Hex;
  /** With a reserve. */
  readonly gas: bigint;
}

/** How calls are tried. */
export interface Trial {
  readonly reader: PublicClient;
  readonly from: Address;
  /** The state that they are tried on; `pending` only to see what a later timestamp changes. */
  readonly at: BlockNumber | "pending";
  /** From what was used to what is asked for. */
  readonly withReserve: (used: bigint) => bigint;
  /** The most gas of a transaction. */
  readonly limit: bigint;
}

/** Tries a call. Throws `CallRefused` if it would revert with all the gas that there is. */
export async function estimate(trial: Trial, call: Call): Promise<Estimate> {
  const { withReserve, limit } = trial;
  const data = encodeFunctionData({ abi: call.abi, functionName: call.functionName, args: call.args });
  const used = await guess(trial, call, data);
  if (used !== undefined) {
    const gas = withReserve(used);
    if (await succeeds(trial, call, gas)) return { data, gas };
  }
  await tried(trial, call, limit);
  return { data, gas: limit };
}

async function guess({ reader, from, at }: Trial, { to, value = 0n }: Call, data: Hex): Promise<bigint | undefined> {
  const block = at === "pending" ? at : numberToHex(at);
  try {
    const transaction = { from, to, data, value: numberToHex(value) };
    return hexToBigInt(await reader.request({ method: "eth_estimateGas", params: [transaction, block] }));
  } catch {
    // The call itself says why, if it is the contract that refuses.
    return undefined;
  }
}

async function succeeds(trial: Trial, call: Call, gas: bigint): Promise<boolean> {
  try {
    await tried(trial, call, gas);
    return true;
  } catch {
    return false;
  }
}

function tried({ reader, from, at }: Trial, call: Call, gas: bigint): Promise<void> {
  return simulate(reader, from, call, at === "pending" ? { blockTag: at, gas } : { blockNumber: at, gas });
}
