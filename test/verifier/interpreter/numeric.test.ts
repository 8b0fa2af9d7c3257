/** Every numeric instruction on values near the ends of both widths, against the reference's arithmetic. */
import { expect } from "chai";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { alu } from "../../../verifier/machine/integers.ts";
import { NUMERIC, Op, Status } from "../../../verifier/machine/opcodes.ts";
import { loadedState, word } from "../machine/assemble.ts";

const VALUES: readonly bigint[] = [
  ...[0n, 1n, 2n, 5n, 31n, 32n, 33n, 63n, 64n, 65n, 0x80n, 0x8000n, 0x1234_5678n, 0x7fff_ffffn, 0x8000_0000n],
  ...[0x8000_0001n, 0xffff_ff80n, 0xffff_ffffn, 0x1_0000_0000n, 0x1_0000_0001n, 0x9abc_def0_1234_5678n],
  ...[0x7fff_ffff_ffff_ffffn, 0x8000_0000_0000_0000n, 0x8000_0000_ffff_ffffn, 0xffff_ffff_0000_0000n],
  ...[0xffff_ffff_ffff_ff7fn, 0xffff_ffff_ffff_ffffn],
];

const constant = (value: bigint, top: number): bigint => word(Op.i64Const, { top, imm: value });

/** Runs `x y op` (or `y op`) and gives the result, or the trap code. Operands may be wider than the instruction reads. */
function compute(op: number, x: bigint, y: bigint, operands: number): { value: bigint } | { trap: number } {
  const words = [constant(x, 0), constant(y, 1), word(op, { top: 2 }), word(Op.yield, { top: 3 - operands })];
  const interpreter = Interpreter.load(loadedState([...words, word(Op.unreachable, { top: 3 - operands })]));
  interpreter.run(4);
  const { registers, stack } = interpreter.save();
  expect(interpreter.stuck).to.equal(false);
  return registers.status === Status.yielded ? { value: stack.get(2 - operands) } : { trap: registers.code };
}

describe("interpreter / numeric instructions", () => {
  for (const [op, { name, operands }] of NUMERIC) {
    it(name, function () {
      this.timeout(30_000);
      for (const x of operands === 2 ? VALUES : [7n]) {
        for (const y of VALUES) {
          const { value, trap } = operands === 2 ? alu(op, x, y) : alu(op, y, 0n);
          const expected = trap === 0 ? { value } : { trap };
          expect(compute(op, x, y, operands), `${name} of ${x} and ${y}`).to.deep.equal(expected);
        }
      }
    });
  }
});
