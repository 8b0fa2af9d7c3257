/**
 * Control instructions (WebAssembly core specification, section 4.4.8), on code that is already
 * flat.
 */
import { MASK_32, type Machine } from "./machine.ts";
import { Flag, Trap } from "./codes.ts";
import { Op } from "../instructions/table.ts";
import { imm32, packReturnAddress, ReferenceTag, unpackReturnAddress, unpackReference } from "./word.ts";

/** Executes opcodes up to `call_indirect`. */
export function executeControl(m: Machine): void {
  const { op, a, b } = m.word;
  switch (op) {
    case Op.nop:
      return m.next();
    case Op.if:
      return (m.pop(0) & MASK_32) === 0n ? m.jump(a) : m.next();
    case Op.br:
      return branch(m, 0);
    case Op.brIf:
      return branchIf(m);
    case Op.brTable:
      return branchTable(m);
    case Op.return:
      return leaveFrame(m);
    case Op.call:
      return enter(m, { returnSlot: m.word.top, entry: a, frame: imm32(m.word.imm, 0), parameters: b });
    case Op.callIndirect:
      return callIndirect(m);
    case Op.unreachable:
      return m.fault(Trap.unreachable);
    default:
      return m.fault(Trap.invalidInstruction);
  }
}

/**
 * Jumps to `a`; unless the stack stays, cuts it at `b`, carrying the operand below `skip` others
 * down if asked to.
 */
function branch(m: Machine, skip: number): void {
  const { flags, a, b } = m.word;
  if ((flags & Flag.keep) === 0) {
    const value = (flags & Flag.carry) !== 0 ? m.operand(skip) : 0n;
    m.cut(b, value);
  }
  m.jump(a);
}

function branchIf(m: Machine): void {
  const taken = (m.operand(0) & MASK_32) !== 0n;
  if (!taken || (m.word.flags & Flag.keep) !== 0) m.put("stack", 0n);
  if (taken) branch(m, 1);
  else m.next();
}

/** Jumps to pc + 1 + min(i, a), where one `br` stands an entry. */
function branchTable(m: Machine): void {
  const i = Number(m.pop(0) & MASK_32);
  m.jump((m.registers.pc + 1 + Math.min(i, m.word.a)) % 2 ** 32);
}

/**
 * The return address lies at `a`; the stack is cut at `b`, with the top operand carried down if
 * asked to.
 */
function leaveFrame(m: Machine): void {
  const { flags, a, b } = m.word;
  const value = (flags & Flag.carry) !== 0 ? m.operand(0) : 0n;
  const back = unpackReturnAddress(m.slot(a));
  m.cut(b, value);
  m.jump(back.pc);
  m.registers.base = back.base;
}

interface Callee {
  /** Frame offset, in the caller's frame, of the slot for the return address. */
  readonly returnSlot: number;
  readonly entry: number;
  /** Slots of the callee's frame. */
  readonly frame: number;
  readonly parameters: number;
}

/** The callee's arguments are the operands below the return address. */
function enter(m: Machine, callee: Callee): void {
  const { base, pc } = m.registers;
  const calleeBase = base + callee.returnSlot - callee.parameters;
  if (calleeBase < 0) return m.fault(Trap.index);
  if (calleeBase + callee.frame > m.header.slotLimit) return m.fault(Trap.stackExhausted);
  m.slot(callee.returnSlot);
  m.put("stack", packReturnAddress((pc + 1) % 2 ** 32, base));
  m.jump(callee.entry);
  m.registers.base = calleeBase;
}

/**
 * imm: type id, table capacity, size cell; `a` is the table's first cell. The element index lies in
 * the return address.
 */
function callIndirect(m: Machine): void {
  const { top, a, b, imm } = m.word;
  const i = Number(m.operand(0) & MASK_32);
  if (i >= imm32(imm, 1)) return m.fault(Trap.undefinedElement);
  const leaf = m.take("cells", a + i);
  if (leaf === 0n) {
    const size = m.take("cells", imm32(imm, 2)) & MASK_32;
    return m.fault(BigInt(i) < size ? Trap.uninitializedElement : Trap.undefinedElement);
  }
  const reference = unpackReference(leaf);
  if (reference.tag !== ReferenceTag.function || reference.type !== imm32(imm, 0)) {
    return m.fault(Trap.indirectCallType);
  }
  enter(m, { returnSlot: top - 1, entry: reference.entry, frame: reference.frame, parameters: b });
}
