/**
 * Random machine states for property tests: well-formed, nearly well-formed, and nonsense. Words,
 * registers, stack, memory and cells are drawn so that they meet: operands lie below `top`,
 * addresses near the bounds of memories, cells where instructions look. `arbitrary-state.test.ts`
 * measures that both the trap and the result of every instruction come up.
 */
import fc from "fast-check";
import { EXECUTED, LOADS, NUMERIC, type NumericShape, Op, STORES } from "../../../verifier/instructions/table.ts";
import { packCursor } from "../../../verifier/machine/cursor.ts";
import { type Header, MACHINE_VERSION, type Registers, UNUSED_HEADER_BITS } from "../../../verifier/machine/record.ts";
import {
  imm32,
  packReturnAddress,
  packExternal,
  packImm32,
  packReference,
  packWord,
  REFERENCE_LIMITS,
  type Word,
} from "../../../verifier/machine/word.ts";
import { Tree } from "../../../verifier/merkle/tree.ts";
import { Checkpoint } from "../../../verifier/state/checkpoint.ts";
import type { State } from "../../../verifier/state/state.ts";
import { SPECIAL } from "./float-operands.ts";

/** Every opcode that the machine knows. */
export const OPCODES: readonly number[] = [...EXECUTED.keys()];

const bits = (n: number): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: (1n << BigInt(n)) - 1n });
const u48 = fc.oneof(
  fc.nat(80),
  fc.nat(70_000),
  fc.maxSafeNat().map((n) => n % 2 ** 48),
);
const u64 = fc.oneof(
  fc.bigInt(0n, 80n),
  fc.bigInt(65_500n, 65_570n),
  bits(32),
  bits(64),
  fc.constantFrom(0n, 1n, 1n << 31n, 0xffff_ffffn, 1n << 32n, 1n << 63n, (1n << 64n) - 1n),
);
const u32 = fc.oneof(fc.nat(12), fc.nat(0xffff_ffff), fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1));
/** A u32 that most often is a sensible small one. */
const small = fc.oneof({ weight: 12, arbitrary: fc.nat(12) }, { weight: 1, arbitrary: u32 });

const cursor = fc
  .tuple(fc.oneof({ weight: 4, arbitrary: fc.bigInt(0n, 200n) }, u64), fc.bigInt(0n, 200n), fc.bigInt(0n, 100n))
  .chain((fields) => fc.shuffledSubarray(fields, { minLength: 3 }))
  .map(([n = 0n, s = 0n, d = 0n]) => packCursor({ d, s, n }));
const toFunction = fc
  .record({ type: fc.nat(1), entry: small, frame: small })
  .map((fields) => packReference({ ...fields, frame: fields.frame % REFERENCE_LIMITS.frame }));
/** A reference as the machine writes it, or one with bits of no tag or beyond the 64. */
const reference = fc.oneof(
  { weight: 6, arbitrary: toFunction },
  { weight: 1, arbitrary: u32.map((number) => packExternal(number)) },
  { weight: 1, arbitrary: fc.tuple(toFunction, bits(4)).map(([leaf, flipped]) => leaf ^ (flipped << 62n)) },
);

/** A leaf of the stack, the cells or memory: a plausible value, or any 256 bits. */
export const leafValue: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt(0n, 80n) },
  { weight: 2, arbitrary: fc.bigInt(0n, 2n) },
  { weight: 4, arbitrary: u64 },
  { weight: 2, arbitrary: cursor },
  { weight: 2, arbitrary: reference },
  { weight: 1, arbitrary: fc.constantFrom(...SPECIAL[32], ...SPECIAL[64]) },
  { weight: 1, arbitrary: fc.tuple(small, small).map(([pc, base]) => packReturnAddress(pc, base)) },
  { weight: 2, arbitrary: bits(256) },
);

const immediate = fc.oneof(
  { weight: 1, arbitrary: fc.constant(0n) },
  { weight: 6, arbitrary: fc.tuple(small, small, small, small).map((lanes) => packImm32(...lanes)) },
  { weight: 4, arbitrary: fc.tuple(u64, u64).map(([high, low]) => (high << 64n) | low) },
  { weight: 4, arbitrary: fc.tuple(fc.bigInt(0n, 40n), u64).map(([high, low]) => (high << 64n) | low) },
  { weight: 1, arbitrary: bits(128) },
);

/** Type id, capacity, size cell. */
const indirect = fc.tuple(fc.nat(1), fc.integer({ min: 8, max: 90 }), small).map((lanes) => packImm32(...lanes));
/** Size cell, greatest size. */
const growth = fc.tuple(small, fc.oneof(fc.nat(160), u32)).map((lanes) => packImm32(...lanes));

/** An instruction word with this opcode. */
export function wordOf(op: number): fc.Arbitrary<Word> {
  return fc.record({
    op: fc.constant(op),
    flags: fc.oneof({ weight: 8, arbitrary: fc.nat(3) }, fc.nat(0xffff)),
    top: fc.oneof({ weight: 16, arbitrary: fc.integer({ min: 3, max: 12 }) }, u32),
    a: addressesRegion(op) ? fc.oneof({ weight: 12, arbitrary: fc.nat(3) }, u32) : small,
    b: addressesRegion(op) ? fc.oneof({ weight: 12, arbitrary: fc.nat(5) }, u32) : small,
    imm: immediateOf(op),
  });
}

function immediateOf(op: number): fc.Arbitrary<bigint> {
  if (op === Op.callIndirect) return fc.oneof({ weight: 3, arbitrary: indirect }, immediate);
  if (op === Op.tableGrow) return fc.oneof({ weight: 3, arbitrary: growth }, immediate);
  return immediate;
}

function addressesRegion(op: number): boolean {
  return LOADS.has(op) || STORES.has(op) || op === Op.copyBytes || op === Op.fillBytes || op === Op.memoryGrow;
}

const validHeader: fc.Arbitrary<Header> = fc
  .record({
    version: fc.constant(MACHINE_VERSION),
    codeDepth: fc.oneof(fc.integer({ min: 3, max: 8 }), fc.nat(40)),
    stackDepth: fc.oneof(fc.integer({ min: 5, max: 8 }), fc.nat(40)),
    memoryDepth: fc.oneof({ weight: 3, arbitrary: fc.nat(3) }, fc.nat(40)),
    cellsDepth: fc.oneof(fc.integer({ min: 4, max: 8 }), fc.nat(40)),
    regionBits: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 2, max: 3 }) }, fc.integer({ min: 2, max: 8 })),
    slotLimit: fc.oneof(fc.integer({ min: 8, max: 64 }), u32),
  })
  .map((h) => ({ ...h, memoryDepth: Math.min(40, h.memoryDepth + h.regionBits + 11) }));

const anyHeader: fc.Arbitrary<Header> = fc
  .record({
    version: fc.oneof(fc.constant(MACHINE_VERSION), fc.nat(0xffff)),
    codeDepth: fc.nat(255),
    stackDepth: fc.nat(255),
    memoryDepth: fc.nat(255),
    cellsDepth: fc.nat(255),
    regionBits: fc.nat(255),
    slotLimit: u32,
    unused: fc
      .oneof(
        fc.nat(199).map((bit) => 1n << BigInt(bit)),
        bits(200),
      )
      .map((word) => word & UNUSED_HEADER_BITS),
  })
  .chain((wild) =>
    fc.oneof(
      fc.constant(wild),
      // Wrong in one field only.
      fc.tuple(validHeader, fc.constantFrom(...(Object.keys(wild) as (keyof Header)[]))).map(([header, field]) => ({
        ...header,
        [field]: wild[field],
      })),
    ),
  );

const registers: fc.Arbitrary<Registers> = fc.record({
  status: fc.oneof({ weight: 60, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(255) }),
  trapCode: fc.nat(255),
  pc: fc.oneof({ weight: 20, arbitrary: fc.nat(7) }, u32),
  base: fc.oneof({ weight: 20, arbitrary: fc.nat(12) }, u32),
  outcome: fc.oneof(
    fc.constant(0),
    fc.maxSafeNat().map((n) => n % 2 ** 48),
  ),
  fuel: fc.oneof({ weight: 1, arbitrary: fc.bigInt(0n, 1n) }, { weight: 10, arbitrary: fc.bigInt(2n, 99n) }, u64),
  reserve: fc.oneof(fc.bigInt(0n, 2n), u64),
  transactionFuel: u64,
  sizes: fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .array(fc.bigInt(0n, 3n), { minLength: 4, maxLength: 4 })
        .map((pages) => pages.reduce((word, n) => (word << 64n) | n, 0n)),
    },
    bits(256),
  ),
  inputLength: u48,
  outputLength: u48,
  outputStart: u48,
  receiptCount: fc.oneof({ weight: 6, arbitrary: fc.nat(4) }, u48),
});

/** Where random leaves go: beside one of the places that the instruction may look at. */
interface Sprinkle {
  readonly anchor: number;
  readonly delta: number;
  readonly value: bigint;
}

function sprinkles(
  anchors: number,
  delta: fc.Arbitrary<number>,
  value: fc.Arbitrary<bigint>,
  maxLength: number,
): fc.Arbitrary<Sprinkle[]> {
  return fc.array(fc.record({ anchor: fc.nat(anchors - 1), delta, value }), { maxLength, size: "max" });
}

interface Leaves {
  readonly stack: readonly Sprinkle[];
  readonly memory: readonly Sprinkle[];
  readonly cells: readonly Sprinkle[];
}

/** Where arithmetic of a width overflows. */
const limits = (width: number): fc.Arbitrary<bigint> =>
  fc.constantFrom(1n << BigInt(width - 1), (1n << BigInt(width)) - 1n, (1n << BigInt(width - 1)) - 1n);

const floats: Readonly<Record<32 | 64, fc.Arbitrary<bigint>>> = {
  32: fc.oneof(fc.constantFrom(...SPECIAL[32]), bits(32)),
  64: fc.oneof(fc.constantFrom(...SPECIAL[64]), bits(64)),
};

const numericOperand = ({ family, bits: width }: NumericShape): fc.Arbitrary<bigint> =>
  family === "integer" ? limits(width) : fc.oneof(limits(width), { weight: 3, arbitrary: floats[width] });

const memoryLeaf = fc.oneof(fc.nat(3), fc.nat(2100), fc.integer({ min: 2046, max: 2049 }));

const MOVES: readonly number[] = [Op.copyBytes, Op.fillBytes, Op.copyCells, Op.fillCells];

function operandOf(op: number): fc.Arbitrary<bigint> {
  const numeric = NUMERIC.get(op);
  if (numeric !== undefined) return fc.oneof(leafValue, numericOperand(numeric));
  return MOVES.includes(op) ? fc.oneof(leafValue, cursor) : leafValue;
}

function leavesFor(op: number): fc.Arbitrary<Leaves> {
  const operand = operandOf(op);
  const cell = op === Op.callIndirect ? fc.oneof({ weight: 3, arbitrary: reference }, leafValue) : leafValue;
  return fc.record({
    stack: sprinkles(5, fc.integer({ min: -4, max: 1 }), operand, 16),
    memory: sprinkles(6, memoryLeaf, leafValue, 10),
    cells: sprinkles(6, fc.nat(12), cell, 16),
  });
}

function grow(depth: number, anchors: readonly number[], list: readonly Sprinkle[]): Tree {
  return list.reduce((tree, { anchor, delta, value }) => {
    const index = (anchors[anchor] ?? 0) + delta;
    return Number.isInteger(index) && index >= 0 && index < 2 ** depth ? tree.set(index, value) : tree;
  }, Tree.empty(depth));
}

function treesOf(header: Header, base: number, word: Word, { stack, memory, cells }: Leaves) {
  // A tree of an invalid header is never opened, but it has to be some tree.
  const depth = (n: number): number => Math.min(n, 40);
  const region = (n: number): number => n * 2 ** (header.memoryDepth - header.regionBits);
  const last = 2 ** header.regionBits - 1;
  const output = last - 1;
  const lane = (n: 0 | 1 | 2): number => imm32(word.imm, n);
  return {
    stack: grow(
      depth(header.stackDepth),
      [base + word.top, base + word.top, base + word.a, base + word.b, base],
      stack,
    ),
    memory: grow(
      depth(header.memoryDepth),
      [region(word.a), region(word.b), region(0), region(output), region(output) + region(1) / 2, region(last)],
      memory,
    ),
    cells: grow(depth(header.cellsDepth), [0, word.a, word.b, lane(0), lane(1), lane(2)], cells),
  };
}

interface Parts {
  readonly header: Header;
  readonly registers: Registers;
  readonly word: Word;
  readonly now: Leaves;
  readonly before: Leaves;
  readonly saved: "none" | "same" | "other";
  readonly sizes: bigint;
  readonly context: bigint;
}

function assemble({ header, registers, word, now, before, saved, sizes, context }: Parts): State {
  const trees = treesOf(header, registers.base, word, now);
  const code = Tree.empty(Math.min(header.codeDepth, 40));
  const state = {
    header,
    registers,
    code: registers.pc < 2 ** code.depth ? code.set(registers.pc, packWord(word)) : code,
    ...trees,
  };
  const other = treesOf(header, registers.base, word, before);
  const checkpoint = {
    none: undefined,
    same: new Checkpoint(trees, { sizes, context }),
    other: new Checkpoint(other, { sizes, context }),
  }[saved];
  return { ...state, checkpoint };
}

const savedKind = fc.oneof(
  { weight: 5, arbitrary: fc.constant("none" as const) },
  { weight: 6, arbitrary: fc.constantFrom("same" as const, "other" as const) },
);
const context = fc.oneof(
  fc
    .tuple(small, small, u48, fc.nat(1))
    .map(
      ([pc, base, length, keep]) =>
        (BigInt(pc) << 208n) | (BigInt(base) << 176n) | (BigInt(length) << 96n) | BigInt(keep),
    ),
  bits(256),
);

function states(header: fc.Arbitrary<Header>, op: number): fc.Arbitrary<State> {
  const leaves = leavesFor(op);
  const parts = {
    header,
    registers,
    word: wordOf(op),
    now: leaves,
    before: leaves,
    saved: savedKind,
    sizes: bits(256),
    context,
  };
  return fc.record(parts).map(assemble);
}

/**
 * States whose next instruction has this opcode; all else is random, the header nearly always
 * valid.
 */
export function stateOf(op: number): fc.Arbitrary<State> {
  return states(fc.oneof({ weight: 60, arbitrary: validHeader }, anyHeader), op);
}

/**
 * States with any opcode at all, known or not, and more bad headers. The preimage of an open
 * checkpoint is always known.
 */
export const anyState: fc.Arbitrary<State> = fc
  .oneof(
    { weight: 8, arbitrary: fc.constantFrom(...OPCODES) },
    fc.nat(0xffff),
    fc.integer({ min: 0xf000, max: 0xf110 }),
    fc.nat(0xff),
  )
  .chain((op) => states(fc.oneof({ weight: 8, arbitrary: validHeader }, anyHeader), op));
