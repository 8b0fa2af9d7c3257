/**
 * What the inner loop leaves to others. Every handler either completes at least one step, or says
 * why not before it has changed anything.
 */
import { type Word } from "../machine/word.ts";
import { LOADS, Op, STORES } from "../instructions/table.ts";
import { Trap } from "../machine/codes.ts";
import { imm32, ReferenceTag } from "../machine/word.ts";
import { checkBytes, copyBytes, fillBytes, inputRead, outputWrite } from "./bulk.ts";
import type { Core } from "./core.ts";
import { executeHost } from "./host.ts";
import { growMemory, load, memorySize, store } from "./linear-memory.ts";
import { low, reference } from "./operands.ts";
import { ESCAPE, type Result, RETRY, trap } from "./result.ts";
import { checkCells, checkFill, copyCells, dropSegment, fillCells, growTable, showElement } from "./table.ts";
import { LEAF_WORDS, SLOT_WORDS } from "./units.ts";

/** Executes the instruction at pc, and of a move as many steps as `budget` (at least 1) allows. */
export function executeOutside(m: Core, budget: number): Result {
  const word = m.code.word(m.pc);
  const { op } = word;
  if (LOADS.has(op)) return load(m, word);
  if (STORES.has(op)) return store(m, word);
  switch (op) {
    case Op.call:
      return makeRoom(m, m.base + word.top - word.b + imm32(word.imm, 0));
    case Op.callIndirect:
      return callIndirect(m, word);
    case Op.return:
      return returnTo(m, word);
    case Op.memorySize:
      return memorySize(m, word);
    case Op.memoryGrow:
      return growMemory(m, word);
    case Op.memoryInit:
    case Op.memoryCopy:
    case Op.memoryFill:
      return checkBytes(m, word);
    case Op.tableInit:
    case Op.tableCopy:
      return checkCells(m, word);
    case Op.tableFill:
      return checkFill(m, word);
    case Op.tableGrow:
      return growTable(m, word);
    case Op.tableGet:
      return showElement(m, word, low(m, word.top - 1));
    case Op.tableSet:
      return showElement(m, word, low(m, word.top - 2));
    case Op.copyBytes:
      return copyBytes(m, word, budget);
    case Op.fillBytes:
      return fillBytes(m, word, budget);
    case Op.copyCells:
      return copyCells(m, word, budget);
    case Op.fillCells:
      return fillCells(m, word, budget);
    case Op.dataDrop:
    case Op.elemDrop:
      return dropSegment(m, word);
    case Op.inputRead:
      return inputRead(m, word);
    case Op.outputWrite:
      return outputWrite(m, word);
    default:
      return executeHost(m, word);
  }
}

/** A frame reaches up to a slot where the stack ends so far: it is enlarged, or it overflows. */
function makeRoom(m: Core, end: number): Result {
  if (end > m.header.slotLimit) return trap(Trap.stackExhausted);
  return m.stack.ensure(end) ? RETRY : ESCAPE;
}

/**
 * The inner loop does the calls that succeed without further ado; here is everything else, in the
 * reference's order.
 */
function callIndirect(m: Core, { top, a, b, imm }: Word): Result {
  const i = low(m, top - 1);
  if (i >= imm32(imm, 1)) return trap(Trap.undefinedElement);
  if (!m.cells.ensure(32 * (a + i + 1))) return ESCAPE;
  const callee = reference(m, a + i);
  if (callee === undefined) {
    const size = imm32(imm, 2);
    if (!m.cells.ensure(32 * (size + 1))) return ESCAPE;
    return trap(i < m.cells.words[LEAF_WORDS * size]! >>> 0 ? Trap.uninitializedElement : Trap.undefinedElement);
  }
  if (callee.tag !== ReferenceTag.function || callee.type !== imm32(imm, 0)) return trap(Trap.indirectCallType);
  const { entry, frame } = callee;
  const end = m.base + top - 1 - b + frame;
  if (end > m.header.slotLimit) return trap(Trap.stackExhausted);
  const fits =
    entry < m.code.length &&
    SLOT_WORDS * frame >= m.code.extents[entry]! &&
    m.code.heights[entry]! >= SLOT_WORDS * (b + 1);
  return fits ? makeRoom(m, end) : ESCAPE;
}

/**
 * The caller's frame lies higher than the stack reaches so far, or the return address is not a
 * call's.
 */
function returnTo(m: Core, { a, b, flags }: Word): Result {
  const slot = SLOT_WORDS * (m.base + a);
  const pc = m.stack.words[slot + 1]! >>> 0;
  const base = m.stack.words[slot]! >>> 0;
  if (pc >= m.code.length || base + m.code.heights[pc]! / SLOT_WORDS !== m.base + b + (flags & 1)) return ESCAPE;
  return m.stack.ensure(base + m.code.extents[pc]! / SLOT_WORDS) ? RETRY : ESCAPE;
}
