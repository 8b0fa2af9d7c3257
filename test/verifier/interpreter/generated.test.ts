/** Generated modules: the interpreter agrees with the reference at random pauses, however their transactions end. */
import fc from "fast-check";
import { buildProgram } from "../../../verifier/program/build.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import { type GeneratedModule, moduleArbitrary } from "../../programs/generate-module.ts";
import { SEED } from "../seed.ts";
import { expectAgreement } from "./agree.ts";

const RUNS = Number(process.env["FUZZ_RUNS"] ?? 60);

interface Run {
  readonly generated: GeneratedModule;
  /** Fuel and keep of each transaction; they repeat themselves. */
  readonly terms: readonly { readonly fuel: bigint; readonly keep: boolean }[];
  readonly gaps: readonly number[];
  readonly budget: bigint;
}

const runs: fc.Arbitrary<Run> = fc.record({
  generated: moduleArbitrary(1500, false),
  terms: fc.array(fc.record({ fuel: fc.oneof(fc.bigInt(0n, 3000n), fc.constant(1_000_000n)), keep: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  }),
  gaps: fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 700 })), {
    minLength: 1,
    maxLength: 20,
  }),
  budget: fc.oneof({ weight: 1, arbitrary: fc.bigInt(0n, 4000n) }, { weight: 4, arbitrary: fc.constant(5_000_000n) }),
});

function check({ generated, terms, gaps, budget }: Run): void {
  const program = buildProgram([{ name: "guest", bytes: generated.bytes }], {
    convention: "typed",
    limits: { slotLimit: 600, tableCapacity: 4096 },
  });
  const transactions = generated.calls.map(({ name, args }, i) => {
    const payload = encodeTypedPayload(
      program.exports.findIndex((e) => e.name === name),
      args,
    );
    return { fuel: 1_000_000n, keep: true, ...terms[i % terms.length], payload };
  });
  const first = load(initialState(program.image), encodeTransactions(transactions), budget);
  const { end } = expectAgreement(first, gaps);
  if (end.registers.status === 1) {
    // The next fragment finds what the last one left.
    expectAgreement(load(end, encodeTransactions(transactions.slice(0, 1)), budget), [997]);
  }
}

describe("interpreter / generated modules", function () {
  this.timeout(300_000);

  it(`agrees with the reference on ${RUNS} modules`, () => {
    fc.assert(fc.property(runs, check), { seed: SEED, numRuns: RUNS });
  });
});
