/** Numeric instructions: operands are masked to their width when read, results are canonical. */
import { floatAlu } from "./floats.ts";
import { alu, type AluResult } from "./integers.ts";
import type { Machine } from "./machine.ts";
import { NUMERIC } from "../instructions/table.ts";
import { Trap } from "./codes.ts";

/**
 * Computes `x op y` (or `op x`) for any numeric opcode; any other opcode is a trap. Operands may be
 * any u256.
 */
export function compute(op: number, x: bigint, y: bigint): AluResult {
  return NUMERIC.get(op)?.family === "float" ? floatAlu(op, x, y) : alu(op, x, y);
}

/** Executes an instruction of the `NUMERIC` table. */
export function executeNumeric(m: Machine): void {
  const shape = NUMERIC.get(m.word.op);
  if (shape === undefined) return m.fault(Trap.invalidInstruction);
  const y = shape.operands === 2 ? m.pop(0) : 0n;
  const x = m.operand(shape.operands - 1);
  const { value, trap } = compute(m.word.op, x, y);
  if (trap !== 0) m.fault(trap);
  m.put("stack", value);
  m.next();
}
