/** The demonstration's program and transactions. */
import type { Program } from "../../verifier/program/build.ts";
import type { Transaction } from "../../verifier/program/transactions.ts";

export function demonstration(): Promise<{ program: Program; transactions: readonly Transaction[] }> {
  throw new Error("no demonstration");
}
