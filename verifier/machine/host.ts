/**
 * Host instructions. The first group delimits transactions and is open to driver modules only,
 * which is settled when a program is linked; the others read the input, write the output and tell
 * the fuel left.
 *
 * Regions: the topmost holds the input, the one below it the output, whose upper half holds one
 * receipt a transaction.
 */
import { packCursor } from "./cursor.ts";
import { MASK_32, MASK_48, MASK_64, type Machine } from "./machine.ts";
import { memoryPages, PAGE_BYTES, readBytes, regionDepth, swapBytes, writeBytes } from "./memory.ts";
import { Op } from "../instructions/table.ts";
import { Outcome, Status, Trap } from "./codes.ts";
import { packContext, unwind } from "./transaction.ts";
import { imm32 } from "./word.ts";

/** Executes opcodes from `checkpoint` to `output.append`. */
export function executeHost(m: Machine): void {
  const { registers: r } = m;
  switch (m.word.op) {
    case Op.checkpoint:
      return checkpoint(m);
    case Op.commit:
      return commit(m);
    case Op.leave:
      return leave(m);
    case Op.yield:
      return halt(m, Status.yielded);
    case Op.finish:
      return halt(m, Status.finished);
    case Op.receipt:
      receipt(m);
      return m.next();
    case Op.outcome:
      m.push(BigInt(r.outcome));
      return m.next();
    case Op.fuel:
      m.push(r.fuel);
      return m.next();
    case Op.inputLength:
      m.push(BigInt(r.inputLength));
      return m.next();
    case Op.inputLoad: {
      const address = m.operand(0) & MASK_64;
      m.put("stack", swapBytes(readBytes(m, inputRegion(m), address, 8), 8));
      return m.next();
    }
    case Op.inputRead:
      inputRead(m);
      return m.next();
    case Op.outputWrite:
      outputWrite(m);
      return m.next();
    case Op.outputAppend: {
      const value = m.pop(0);
      const at = reserveOutput(m, 8n);
      writeBytes(m, outputRegion(m), at, 8, swapBytes(value & MASK_64, 8));
      return m.next();
    }
    default:
      return m.fault(Trap.invalidInstruction);
  }
}

const inputRegion = (m: Machine): number => 2 ** m.header.regionBits - 1;
const outputRegion = (m: Machine): number => 2 ** m.header.regionBits - 2;

/**
 * Operands: fuel (i64), keep (i32). Pops both, then saves what a failed transaction goes back to.
 */
function checkpoint(m: Machine): void {
  const { registers: r } = m;
  if (m.access.open) return m.fault(Trap.host);
  const keep = (m.pop(0) & MASK_32) !== 0n;
  const asked = m.pop(1) & MASK_64;
  m.next();
  const granted = asked < r.fuel ? asked : r.fuel;
  r.reserve = r.fuel - granted;
  r.fuel = granted;
  r.transactionFuel = granted;
  r.outputStart = r.outputLength;
  r.outcome = 0;
  if (m.trap !== 0) return;
  m.access.checkpoint({ sizes: r.sizes, context: packContext(r.pc, r.base, r.outputLength, keep) });
}

/** Ends the open transaction for good. */
function commit(m: Machine): void {
  const { registers: r } = m;
  if (!m.access.open) return m.fault(Trap.host);
  m.access.commit();
  r.transactionFuel = (r.transactionFuel - r.fuel) & MASK_64;
  r.fuel = (r.fuel + r.reserve) & MASK_64;
  r.reserve = 0n;
  r.outcome = Outcome.success;
  m.next();
}

/** Operands: code (i32), keep (i32). Ends the open transaction and restores its checkpoint. */
function leave(m: Machine): void {
  if (!m.access.open) return m.fault(Trap.host);
  const keep = (m.operand(0) & MASK_32) !== 0n;
  const code = Number(m.operand(1) & MASK_32);
  if (m.trap !== 0) return;
  const outcome = Outcome.left * 2 ** 32 + code;
  Object.assign(m.registers, unwind(m.access, m.registers, { remaining: m.registers.fuel, outcome, keep }));
}

function halt(m: Machine, status: number): void {
  if (m.access.open) return m.fault(Trap.host);
  m.registers.status = status;
  m.next();
}

/**
 * Operand: the outcome to record (i64). Leaf: outcome at bit 192, start at 128, length at 64, fuel
 * used at 0.
 */
function receipt(m: Machine): void {
  const { registers: r } = m;
  if (m.access.open) return m.fault(Trap.host);
  const outcome = m.pop(0) & MASK_64;
  const half = 2 ** (regionDepth(m) - 1);
  if (r.receiptCount >= half) return m.fault(Trap.outputFull);
  const length = (BigInt(r.outputLength) - BigInt(r.outputStart)) & MASK_64;
  m.take("memory", outputRegion(m) * 2 * half + half + r.receiptCount);
  m.put("memory", (outcome << 192n) | (BigInt(r.outputStart) << 128n) | (length << 64n) | r.transactionFuel);
  r.receiptCount += 1;
  r.outputStart = r.outputLength;
  r.transactionFuel = 0n;
}

/**
 * Operands: destination (i32), source (i64), length (i32); a `copyBytes` follows. imm: size index
 * of the memory.
 */
function inputRead(m: Machine): void {
  const n = m.pop(0) & MASK_32;
  const s = m.pop(1) & MASK_64;
  const d = m.operand(2) & MASK_32;
  m.put("stack", packCursor({ d, s, n }));
  const target = memoryPages(m, imm32(m.word.imm, 0)) * PAGE_BYTES;
  if (d + n > target || s + n > BigInt(m.registers.inputLength)) m.fault(Trap.memoryBounds);
}

/** Operands: source (i32), length (i32); a `copyBytes` follows. imm: size index of the memory. */
function outputWrite(m: Machine): void {
  const n = m.pop(0) & MASK_32;
  const s = m.operand(1) & MASK_32;
  const d = reserveOutput(m, n);
  m.put("stack", packCursor({ d, s, n }));
  if (s + n > memoryPages(m, imm32(m.word.imm, 0)) * PAGE_BYTES) m.fault(Trap.memoryBounds);
}

/** Moves the end of the output by `bytes` and gives the old one. */
function reserveOutput(m: Machine, bytes: bigint): bigint {
  const at = BigInt(m.registers.outputLength);
  if (at + bytes > 1n << BigInt(regionDepth(m) + 4)) m.fault(Trap.outputFull);
  m.registers.outputLength = Number((at + bytes) & MASK_48);
  return at;
}
