/**
 * The step function: total, over 256-bit leaves, for well-formed and ill-formed states alike. This
 * is the reference that the interpreter and `contracts/machine/StepVerifier.sol` must agree with;
 * one family of instructions a file.
 *
 * Order of a step: halted? → header valid? → fuel spent? → pc inside the code? → execute. A trap
 * discards every change of its step; inside a transaction it restores the checkpoint, outside it
 * halts the program.
 */
import type { Family } from "../instructions/operation.ts";
import { EXECUTED } from "../instructions/table.ts";
import type { Access } from "./access.ts";
import { executeBulk } from "./bulk.ts";
import { executeControl } from "./control.ts";
import { executeHost } from "./host.ts";
import { executeMemory } from "./memory.ts";
import { MASK_64, Machine, type MutableRegisters } from "./machine.ts";
import { Outcome, Status, Trap } from "./codes.ts";
import { executeNumeric } from "./numeric.ts";
import { isValidHeader, type Header, type Registers } from "./record.ts";
import { executeTable } from "./table.ts";
import { unwind } from "./transaction.ts";
import { executeVariable } from "./variable.ts";
import { unpackWord } from "./word.ts";

/**
 * The registers after one step; the trees change through `access`. Never throws for a truthful
 * `access`.
 */
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

/** Who executes the instructions of a family. */
const EXECUTORS: Readonly<Record<Family, (m: Machine) => void>> = {
  control: executeControl,
  variable: executeVariable,
  memory: executeMemory,
  table: executeTable,
  bulk: executeBulk,
  integer: executeNumeric,
  float: executeNumeric,
  host: executeHost,
};

function execute(m: Machine): void {
  if (m.trap !== 0) return;
  const row = EXECUTED.get(m.word.op);
  if (row === undefined) m.fault(Trap.invalidInstruction);
  else EXECUTORS[row.family](m);
}

function trapped(before: Registers, trapCode: number): Registers {
  return { ...before, status: Status.trapped, trapCode };
}

/**
 * No fuel left: a transaction ends and its end is paid from the reserve; without one the fragment's
 * budget is gone.
 */
function spent(before: Registers, access: Access): Registers {
  if (!access.open || before.reserve === 0n) return trapped(before, Trap.outOfFuel);
  const paid = { ...before, reserve: (before.reserve - 1n) & MASK_64 };
  return unwind(access, paid, { remaining: 0n, outcome: Outcome.trap * 2 ** 32 + Trap.outOfFuel });
}
