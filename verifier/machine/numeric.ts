/** Numeric instructions: operands are masked to their width when read, results are canonical. */
import { alu } from "./integers.ts";
import type { Machine } from "./machine.ts";
import { NUMERIC, Trap } from "./opcodes.ts";

/** Executes an instruction of the `NUMERIC` table. */
export function executeNumeric(m: Machine): void {
  const shape = NUMERIC.get(m.word.op);
  if (shape === undefined) return m.fault(Trap.invalidInstruction);
  const y = shape.operands === 2 ? m.pop(0) : 0n;
  const x = m.operand(shape.operands - 1);
  const { value, trap } = alu(m.word.op, x, y);
  if (trap !== 0) m.fault(trap);
  m.put("stack", value);
  m.next();
}
