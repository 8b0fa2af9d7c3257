/**
 * The demonstrations of `npm start`: programs that come with the project, each with a day of its
 * customers.
 */
import { guest } from "../../examples/build.ts";
import { ClangError } from "../../examples/clang.ts";
import { ledgerTransactions } from "../../examples/ledger/transactions.ts";
import { shopQuestion, shopTransactions } from "../../examples/database/shop.ts";
import { sqliteGuest } from "../../examples/database/build.ts";
import { buildProgram, type Program } from "../../verifier/program/build.ts";
import type { Transaction } from "../../verifier/program/transactions.ts";
import { stderr } from "./channels.ts";
import { UserError } from "./failure.ts";
import { text } from "./printable.ts";

/** What `npm start` plays. */
export interface Demonstration {
  readonly program: Program;
  readonly transactions: readonly Transaction[];
  /** Index of the transaction about whose answer the liar lies; undefined for a lie deep inside. */
  readonly lieAbout?: number;
}

/** Names of the demonstrations, the default first. */
export const GUESTS = ["sqlite", "ledger"] as const;

/** One of {@link GUESTS}. */
export type Guest = (typeof GUESTS)[number];

/** Builds a demonstration's program, if it is not built, and gives its transactions. */
export async function demonstration(name: Guest): Promise<Demonstration> {
  return name === "sqlite" ? shop() : ledger();
}

/** A shop's database: SQLite, compiled from C, and a day of SQL. */
async function shop(): Promise<Demonstration> {
  const program = buildProgram([{ name: "sqlite", bytes: await compiled() }], { convention: "payload" });
  const transactions = shopTransactions();
  return { program, transactions, lieAbout: shopQuestion(transactions.length) };
}

/** A ledger, written in AssemblyScript. */
async function ledger(): Promise<Demonstration> {
  const program = buildProgram([{ name: "ledger", bytes: await guest("ledger") }], { convention: "payload" });
  return { program, transactions: ledgerTransactions() };
}

/** Milliseconds between two lines that say that the compiler is still at work. */
const PATIENCE = 15_000;

/** SQLite; while it is compiled, stderr tells. */
async function compiled(): Promise<Uint8Array> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await sqliteGuest(() => {
      stderr.line(text`Compiling SQLite with clang (one to two minutes, once).`);
      const begun = performance.now();
      timer = setInterval(() => {
        stderr.line(text`  clang is at work, ${Math.round((performance.now() - begun) / 1000)} s`);
      }, PATIENCE);
    });
  } catch (error) {
    if (error instanceof ClangError) throw new UserError(error.message, { cause: error });
    throw error;
  } finally {
    clearInterval(timer);
  }
}
