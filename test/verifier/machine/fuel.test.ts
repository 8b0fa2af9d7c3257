/** Whatever a program does, a fragment halts after at most its budget and one more step. */
import { expect } from "chai";
import fc from "fast-check";
import { Op } from "../../../verifier/instructions/table.ts";
import { Status } from "../../../verifier/machine/codes.ts";
import { packWord } from "../../../verifier/machine/word.ts";
import { SEED } from "../seed.ts";
import { OPCODES, wordOf } from "./arbitrary-state.ts";
import { loadedState, runToHalt, word } from "./assemble.ts";

/**
 * Instructions that end or begin transactions, and branches, come up often: these move fuel around.
 */
const instruction = fc
  .oneof(
    fc.constantFrom(Op.commit, Op.leave, Op.br, Op.if),
    fc.constantFrom(...OPCODES.filter((op) => op !== Op.yield && op !== Op.finish && op !== Op.unreachable)),
  )
  .chain((op) => wordOf(op))
  .map((fields) => [packWord({ ...fields, top: Math.min(fields.top, 12), a: fields.a % 40 })]);
const push = fc
  .tuple(fc.integer({ min: 3, max: 12 }), fc.oneof(fc.bigInt(0n, 30n), fc.bigInt(0n, (1n << 64n) - 1n)))
  .map(([top, imm]) => [word(Op.i64Const, { top: top - 1, imm })]);
/** A checkpoint with its operands. */
const begin = fc
  .tuple(fc.bigInt(0n, 60n), fc.bigInt(0n, 1n))
  .map(([fuel, keep]) => [
    word(Op.i64Const, { top: 0, imm: fuel }),
    word(Op.i32Const, { top: 1, imm: keep }),
    word(Op.checkpoint, { top: 2 }),
  ]);

describe("fuel", () => {
  it("bounds every fragment by its budget plus one step", () => {
    let longest = 0;
    let transactions = 0;
    fc.assert(
      fc.property(
        fc.array(fc.oneof(push, instruction, begin), { minLength: 8, maxLength: 20, size: "max" }),
        fc.nat(300),
        (words, budget) => {
          const start = loadedState([...words.flat(), word(Op.br, { a: 1, b: 0 })], { budget: BigInt(budget) });
          const { state, steps } = runToHalt(start, budget + 2);
          expect(steps).to.be.at.most(budget + 1);
          longest = Math.max(longest, steps);
          if (state.registers.transactionFuel !== 0n) transactions++;
          expect(state.registers.fuel + state.registers.reserve).to.be.at.most(BigInt(budget));
        },
      ),
      { seed: SEED, numRuns: 600 },
    );
    // The property is about programs that run long and open transactions: some of these have to
    // come up.
    expect(longest).to.be.greaterThan(250);
    expect(transactions).to.be.greaterThan(100);
  });

  it("counts every step exactly, in and outside of transactions", () => {
    // Loops forever: opens a transaction with 20, spins in it until it ends, and begins again.
    const words = [
      word(Op.i64Const, { top: 0, imm: 20n }),
      word(Op.i32Const, { top: 1 }),
      word(Op.checkpoint, { top: 2 }),
      word(Op.outcome, { top: 0 }),
      word(Op.i64Const, { top: 1, imm: 1n << 32n }),
      word(0x54, { top: 2 }),
      word(Op.brIf, { top: 1, a: 4, b: 0 }),
      word(Op.br, { a: 1, b: 0 }),
    ];
    for (const budget of [0, 1, 7, 22, 23, 24, 25, 26, 500]) {
      const { state, steps } = runToHalt(loadedState(words, { budget: BigInt(budget) }));
      expect(steps, `budget ${budget}`).to.equal(budget + 1);
      expect(state.registers.status).to.equal(Status.trapped);
    }
  });
});
