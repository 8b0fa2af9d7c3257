/** How many operands each instruction takes and leaves, wherever that depends on the opcode alone. */
import { LOADS, NUMERIC, Op, STORES } from "../machine/opcodes.ts";

/** Operands taken from the top of the stack, then values left there. */
export interface Effect {
  readonly pops: number;
  readonly pushes: number;
}

const effect = (pops: number, pushes: number): Effect => ({ pops, pushes });

/** Effects by opcode. Branches, calls, returns and `move` are missing: theirs depend on the word. */
export const EFFECTS: ReadonlyMap<number, Effect> = new Map([
  ...[...NUMERIC].map(([op, { operands }]) => [op, effect(operands, 1)] as const),
  ...[...LOADS.keys()].map((op) => [op, effect(1, 1)] as const),
  ...[...STORES.keys()].map((op) => [op, effect(2, 0)] as const),
  [Op.nop, effect(0, 0)],
  [Op.drop, effect(1, 0)],
  [Op.select, effect(3, 1)],
  [Op.localGet, effect(0, 1)],
  [Op.localSet, effect(1, 0)],
  [Op.localTee, effect(1, 1)],
  [Op.globalGet, effect(0, 1)],
  [Op.globalSet, effect(1, 0)],
  [Op.tableGet, effect(1, 1)],
  [Op.tableSet, effect(2, 0)],
  [Op.memorySize, effect(0, 1)],
  [Op.memoryGrow, effect(1, 1)],
  [Op.i32Const, effect(0, 1)],
  [Op.i64Const, effect(0, 1)],
  [Op.f32Const, effect(0, 1)],
  [Op.f64Const, effect(0, 1)],
  [Op.memoryInit, effect(3, 1)],
  [Op.memoryCopy, effect(3, 1)],
  [Op.memoryFill, effect(3, 1)],
  [Op.tableInit, effect(3, 1)],
  [Op.tableCopy, effect(3, 1)],
  [Op.tableFill, effect(3, 1)],
  [Op.tableGrow, effect(2, 2)],
  [Op.inputRead, effect(3, 1)],
  [Op.outputWrite, effect(2, 1)],
  [Op.dataDrop, effect(0, 0)],
  [Op.elemDrop, effect(0, 0)],
  [Op.copyBytes, effect(1, 0)],
  [Op.fillBytes, effect(1, 0)],
  [Op.copyCells, effect(1, 0)],
  [Op.fillCells, effect(1, 0)],
  [Op.checkpoint, effect(2, 0)],
  [Op.commit, effect(0, 0)],
  [Op.receipt, effect(1, 0)],
  [Op.outcome, effect(0, 1)],
  [Op.fuel, effect(0, 1)],
  [Op.inputLength, effect(0, 1)],
  [Op.inputLoad, effect(1, 1)],
  [Op.outputAppend, effect(1, 0)],
]);

/** The checks of bulk instructions: each leaves a cursor for the move that follows it. */
export const CHECKS: ReadonlySet<number> = new Set([
  Op.memoryInit,
  Op.memoryCopy,
  Op.memoryFill,
  Op.tableInit,
  Op.tableCopy,
  Op.tableFill,
  Op.tableGrow,
  Op.inputRead,
  Op.outputWrite,
]);

/** The restartable moves: each works on the cursor in the top operand. */
export const MOVES: ReadonlySet<number> = new Set([Op.copyBytes, Op.fillBytes, Op.copyCells, Op.fillCells]);
