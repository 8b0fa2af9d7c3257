/** The contracts that Deals share, in the order in which they are deployed. */
import { type Address, encodeDeployData, type Hex } from "viem";
import { arbiterAbi } from "../../contracts/abi/Arbiter.ts";
import { arbiterBytecode } from "../../contracts/abi/Arbiter.bytecode.ts";
import { depositsAbi } from "../../contracts/abi/Deposits.ts";
import { depositsBytecode } from "../../contracts/abi/Deposits.bytecode.ts";
import { floatsBytecode } from "../../contracts/abi/Floats.bytecode.ts";
import { integersBytecode } from "../../contracts/abi/Integers.bytecode.ts";
import { stepVerifierAbi } from "../../contracts/abi/StepVerifier.ts";
import { stepVerifierBytecode } from "../../contracts/abi/StepVerifier.bytecode.ts";
import { Crash } from "../../verifier/errors.ts";
import type { SharedParameters } from "./parameters.ts";

/** Names of the contracts, each after those that it needs. */
export const SHARED_CONTRACTS = ["Integers", "Floats", "StepVerifier", "Arbiter", "Deposits"] as const;

/** One of {@link SHARED_CONTRACTS}. */
export type SharedContract = (typeof SHARED_CONTRACTS)[number];

/** Where contracts that are there already lie. */
export type Addresses = Partial<Record<SharedContract, Address>>;

/**
 * Creation code with the constructor's arguments.
 * @param addresses - of the contracts before it
 */
export function creationCode(
  name: SharedContract,
  addresses: Addresses,
  { arbiter, coolingOff }: SharedParameters,
): Hex {
  const at = (needed: SharedContract): Address => {
    const address = addresses[needed];
    if (address === undefined) throw new Crash(`${name} comes after ${needed}`);
    return address;
  };
  switch (name) {
    case "Integers":
      return integersBytecode;
    case "Floats":
      return floatsBytecode;
    case "StepVerifier": {
      const args = [at("Integers"), at("Floats")] as const;
      return encodeDeployData({ abi: stepVerifierAbi, bytecode: stepVerifierBytecode, args });
    }
    case "Arbiter": {
      const params = { ...arbiter, period: BigInt(arbiter.period), grace: BigInt(arbiter.grace) };
      const args = [at("StepVerifier"), params] as const;
      return encodeDeployData({ abi: arbiterAbi, bytecode: arbiterBytecode, args });
    }
    case "Deposits":
      return encodeDeployData({ abi: depositsAbi, bytecode: depositsBytecode, args: [BigInt(coolingOff)] });
  }
}
