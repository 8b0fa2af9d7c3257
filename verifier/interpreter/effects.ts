/**
 * How many operands each instruction takes and leaves, wherever that depends on the opcode alone.
 */
import { EXECUTED, Op } from "../instructions/table.ts";

/** Operands taken from the top of the stack, then values left there. */
export interface Effect {
  readonly pops: number;
  readonly pushes: number;
}

const effect = (pops: number, pushes: number): Effect => ({ pops, pushes });

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

/**
 * Effects by opcode. Branches, calls, returns and `move` are missing: theirs depend on the word.
 */
export const EFFECTS: ReadonlyMap<number, Effect> = new Map([
  ...[...EXECUTED.values()].flatMap(({ op, signature }): [number, Effect][] => {
    if (signature === undefined) return [];
    const { params, results } = signature;
    return [[op, effect(params.length, results.length + (CHECKS.has(op) ? 1 : 0))]];
  }),
  ...[...MOVES].map((op): [number, Effect] => [op, effect(1, 0)]),
  // Those of values of any type.
  [Op.drop, effect(1, 0)],
  [Op.select, effect(3, 1)],
  [Op.localGet, effect(0, 1)],
  [Op.localSet, effect(1, 0)],
  [Op.localTee, effect(1, 1)],
  [Op.globalGet, effect(0, 1)],
  [Op.globalSet, effect(1, 0)],
  [Op.tableGet, effect(1, 1)],
  [Op.tableSet, effect(2, 0)],
  [Op.tableFill, effect(3, 1)],
  [Op.tableGrow, effect(2, 2)],
]);
