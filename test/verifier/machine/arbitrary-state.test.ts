/** Random states are only worth something if they get everywhere. */
import { expect } from "chai";
import fc from "fast-check";
import { LOADS, Op, STORES } from "../../../verifier/instructions/table.ts";
import { Outcome, Status, Trap } from "../../../verifier/machine/codes.ts";
import type { State } from "../../../verifier/state/state.ts";
import { stepState } from "../../../verifier/state/step-state.ts";
import { SEED } from "../seed.ts";
import { anyState, OPCODES, stateOf } from "./arbitrary-state.ts";

const MEMORY_TRAPS = [
  ...LOADS.keys(),
  ...STORES.keys(),
  ...[
    Op.memoryInit,
    Op.memoryCopy,
    Op.memoryFill,
    Op.copyBytes,
    Op.fillBytes,
    Op.inputLoad,
    Op.inputRead,
    Op.outputWrite,
  ],
];

/** Traps that an opcode has to show beside those of any instruction. */
const EXPECTED: ReadonlyMap<number, readonly number[]> = new Map<number, readonly number[]>([
  ...MEMORY_TRAPS.map((op): [number, number[]] => [op, [Trap.memoryBounds]]),
  ...[Op.checkpoint, Op.commit, Op.leave, Op.yield, Op.finish].map((op): [number, number[]] => [op, [Trap.host]]),
  [Op.receipt, [Trap.host, Trap.outputFull]],
  [Op.outputWrite, [Trap.memoryBounds, Trap.outputFull]],
  [Op.outputAppend, [Trap.outputFull]],
  [Op.call, [Trap.stackExhausted, Trap.index]],
  [Op.callIndirect, [Trap.undefinedElement, Trap.uninitializedElement, Trap.indirectCallType]],
  ...[Op.tableGet, Op.tableSet, Op.tableInit, Op.tableCopy, Op.tableFill].map((op): [number, number[]] => [
    op,
    [Trap.tableBounds, Trap.index],
  ]),
  ...[Op.tableGrow, Op.copyCells, Op.fillCells].map((op): [number, number[]] => [op, [Trap.index]]),
  [0x6d, [Trap.divideByZero, Trap.integerOverflow]],
  [0x6e, [Trap.divideByZero]],
  [0x6f, [Trap.divideByZero]],
  [0x70, [Trap.divideByZero]],
  [0x7f, [Trap.divideByZero, Trap.integerOverflow]],
  [0x80, [Trap.divideByZero]],
  [0x81, [Trap.divideByZero]],
  [0x82, [Trap.divideByZero]],
  ...[0xa8, 0xa9, 0xaa, 0xab, 0xae, 0xaf, 0xb0, 0xb1].map((op): [number, number[]] => [
    op,
    [Trap.integerOverflow, Trap.invalidConversion],
  ]),
]);

/** The trap of a step, inside or outside a transaction; 0 if there was none. */
function trapOf(before: State, after: State): number {
  if (after.registers.status === Status.trapped) return after.registers.trapCode;
  const ended = before.checkpoint !== undefined && after.checkpoint === undefined;
  return ended && Math.floor(after.registers.outcome / 2 ** 32) === Outcome.trap
    ? after.registers.outcome % 2 ** 32
    : 0;
}

describe("random states", () => {
  for (const op of OPCODES) {
    it(`of opcode 0x${op.toString(16)} succeed and meet each of its traps, in and outside of transactions`, () => {
      const inside = new Set<number>();
      const outside = new Set<number>();
      for (const state of fc.sample(stateOf(op), { seed: SEED, numRuns: op === Op.callIndirect ? 600 : 300 })) {
        if (state.registers.status !== Status.running) continue;
        (state.checkpoint === undefined ? outside : inside).add(trapOf(state, stepState(state)));
      }
      const result = op === Op.unreachable ? Trap.unreachable : 0;
      const both = new Set([...inside, ...outside]);
      expect([...both]).to.include.members([result, Trap.pc, Trap.outOfFuel, Trap.header, ...(EXPECTED.get(op) ?? [])]);
      const onlyOneSide: readonly number[] = [Op.checkpoint, Op.commit, Op.leave, Op.yield, Op.finish, Op.receipt];
      if (onlyOneSide.includes(op)) return;
      expect([...inside], "inside").to.include(result);
      expect([...outside], "outside").to.include(result);
    });
  }

  it("of table.grow grow and refuse to", () => {
    const results = new Map([true, false].map((grown) => [grown, 0]));
    for (const state of fc.sample(stateOf(Op.tableGrow), { seed: SEED, numRuns: 300 })) {
      const after = stepState(state);
      if (after.registers.pc === state.registers.pc || trapOf(state, after) !== 0) continue;
      const grown = after.cells !== state.cells;
      results.set(grown, results.get(grown)! + 1);
    }
    for (const count of results.values()) expect(count).to.be.at.least(20);
  });

  it("of moves of cells write some and pop empty cursors", () => {
    for (const op of [Op.copyCells, Op.fillCells]) {
      const results = new Map([true, false].map((written) => [written, 0]));
      for (const state of fc.sample(stateOf(op), { seed: SEED, numRuns: 300 })) {
        const after = stepState(state);
        if (after.registers.fuel === state.registers.fuel || trapOf(state, after) !== 0) continue;
        const written = after.registers.pc === state.registers.pc || after.cells !== state.cells;
        results.set(written, results.get(written)! + 1);
      }
      for (const count of results.values()) expect(count).to.be.at.least(20);
    }
  });

  it("of any kind meet every trap that a state can have", () => {
    const seen = new Set<number>();
    for (const state of fc.sample(anyState, { seed: SEED, numRuns: 8000 })) seen.add(trapOf(state, stepState(state)));
    expect([...seen]).to.include.members(Object.values(Trap));
  });
});
