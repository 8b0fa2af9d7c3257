/** The terms of a Deal as a command sends them. */
import { type Address, zeroAddress } from "viem";
import type { Program } from "../../verifier/program/build.ts";
import type { Terms } from "../chain/deal-facts.ts";
import { programTerms } from "../chain/program-terms.ts";
import type { TermsFile } from "../deployment/parameters.ts";

/** What the file leaves open. */
export interface Surroundings {
  readonly arbiter: Address;
  readonly deposits: Address;
  /** Customer and sequencer, where the file names none. */
  readonly self: Address;
  readonly program: Program;
}

/** `IDeal.Terms`. */
export function termsOf(file: TermsFile, { arbiter, deposits, self, program }: Surroundings): Terms {
  return {
    ...{ arbiter, deposits, program: programTerms(program) },
    customer: file.customer ?? self,
    sequencer: file.sequencer ?? self,
    budget: file.budget,
    collateralToken: file.collateralToken ?? zeroAddress,
    collateral: file.collateral,
    paymentToken: file.paymentToken ?? zeroAddress,
    price: file.price,
    reporterShare: file.reporterShare,
    maxWorkers: file.maxWorkers,
    maxPending: file.maxPending,
    maxPendingSteps: file.maxPendingSteps,
    maxInput: file.maxInput,
    notice: file.notice,
  };
}
