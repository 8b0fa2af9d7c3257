/** Executes one step on chain, in a transaction of its own. */
import type { Abi, Address, Hex } from "viem";
import { stepVerifierAbi } from "../../contracts/abi/StepVerifier.ts";
import type { Chain } from "../chain/chain.ts";

/** What the chain says of a step. */
export interface StepOnChain {
  /** Root of the next state. */
  readonly onchain: Hex;
  /** Gas of the whole transaction. */
  readonly gas: bigint;
  readonly calldataBytes: number;
}

/**
 * Has `StepVerifier` execute the step that a witness opens. Throws `CallRefused` for a witness that
 * does not open the state.
 */
export async function verifyOnChain(
  chain: Chain,
  from: Address,
  verifier: Address,
  pre: Hex,
  witness: Hex,
): Promise<StepOnChain> {
  const call = { to: verifier, abi: stepVerifierAbi as Abi, functionName: "step", args: [pre, witness] };
  const { gas, calldataBytes } = await chain.send(from, { label: "step", ...call });
  const onchain = await chain.reader.readContract({
    address: verifier,
    abi: stepVerifierAbi,
    functionName: "step",
    args: [pre, witness],
  });
  return { onchain, gas, calldataBytes };
}
