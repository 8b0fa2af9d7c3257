/**
 * States of the sizes that gas is measured at. A tree here holds what a full one would show in an
 * opening: beside each leaf that is used, one leaf in every neighbouring subtree where a live state
 * has any. So 64 MiB cost some hundred leaves.
 */
import { MACHINE_VERSION, type Header } from "../../../verifier/machine/record.ts";
import { packWord, type Word } from "../../../verifier/machine/word.ts";
import { keccak256 } from "../../../verifier/merkle/keccak.ts";
import { readLeaf } from "../../../verifier/merkle/leaf.ts";
import { Tree } from "../../../verifier/merkle/tree.ts";
import { Checkpoint } from "../../../verifier/state/checkpoint.ts";
import type { State } from "../../../verifier/state/state.ts";

/** How much of everything a machine has. */
export interface Size {
  readonly header: Header;
  /**
   * Live stack slots. Half of the siblings of the topmost ones are there: neither the best nor the
   * worst height.
   */
  readonly height: number;
  /** Live cells, from cell 4 on: globals, sizes, then the elements of a table. */
  readonly cells: number;
  /** Bytes of memory 0, all of it used. */
  readonly memory: number;
  /** Bytes of output written so far, and receipts. */
  readonly output: number;
  readonly receipts: number;
  /** Bytes of input. */
  readonly input: number;
}

const header = (codeDepth: number, regionDepth: number, cellsDepth: number): Header => ({
  version: MACHINE_VERSION,
  codeDepth,
  stackDepth: 16,
  memoryDepth: regionDepth + 2,
  cellsDepth,
  regionBits: 2,
  slotLimit: 65_535,
});

/**
 * 2^12 code words and 64 KiB; 2^19 code words and 64 MiB, with room for a million table elements.
 */
export const SIZES = {
  small: {
    header: header(12, 11, 7),
    height: 42,
    cells: 100,
    memory: 1 << 16,
    output: 1_021,
    receipts: 5,
    input: 5_000,
  },
  large: {
    header: header(19, 21, 21),
    height: 682,
    cells: 1_500,
    memory: 1 << 26,
    output: 699_005,
    receipts: 170,
    input: 65_536,
  },
} as const satisfies Record<string, Size>;

/**
 * Offset of the frame's first free operand slot; the frame is the topmost part of the live stack.
 */
export const TOP = 12;

/** What a step is to be measured on. */
export interface Scenario {
  readonly word: Partial<Word> & Pick<Word, "op">;
  /** Values of the topmost slots, the top first. */
  readonly operands?: readonly bigint[];
  /** Cells that matter, by index. */
  readonly cells?: Readonly<Record<number, bigint>>;
  /**
   * Live cells, if they are not as many as in the size; too many to make them all, so those that
   * are opened are named.
   */
  readonly live?: { readonly cells: number; readonly opened: readonly number[] };
  /** Bytes addresses of memory 0 that are touched. */
  readonly addresses?: readonly number[];
  /** Registers that differ. */
  readonly registers?: Partial<State["registers"]>;
  readonly header?: Partial<Header>;
  /** Whether a transaction is open; by default it is, as nearly always. */
  readonly open?: boolean;
}

/** A leaf without zero bytes, as good as random. */
export function noise(index: number): bigint {
  return (
    readLeaf(keccak256(Buffer.from(`leaf ${index}`)), 0) |
    0x01010101_01010101_01010101_01010101_01010101_01010101_01010101_01010101n
  );
}

/** A stack value of 64 bits. */
const value = (index: number): bigint => noise(index) >> 192n;

/**
 * Sets leaves so that every sibling of `index` that has a live leaf, one in [from, to), is not
 * zero.
 */
function surround(tree: Tree, index: number, from: number, to: number, leaf: (index: number) => bigint): Tree {
  let result = tree;
  for (let level = -1; level < tree.depth; level++) {
    const size = 2 ** Math.max(0, level);
    // At first the leaf itself, then one sibling a level.
    const sibling = level < 0 ? index : (Math.floor(index / size) ^ 1) * size;
    const first = Math.max(sibling, from);
    if (first < Math.min(sibling + size, to) && result.get(first) === 0n) result = result.set(first, leaf(first));
  }
  return result;
}

/** The state of a scenario, at the step to measure. */
export function stateOf(size: Size, scenario: Scenario): State {
  const { addresses = [], cells: special = {}, operands = [] } = scenario;
  const shape = { ...size.header, ...scenario.header };
  const pc = Math.floor(2 ** size.header.codeDepth / 3);
  const word: Word = { flags: 0, top: TOP, a: 0, b: 0, imm: 0n, ...scenario.word };
  const code = surround(Tree.empty(size.header.codeDepth), pc, 0, 2 ** size.header.codeDepth, noise);

  let stack = Tree.empty(shape.stackDepth);
  for (let slot = 0; slot < size.height; slot++) stack = stack.set(slot, value(slot));
  operands.forEach((operand, k) => (stack = stack.set(size.height - 1 - k, operand)));

  const end = 4 + size.cells;
  let cells = Tree.empty(shape.cellsDepth);
  for (let cell = 4; cell < end; cell++) cells = cells.set(cell, value(cell));
  const { live = { cells: 0, opened: [] } } = scenario;
  for (const cell of live.opened) cells = surround(cells, cell, 4, 4 + live.cells, value);
  for (const [cell, content] of Object.entries(special)) cells = cells.set(Number(cell), content);

  const trees = { stack, memory: memoryOf(size, addresses), cells };
  const open = scenario.open ?? true;
  const context = (BigInt(pc - 99) << 208n) | (4n << 176n) | (BigInt(size.output - 100) << 96n);
  const sizes = BigInt(size.memory / 65_536) << 192n;
  return {
    header: shape,
    registers: {
      status: 0,
      trapCode: 0,
      pc,
      base: size.height - TOP,
      outcome: 0,
      fuel: 123_456_789n,
      reserve: open ? 987_654_321_012n : 0n,
      transactionFuel: open ? 200_000_000n : 0n,
      sizes,
      inputLength: size.input,
      outputLength: size.output,
      outputStart: size.output - 100,
      receiptCount: size.receipts,
      ...scenario.registers,
    },
    code: code.set(pc, packWord(word)),
    ...trees,
    // Another stack: a checkpoint is older than what it is restored over.
    checkpoint: open ? new Checkpoint({ ...trees, stack: stack.set(3, 77n) }, { sizes, context }) : undefined,
  };
}

/**
 * All of memory 0 and of the input is live, of the output what is written, of the data segments a
 * little.
 */
function memoryOf(size: Size, addresses: readonly number[]): Tree {
  const { memoryDepth, regionBits } = size.header;
  const region = 2 ** (memoryDepth - regionBits);
  const leaves = (bytes: number): number => Math.ceil(bytes / 32);
  let tree = Tree.empty(memoryDepth);
  const live: [from: number, to: number, used: number[]][] = [
    [0, leaves(size.memory), addresses.flatMap((address) => [leaves(address - 31), leaves(address - 31) + 1])],
    [region, region + 100, [region + 33, region + 34]],
    [2 * region, 2 * region + leaves(size.output), [0, 1].map((i) => 2 * region + leaves(size.output - 31) + i)],
    [2.5 * region, 2.5 * region + size.receipts, [2.5 * region + size.receipts]],
    [3 * region, 3 * region + leaves(size.input), [3 * region + 33, 3 * region + 34]],
  ];
  // Every region has something, so that the siblings above a region are there too.
  for (const [from] of live) tree = tree.set(from, noise(from));
  for (const [from, to, used] of live) {
    for (const index of used) tree = surround(tree, index, from, to, noise);
  }
  return tree;
}
