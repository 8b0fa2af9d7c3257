/**
 * Host instructions, as `verifier/machine/host.ts` says. When one begins, `fuel` has already paid
 * for its step.
 */
import { MASK_64 } from "../machine/machine.ts";
import { Op } from "../instructions/table.ts";
import { Outcome, Status, Trap } from "../machine/codes.ts";
import type { Word } from "../machine/word.ts";
import type { Core } from "./core.ts";
import { writeLong } from "./linear-memory.ts";
import { low, operand, setOperandLong } from "./operands.ts";
import { ESCAPE, type Result, trap } from "./result.ts";
import { SLOT_WORDS } from "./units.ts";

/**
 * Executes the instructions that delimit transactions, tell about them, and read and write eight
 * bytes.
 */
export function executeHost(m: Core, word: Word): Result {
  const { op, top } = word;
  switch (op) {
    case Op.checkpoint:
      return checkpoint(m, top);
    case Op.commit:
      return commit(m);
    case Op.leave:
      return leave(m, top);
    case Op.yield:
      return halt(m, top, Status.yielded);
    case Op.finish:
      return halt(m, top, Status.finished);
    case Op.receipt:
      return receipt(m, top);
    case Op.outcome:
      return push(m, top, BigInt(m.outcome));
    case Op.fuel:
      return push(m, top, m.fuel);
    case Op.inputLength:
      return push(m, top, BigInt(m.inputLength));
    case Op.inputLoad:
      return inputLoad(m, top);
    case Op.outputAppend:
      return outputAppend(m, top);
    default:
      return ESCAPE;
  }
}

function push(m: Core, top: number, value: bigint): Result {
  setOperandLong(m, top, value);
  m.pc += 1;
  return 1;
}

function checkpoint(m: Core, top: number): Result {
  if (m.savepoint !== undefined) return trap(Trap.host);
  const asked = operand(m, top - 2);
  const keep = low(m, top - 1) !== 0;
  const granted = asked < m.fuel ? asked : m.fuel;
  m.pc += 1;
  m.reserve = m.fuel - granted;
  m.fuel = granted;
  m.transactionFuel = granted;
  m.outputStart = m.outputLength;
  m.outcome = 0;
  m.checkpoint(keep);
  return 1;
}

function commit(m: Core): Result {
  if (m.savepoint === undefined) return trap(Trap.host);
  m.commit();
  m.transactionFuel = (m.transactionFuel - m.fuel) & MASK_64;
  m.fuel = (m.fuel + m.reserve) & MASK_64;
  m.reserve = 0n;
  m.outcome = Outcome.success;
  m.pc += 1;
  return 1;
}

function leave(m: Core, top: number): Result {
  if (m.savepoint === undefined) return trap(Trap.host);
  m.unwind(m.fuel, Outcome.left * 2 ** 32 + low(m, top - 2), low(m, top - 1) !== 0);
  return 1;
}

/** Whatever comes next may count on more slots than there are: they are zero. */
function halt(m: Core, top: number, status: number): Result {
  if (m.savepoint !== undefined) return trap(Trap.host);
  const height = m.code.heights[m.pc + 1]! / SLOT_WORDS;
  if (height < top || !m.stack.ensure(m.base + height)) return ESCAPE;
  m.stack.words.fill(0, SLOT_WORDS * (m.base + top), SLOT_WORDS * (m.base + height));
  m.status = status;
  m.pc += 1;
  return 1;
}

function receipt(m: Core, top: number): Result {
  if (m.savepoint !== undefined) return trap(Trap.host);
  const { receipts, leaves } = m.regions;
  if (m.receiptCount >= leaves / 2) return trap(Trap.outputFull);
  const at = 32 * m.receiptCount;
  if (!receipts.ensure(at + 32)) return ESCAPE;
  receipts.touch(at, 32);
  const length = BigInt(m.outputLength) - BigInt(m.outputStart);
  const fields = [operand(m, top - 1), BigInt(m.outputStart), BigInt.asUintN(64, length), m.transactionFuel];
  fields.forEach((field, i) => receipts.view.setBigUint64(at + 8 * i, field));
  m.receiptCount += 1;
  m.outputStart = m.outputLength;
  m.transactionFuel = 0n;
  m.pc += 1;
  return 1;
}

/** Reads far beyond the input without showing the region up to there. */
function inputLoad(m: Core, top: number): Result {
  const address = operand(m, top - 1);
  if (address + 8n > BigInt(m.regions.leaves * 32)) return trap(Trap.memoryBounds);
  const input = m.regions.get(m.regions.input);
  if (input === undefined || !input.ensure(m.inputLength)) return ESCAPE;
  const at = Number(address);
  let value = 0n;
  for (let i = 7; i >= 0; i--) {
    const byte = input.bytes[at + i] ?? m.regions.byteInTree(m.regions.input, at + i);
    value = (value << 8n) | BigInt(byte);
  }
  setOperandLong(m, top - 1, value);
  m.pc += 1;
  return 1;
}

function outputAppend(m: Core, top: number): Result {
  const output = m.regions.get(m.regions.output);
  if (output === undefined) return ESCAPE;
  const at = m.outputLength;
  if (at + 8 > output.limit) return trap(Trap.outputFull);
  if (!output.ensure(at + 8)) return ESCAPE;
  writeLong(output, at, operand(m, top - 1), 8);
  m.outputLength = at + 8;
  m.pc += 1;
  return 1;
}
