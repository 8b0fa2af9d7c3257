/**
 * The step function: total, over 256-bit leaves, for well-formed and ill-formed states alike. This is the reference that
 * the interpreter and `contracts/machine/StepVerifier.sol` must agree with; one family of instructions a file.
 *
 * Order of a step: halted? → header valid? → fuel spent? → pc inside the code? → execute. A trap discards every change of
 * its step; inside a transaction it restores the checkpoint, outside it halts the program.
 */
import type { Access } from "./access.ts";
import { executeBulk } from "./bulk.ts";
import { executeControl } from "./control.ts";
import { executeHost } from "./host.ts";
import { executeMemory } from "./memory.ts";
import { MASK_64, Machine, type MutableRegisters } from "./machine.ts";
import { NUMERIC, Op, Outcome, Status, Trap } from "./opcodes.ts";
import { executeNumeric } from "./numeric.ts";
import { isValidHeader, type Header, type Registers } from "./record.ts";
import { executeTable } from "./table.ts";
import { unwind } from "./transaction.ts";
import { executeVariable } from "./variable.ts";
import { unpackWord } from "./word.ts";

/** The registers after one step; the trees change through `access`. Never throws for a truthful `access`. */
export function step(header: Header, before: Registers, access: Access): Registers {
  if (before.status !== Status.running) return before;
  if (!isValidHeader(header)) return trapped(before, Trap.header);
  if (before.fuel === 0n) return spent(before, access);

  const registers: MutableRegisters = { ...before, fuel: before.fuel - 1n };
  const m = new Machine(header, access, registers);
  if (before.pc >= 2 ** header.codeDepth) m.fault(Trap.pc);
  m.word = unpackWord(m.take("code", before.pc));
  execute(m);
  if (m.trap === 0) return registers;

  access.discard();
  if (!access.open) return trapped(before, m.trap);
  return unwind(access, before, { remaining: before.fuel - 1n, outcome: Outcome.trap * 2 ** 32 + m.trap });
}

function execute(m: Machine): void {
  const { op } = m.word;
  if (m.trap !== 0) return;
  if (NUMERIC.has(op)) executeNumeric(m);
  else if (op <= Op.callIndirect) executeControl(m);
  else if (op <= Op.globalSet || (op >= Op.i32Const && op <= Op.f64Const) || op === Op.move) executeVariable(m);
  else if (op <= Op.tableSet) executeTable(m);
  else if (op <= Op.memoryGrow) executeMemory(m);
  else if ((op >= Op.memoryInit && op <= Op.memoryFill) || (op >= Op.copyBytes && op <= Op.fillBytes)) executeBulk(m);
  else if ((op >= Op.tableInit && op <= Op.tableFill) || (op >= Op.copyCells && op <= Op.fillCells)) executeTable(m);
  else if (op >= Op.checkpoint && op <= Op.outputAppend) executeHost(m);
  else m.fault(Trap.invalidInstruction);
}

function trapped(before: Registers, code: number): Registers {
  return { ...before, status: Status.trapped, code };
}

/** No fuel left: a transaction ends and its end is paid from the reserve; without one the fragment's budget is gone. */
function spent(before: Registers, access: Access): Registers {
  if (!access.open || before.reserve === 0n) return trapped(before, Trap.outOfFuel);
  const paid = { ...before, reserve: (before.reserve - 1n) & MASK_64 };
  return unwind(access, paid, { remaining: 0n, outcome: Outcome.trap * 2 ** 32 + Trap.outOfFuel });
}
