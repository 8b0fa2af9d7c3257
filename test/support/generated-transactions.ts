/** Transactions that call what a generated module exports, on terms of any kind. */
import fc from "fast-check";
import { buildProgram, type Program } from "../../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload, type Transaction } from "../../verifier/program/transactions.ts";
import { initialState, load } from "../../verifier/state/program.ts";
import { type GeneratedModule, moduleArbitrary } from "./generate-module.ts";

/** Fuel and keep of each transaction; they repeat themselves. */
export type Terms = readonly Pick<Transaction, "fuel" | "keep">[];

/** Some of them run out of fuel. */
export const anyTerms: fc.Arbitrary<Terms> = fc.array(
  fc.record({ fuel: fc.oneof(fc.bigInt(0n, 3000n), fc.constant(1_000_000n)), keep: fc.boolean() }),
  { minLength: 1, maxLength: 4 },
);

/** Steps that a fragment of them may take; sometimes too few. */
export const anyBudget: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 1, arbitrary: fc.bigInt(0n, 4000n) },
  { weight: 4, arbitrary: fc.constant(5_000_000n) },
);

/** A module and terms for its calls. */
export const generatedCase = { generated: moduleArbitrary(1500, false), terms: anyTerms };

/** A typed program of a generated module, its transactions, and the state in which they begin. */
export function generatedRun(generated: GeneratedModule, terms: Terms, budget: bigint) {
  const program = buildProgram([{ name: "guest", bytes: generated.bytes }], {
    convention: "typed",
    limits: { slotLimit: 600, tableCapacity: 4096 },
  });
  const transactions = generatedTransactions(program, generated, terms);
  return { transactions, first: load(initialState(program.image), encodeTransactions(transactions), budget) };
}

/** Numbers of steps from pause to pause: short ones, and others of at most `most`. */
export function anyGaps(...most: number[]): fc.Arbitrary<number[]> {
  const lengths = [9, ...most].map((max) => fc.integer({ min: 1, max }));
  return fc.array(fc.oneof(...lengths), { minLength: 1, maxLength: 20 });
}

/** The module's calls, one transaction each. */
export function generatedTransactions(program: Program, { calls }: GeneratedModule, terms: Terms): Transaction[] {
  return calls.map(({ name, args }, i) => {
    const number = program.exports.findIndex((e) => e.name === name);
    return { fuel: 1_000_000n, keep: true, ...terms[i % terms.length], payload: encodeTypedPayload(number, args) };
  });
}
