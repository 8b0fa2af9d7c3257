/** The demonstration: a ledger, written in AssemblyScript, and a day of its customers. */
import { guest } from "../../test/programs/build.ts";
import { ledgerTransactions } from "../../test/programs/ledger/transactions.ts";
import { buildProgram, type Program } from "../../verifier/program/build.ts";
import type { Transaction } from "../../verifier/program/transactions.ts";

/** Builds the ledger, if it is not built, and gives its transactions. */
export async function demonstration(): Promise<{ program: Program; transactions: readonly Transaction[] }> {
  const program = buildProgram([{ name: "ledger", bytes: await guest("ledger") }], { convention: "payload" });
  return { program, transactions: ledgerTransactions() };
}
