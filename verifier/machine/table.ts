/**
 * Table instructions (WebAssembly core specification, section 4.4.6). A table is a run of cells;
 * elements beyond its size are always null. table.size needs no instruction: it reads the size cell
 * as a global.
 */
import { advance, packCursor, packOperands, unpackCursor } from "./cursor.ts";
import { MASK_32, MASK_64, type Machine } from "./machine.ts";
import { Op } from "../instructions/table.ts";
import { Trap } from "./codes.ts";
import { imm32 } from "./word.ts";

/**
 * Executes table.get and table.set, the checks of the other table instructions, their moves, and
 * elem.drop.
 */
export function executeTable(m: Machine): void {
  switch (m.word.op) {
    case Op.tableGet:
      get(m);
      return m.next();
    case Op.tableSet:
      set(m);
      return m.next();
    case Op.tableCopy:
    case Op.tableInit:
      checkCopy(m);
      return m.next();
    case Op.tableFill:
      checkFill(m);
      return m.next();
    case Op.tableGrow:
      grow(m);
      return m.next();
    case Op.elemDrop:
      m.take("cells", m.word.a);
      m.put("cells", 0n);
      return m.next();
    case Op.copyCells:
      return copyCells(m);
    case Op.fillCells:
      return fillCells(m);
    default:
      return m.fault(Trap.invalidInstruction);
  }
}

/**
 * The cell of the element with this index; outside the table it is a fault. imm: lane 2 is the size
 * cell.
 */
function element(m: Machine, index: bigint): number {
  const size = m.take("cells", imm32(m.word.imm, 2)) & MASK_32;
  if (index >= size) m.fault(Trap.tableBounds);
  return m.word.a + Number(index);
}

function get(m: Machine): void {
  const index = m.operand(0) & MASK_32;
  m.put("stack", m.take("cells", element(m, index)));
}

function set(m: Machine): void {
  const value = m.pop(0);
  const index = m.pop(1) & MASK_32;
  m.take("cells", element(m, index));
  m.put("cells", value);
}

/** imm: size cell of the destination, size cell of the source. */
function checkCopy(m: Machine): void {
  const { imm } = m.word;
  const { d, s, n } = packOperands(m);
  const target = m.take("cells", imm32(imm, 0)) & MASK_32;
  const source = m.take("cells", imm32(imm, 1)) & MASK_32;
  if (d + n > target || s + n > source) m.fault(Trap.tableBounds);
}

/** imm: size cell. The cursor's `s` is the value. */
function checkFill(m: Machine): void {
  const { d, n } = packOperands(m, 0n, MASK_64);
  const size = m.take("cells", imm32(m.word.imm, 0)) & MASK_32;
  if (d + n > size) m.fault(Trap.tableBounds);
}

/**
 * Operands: value, count. Leaves the old size, or 2^32 - 1 if the table cannot grow, and above it
 * the cursor of the fill. imm: size cell, greatest size.
 */
function grow(m: Machine): void {
  const { imm } = m.word;
  const count = m.operand(0) & MASK_32;
  const size = m.take("cells", imm32(imm, 0)) & MASK_32;
  const fits = size + count <= BigInt(imm32(imm, 1));
  if (fits) m.put("cells", size + count);
  const value = m.operand(1) & MASK_64;
  m.put("stack", fits ? size : MASK_32);
  m.operand(0);
  m.put("stack", packCursor({ d: size, s: value, n: fits ? count : 0n }));
}

/** Moves one cell from `b` + s to `a` + d. */
function copyCells(m: Machine): void {
  const { a, b } = m.word;
  const { d, s, n } = unpackCursor(m.operand(0));
  if (n === 0n) return advance(m, { d, s, n });
  const forward = d <= s;
  const last = forward ? 0n : n - 1n;
  const value = m.take("cells", Number(BigInt(b) + s + last));
  m.take("cells", Number(BigInt(a) + d + last));
  m.put("cells", value);
  advance(m, forward ? { d: d + 1n, s: s + 1n, n: n - 1n } : { d, s, n: n - 1n });
}

/** Writes one cell at `a` + d; the cursor's `s` is the value. */
function fillCells(m: Machine): void {
  const { d, s, n } = unpackCursor(m.operand(0));
  if (n === 0n) return advance(m, { d, s, n });
  m.take("cells", Number(BigInt(m.word.a) + d));
  m.put("cells", s);
  advance(m, { d: d + 1n, s, n: n - 1n });
}
