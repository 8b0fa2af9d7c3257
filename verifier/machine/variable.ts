/**
 * Constants, parametric and variable instructions (WebAssembly core specification, sections 4.4.1,
 * 4.4.4 and 4.4.5).
 */
import { MASK_32, type Machine } from "./machine.ts";
import { Op } from "../instructions/table.ts";
import { Trap } from "./codes.ts";

/**
 * Executes drop, select, local.*, global.*, constants and the machine's `move`. Values are moved
 * bit by bit.
 */
export function executeVariable(m: Machine): void {
  const { op, a, b, imm } = m.word;
  switch (op) {
    case Op.i32Const:
    case Op.i64Const:
    case Op.f32Const:
    case Op.f64Const:
      m.push(imm);
      break;
    case Op.drop:
      m.pop(0);
      break;
    case Op.select:
      select(m);
      break;
    case Op.localGet:
      m.push(m.slot(a));
      break;
    case Op.localSet:
      assign(m, a, m.pop(0));
      break;
    case Op.localTee:
      assign(m, a, m.operand(0));
      break;
    case Op.move:
      assign(m, a, m.slot(b));
      break;
    case Op.globalGet:
      m.push(m.take("cells", a));
      break;
    case Op.globalSet: {
      const value = m.pop(0);
      m.take("cells", a);
      m.put("cells", value);
      break;
    }
    default:
      m.fault(Trap.invalidInstruction);
  }
  m.next();
}

function assign(m: Machine, offset: number, value: bigint): void {
  m.slot(offset);
  m.put("stack", value);
}

function select(m: Machine): void {
  const condition = m.pop(0) & MASK_32;
  const second = m.pop(1);
  m.operand(2);
  if (condition === 0n) m.put("stack", second);
}
