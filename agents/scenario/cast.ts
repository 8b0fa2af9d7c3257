/** The parts of a Deal's play, each with an account of the embedded chain. */
import type { Hex } from "viem";
import { Crash } from "../../verifier/errors.ts";
import type { Parties } from "../stage/deal.ts";

/** Who plays. */
export interface Cast extends Parties {
  readonly validator: Hex;
  /** One of the workers. */
  readonly liar: Hex;
  /** By address, as reports call them. */
  readonly names: ReadonlyMap<Hex, string>;
}

/** Gives out the parts; the first account is that of whoever deployed the shared contracts. */
export function castOf(accounts: readonly Hex[]): Cast {
  const [, customer, sequencer, validator, first, second, third, fourth] = accounts;
  if (!customer || !sequencer || !validator || !first || !second || !third || !fourth) {
    throw new Crash(`the embedded chain has ${accounts.length} accounts; the play needs 8`);
  }
  const names = new Map<Hex, string>([
    [customer, "customer"],
    [sequencer, "sequencer"],
    [validator, "validator"],
    [first, "worker 1"],
    [second, "worker 2"],
    [third, "worker 3 (liar)"],
    [fourth, "worker 4"],
  ]);
  return { customer, sequencer, validator, workers: [first, second, third, fourth], liar: third, names };
}
