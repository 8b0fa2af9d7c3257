/**
 * Every numeric instruction on special values of both widths and families, against the reference's
 * arithmetic.
 */
import { expect } from "chai";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { compute } from "../../../verifier/machine/numeric.ts";
import { NUMERIC, type NumericShape, Op } from "../../../verifier/instructions/table.ts";
import { Status } from "../../../verifier/machine/codes.ts";
import { SEED } from "../seed.ts";
import { RandomBits, SPECIAL } from "../machine/float-operands.ts";
import { loadedState, word } from "../machine/assemble.ts";

const INTEGERS: readonly bigint[] = [
  ...[0n, 1n, 2n, 5n, 31n, 32n, 33n, 63n, 64n, 65n, 0x80n, 0x8000n, 0x1234_5678n, 0x7fff_ffffn, 0x8000_0000n],
  ...[0x8000_0001n, 0xffff_ff80n, 0xffff_ffffn, 0x1_0000_0000n, 0x1_0000_0001n, 0x9abc_def0_1234_5678n],
  ...[0x7fff_ffff_ffff_ffffn, 0x8000_0000_0000_0000n, 0x8000_0000_ffff_ffffn, 0xffff_ffff_0000_0000n],
  ...[0xffff_ffff_ffff_ff7fn, 0xffff_ffff_ffff_ffffn],
  // To f32 these round up, though by way of a double they would be ties.
  ...[(1n << 63n) + (1n << 39n) + 1n, (1n << 62n) + (1n << 38n) + 1n, -(1n << 62n) - (1n << 38n) - 1n],
].map((value) => BigInt.asUintN(64, value));

const LARGE = { codeDepth: 10, stackDepth: 8, slotLimit: 256 };

/** Programs hold so many instructions, with as many results on the stack. */
const BATCH = 200;

interface Case {
  readonly x: bigint;
  readonly y: bigint;
}

function casesOf(op: number, { operands, family, bits }: NumericShape): Case[] {
  const special = family === "integer" ? INTEGERS : [...SPECIAL[bits], ...(operands === 1 ? INTEGERS : [])];
  const pairs = special.flatMap((x) => (operands === 2 ? special : [0n]).map((y) => ({ x, y })));
  const random = new RandomBits(SEED + op);
  return [...pairs, ...Array.from({ length: 400 }, () => ({ x: random.operand(bits), y: random.operand(bits) }))];
}

const constant = (value: bigint, top: number): bigint => word(Op.i64Const, { top, imm: value });

/**
 * Runs the cases one after the other: all results, if none of them traps, else the code of the
 * first trap.
 */
function execute(op: number, operands: number, cases: readonly Case[]): bigint[] | number {
  const words = cases.flatMap(({ x, y }, i) => [
    constant(x, i),
    ...(operands === 2 ? [constant(y, i + 1)] : []),
    word(op, { top: i + operands }),
  ]);
  const end = [word(Op.yield, { top: cases.length }), word(Op.unreachable, { top: cases.length })];
  const interpreter = Interpreter.load(loadedState([...words, ...end], { header: LARGE }));
  interpreter.run(words.length + 1);
  expect(interpreter.stuck).to.equal(false);
  const { registers, stack } = interpreter.save();
  return registers.status === Status.yielded ? cases.map((_, i) => stack.get(i)) : registers.trapCode;
}

describe("interpreter / numeric instructions", () => {
  for (const [op, shape] of NUMERIC) {
    const { name, operands } = shape;
    it(name, () => {
      const expected = casesOf(op, shape).map((c) => ({ c, ...compute(op, c.x, c.y) }));
      const results = expected.filter(({ trap }) => trap === 0);
      for (let i = 0; i < results.length; i += BATCH) {
        const batch = results.slice(i, i + BATCH);
        const found = execute(
          op,
          operands,
          batch.map(({ c }) => c),
        );
        expect(found).to.be.an("array");
        batch.forEach(({ c, value }, k) => {
          const label = `${name} of 0x${c.x.toString(16)} and 0x${c.y.toString(16)}`;
          if ((found as bigint[])[k] !== value) expect((found as bigint[])[k], label).to.equal(value);
        });
      }
      for (const { c, trap } of expected.filter((e) => e.trap !== 0).slice(0, 60)) {
        expect(execute(op, operands, [c]), `${name} of 0x${c.x.toString(16)}`).to.equal(trap);
      }
    });
  }
});
