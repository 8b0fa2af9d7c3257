/**
 * The errors that contracts give, by name: a call may be refused by a contract after the one that
 * is called.
 */
import type { Abi, ContractErrorName } from "viem";
import { arbiterAbi } from "../../contracts/abi/Arbiter.ts";
import { dealAbi } from "../../contracts/abi/Deal.ts";
import { depositsAbi } from "../../contracts/abi/Deposits.ts";
import { stepVerifierAbi } from "../../contracts/abi/StepVerifier.ts";
import { tournamentAbi } from "../../contracts/abi/Tournament.ts";

const CONTRACTS = [stepVerifierAbi, tournamentAbi, arbiterAbi, depositsAbi, dealAbi] as const;

/** Name of an error of any of the contracts. */
export type ContractError = ContractErrorName<(typeof CONTRACTS)[number]>;

type AbiError = Extract<Abi[number], { type: "error" }>;

/** Every error of every contract. */
export const errorAbi: readonly AbiError[] = CONTRACTS.flatMap((abi: Abi) =>
  abi.filter((item) => item.type === "error"),
);

const NAMES: ReadonlySet<string> = new Set(errorAbi.map(({ name }) => name));

/** Whether a contract has an error of this name. */
export function isContractError(name: string): name is ContractError {
  return NAMES.has(name);
}
