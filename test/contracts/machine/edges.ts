/**
 * Random states around the bounds: addresses at the ends of leaves, pages and regions, copies that
 * overlap or lie in one leaf, frames and tables that just fit, an output that is nearly full.
 * Everything that may be read is there and random, so that a wrong byte shows.
 */
import fc from "fast-check";
import { packCursor } from "../../../verifier/machine/cursor.ts";
import { LOADS, NUMERIC, Op, STORES } from "../../../verifier/instructions/table.ts";
import { type Header, MACHINE_VERSION, type Registers } from "../../../verifier/machine/record.ts";
import {
  packReturnAddress,
  packExternal,
  packImm32,
  packReference,
  packWord,
  type Word,
} from "../../../verifier/machine/word.ts";
import { Tree } from "../../../verifier/merkle/tree.ts";
import { Checkpoint } from "../../../verifier/state/checkpoint.ts";
import type { State } from "../../../verifier/state/state.ts";
import { SPECIAL } from "../../verifier/machine/float-operands.ts";
import { noise } from "./dense.ts";

const REGION_DEPTH = 11;
/** Leaves and bytes of a region. */
const LEAVES = 2 ** REGION_DEPTH;
const BYTES = 32 * LEAVES;
const SLOTS = 64;
const TOP = 12;

const HEADER: Header = {
  version: MACHINE_VERSION,
  codeDepth: 4,
  stackDepth: 6,
  memoryDepth: REGION_DEPTH + 2,
  cellsDepth: 6,
  regionBits: 2,
  slotLimit: 40,
};

/** The leaves at both ends of each region and around the middle of the output. */
const MEMORY = [0, 1, 2, 3].reduce(
  (tree, region) =>
    [0, 1, 2, 3, 4, 5, LEAVES / 2 - 1, LEAVES / 2, LEAVES / 2 + 1, LEAVES - 3, LEAVES - 2, LEAVES - 1].reduce(
      (t, leaf) => t.set(region * LEAVES + leaf, noise(region * LEAVES + leaf)),
      tree,
    ),
  Tree.empty(HEADER.memoryDepth),
);

/**
 * Sizes around 1 and 60 in cells 5 to 9, references of types 0 and 1 from cell 20 on with nulls
 * between them.
 */
const CELLS = Array.from({ length: SLOTS }, (_, i) => i).reduce((tree, i) => {
  const entry = packReference({ type: i % 2, entry: i, frame: 20 + i });
  if (i < 4 || i % 5 === 4) return tree;
  return tree.set(i, i < 10 ? [1n, 60n, 20n, (1n << 64n) - 1n, 2n][i % 5]! : i < 20 ? noise(i) : entry);
}, Tree.empty(HEADER.cellsDepth));

const near = (...bounds: number[]): fc.Arbitrary<bigint> =>
  fc.tuple(fc.constantFrom(...bounds), fc.integer({ min: -40, max: 40 })).map(([at, d]) => BigInt(Math.max(0, at + d)));

const address = near(0, 32, 64, 96, BYTES / 2, BYTES - 8, BYTES);
const length = fc.oneof(fc.bigInt(0n, 70n), fc.constant(BigInt(BYTES)));
const i64 = fc.bigInt(0n, (1n << 64n) - 1n);
const anything = fc.bigInt(0n, (1n << 256n) - 1n);
const small = fc.bigInt(0n, 12n);

const bytesCursor = fc
  .tuple(address, fc.oneof(fc.constant(undefined), address), length)
  .map(([d, s, n]) => packCursor({ d, s: s ?? d, n }));
const cellsCursor = fc.tuple(fc.bigInt(0n, 45n), fc.bigInt(0n, 45n), fc.bigInt(0n, 20n));
const reference = fc.constantFrom(0n, packReference({ type: 1, entry: 9, frame: 30 }), packExternal(3), 1n << 64n);
/** An index or a length around the sizes of {@link CELLS}. */
const index = near(0, 1, 20, 60).map((n) => n & 0x3fn);

/** The topmost operands of an instruction, the top first. */
function operandsOf(op: number): fc.Arbitrary<bigint[]> {
  if (LOADS.has(op) || op === Op.inputLoad) return fc.tuple(address);
  if (STORES.has(op)) return fc.tuple(anything, address);
  const numeric = NUMERIC.get(op);
  if (numeric?.family === "float") {
    const float = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...SPECIAL[numeric.bits]) }, anything);
    return fc.tuple(float, float);
  }
  if (numeric !== undefined) return fc.tuple(anything, anything);
  switch (op) {
    case Op.copyBytes:
    case Op.fillBytes:
      return fc.tuple(bytesCursor);
    case Op.copyCells:
      return fc.tuple(cellsCursor.map(([d, s, n]) => packCursor({ d, s, n })));
    case Op.fillCells:
      return fc.tuple(fc.tuple(cellsCursor, reference).map(([[d, , n], s]) => packCursor({ d, s, n })));
    case Op.tableGet:
      return fc.tuple(index);
    case Op.tableSet:
      return fc.tuple(fc.oneof(reference, anything), index);
    case Op.tableGrow:
      return fc.tuple(fc.oneof(index, fc.constant(0xffff_ffffn)), fc.oneof(reference, anything));
    case Op.tableFill:
      return fc.tuple(index, fc.oneof(reference, anything), index);
    case Op.memoryCopy:
    case Op.memoryInit:
    case Op.memoryFill:
    case Op.inputRead:
      return fc.tuple(length, address, address);
    case Op.outputWrite:
      return fc.tuple(length, address);
    case Op.checkpoint:
      return fc.tuple(fc.bigInt(0n, 1n), fc.oneof(small, i64));
    default:
      return fc.tuple(fc.oneof(small, anything), fc.oneof(small, i64), small);
  }
}

const sizeCell = fc.integer({ min: 5, max: 9 });
const lanes = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(70)).map((four) => packImm32(...four));

function immediateOf(op: number): fc.Arbitrary<bigint> {
  if (LOADS.has(op) || STORES.has(op)) {
    return fc.constantFrom(0n, 3n, 32n, (1n << 64n) - 8n).map((offset) => offset << 64n);
  }
  if (op === Op.memoryGrow) return near(2, 13, 65_536).map((most) => most << 64n);
  if (op === Op.call) return fc.integer({ min: 10, max: 40 }).map((frame) => packImm32(frame));
  if (op === Op.callIndirect) return fc.tuple(fc.nat(1), fc.nat(14), sizeCell).map((f) => packImm32(...f));
  if (op === Op.tableGet || op === Op.tableSet) return sizeCell.map((cell) => packImm32(0, 0, cell));
  if (op === Op.tableFill) return sizeCell.map((cell) => packImm32(cell));
  if (op === Op.tableGrow) {
    const most = fc.oneof(near(1, 20, 60), fc.constant(0xffff_ffffn)).map(Number);
    return fc.tuple(sizeCell, most).map((f) => packImm32(...f));
  }
  return lanes;
}

function wordOf(op: number): fc.Arbitrary<Word> {
  const region = LOADS.has(op) || STORES.has(op) || op === Op.copyBytes || op === Op.fillBytes;
  return fc.record({
    op: fc.constant(op),
    flags: fc.nat(3),
    top: fc.constant(TOP),
    a: op === Op.callIndirect ? fc.constant(20) : fc.nat(region ? 3 : 15),
    b: op === Op.copyBytes ? fc.nat(3) : fc.nat(15),
    imm: immediateOf(op),
  });
}

const registers: fc.Arbitrary<Registers> = fc.record({
  status: fc.constant(0),
  trapCode: fc.constant(0),
  pc: fc.nat(15),
  base: fc.nat(20),
  outcome: fc.constant(7),
  fuel: fc.oneof(fc.bigInt(1n, 12n), i64),
  reserve: i64,
  transactionFuel: i64,
  sizes: fc.tuple(fc.constantFrom(0n, 1n, 2n, (1n << 64n) - 1n), i64).map(([first, rest]) => (first << 192n) | rest),
  inputLength: near(0, 64, BYTES).map(Number),
  outputLength: near(0, 64, BYTES / 2).map(Number),
  outputStart: near(0, 64, BYTES / 2).map(Number),
  receiptCount: near(0, LEAVES / 2, 2 * LEAVES).map(Number),
});

interface Parts {
  readonly word: Word;
  readonly registers: Registers;
  readonly operands: readonly bigint[];
  readonly saved: "none" | "open";
  readonly sizes: bigint;
  readonly pc: number;
}

function assemble({ word, registers, operands, saved, sizes, pc }: Parts): State {
  let stack = Tree.empty(HEADER.stackDepth);
  for (let slot = 0; slot < registers.base + TOP; slot++) stack = stack.set(slot, packReturnAddress(slot, 3 * slot));
  operands.forEach((operand, k) => (stack = stack.set(registers.base + TOP - 1 - k, operand)));
  const trees = { stack, memory: MEMORY, cells: CELLS };
  const older = { stack: Tree.empty(HEADER.stackDepth).set(1, 5n), memory: MEMORY.set(9, 1n), cells: CELLS.set(9, 1n) };
  const context = (BigInt(pc) << 208n) | (BigInt(pc) << 176n) | (BigInt(pc) << 96n) | BigInt(pc % 2);
  return {
    header: HEADER,
    registers,
    code: Tree.empty(HEADER.codeDepth).set(registers.pc, packWord(word)),
    ...trees,
    checkpoint: saved === "open" ? new Checkpoint(older, { sizes, context }) : undefined,
  };
}

/** States in which an instruction with this opcode comes close to its bounds. */
export function edgeStateOf(op: number): fc.Arbitrary<State> {
  return fc
    .record({
      word: wordOf(op),
      registers,
      operands: operandsOf(op),
      saved: fc.constantFrom("none" as const, "open" as const),
      sizes: anything,
      pc: fc.nat(99),
    })
    .map(assemble);
}
