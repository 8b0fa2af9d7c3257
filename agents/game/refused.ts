import type { ContractErrorName } from "viem";
import { Problem } from "../../verifier/errors.ts";
import type { tournamentAbi } from "../../contracts/abi/Tournament.ts";

/**
 * Why the Tournament contract refuses a call: the names of its errors, and `WitnessWrong` for
 * whatever the step verifier throws.
 */
export type Reason = ContractErrorName<typeof tournamentAbi> | "WitnessWrong";

/** An action that the rules do not allow. */
export class Refused extends Problem {
  override readonly name = "Refused";
  readonly reason: Reason;

  constructor(reason: Reason, detail: string) {
    super(reason, { message: `${reason}: ${detail}`, place: detail });
    this.reason = reason;
  }
}
