import { expect } from "chai";
import type { ContractErrorName } from "viem";
import { type ContractError, isContractError } from "../../../agents/chain/contract-errors.ts";
import type { Reason } from "../../../agents/game/refused.ts";
import type { dealAbi } from "../../../contracts/abi/Deal.ts";

describe("names of the contracts' errors", () => {
  it("are types: a name that no contract has does not compile", () => {
    const known: ContractError[] = ["WindowOver", "ClockSpent", "NotEnoughFree", "WrongOpening"];
    // @ts-expect-error -- the contracts spell it WindowOver
    const unknown: ContractError = "WindowPassed";
    expect(known.every(isContractError)).equal(true);
    expect(isContractError(unknown)).equal(false);
  });

  it("belong to their contract", () => {
    const ofDeal: ContractErrorName<typeof dealAbi> = "WindowOver";
    // @ts-expect-error -- an error of Deal, not of Tournament
    const ofTournament: Reason = "WindowOver";
    expect(ofTournament).equal(ofDeal);
  });
});
