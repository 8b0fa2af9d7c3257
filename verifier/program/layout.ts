/**
 * Where things lie in a program's trees, and how deep the trees have to be (docs/machine.md,
 * "Trees").
 */
import { MACHINE_VERSION, MAX_DEPTH, MIN_REGION_DEPTH, type Header } from "../machine/record.ts";
import { MAX_INPUT_BYTES } from "../state/program.ts";
import type { Limits } from "../wasm/types.ts";
import { TRANSACTION_HEADER } from "./drivers/loop.ts";

/** Bytes of a memory leaf. */
export const LEAF_BYTES = 32;

/** Leaves of a WebAssembly page. */
export const PAGE_LEAVES = 2 ** MIN_REGION_DEPTH;

/**
 * The first cell that a program may use: smaller size indices mean the sizes word of the record.
 */
export const FIRST_CELL = 4;

/** Regions that are no linear memory: data segments, output, input. */
const SPECIAL_REGIONS = 3;

/**
 * Receipts of a fragment whose input holds nothing but empty transactions: without room for them
 * all it would trap the program.
 */
const MAX_RECEIPTS = MAX_INPUT_BYTES / TRANSACTION_HEADER;

/** Most linear memories of a program: there are at most 2^8 regions. */
export const MAX_MEMORIES = 2 ** 8 - SPECIAL_REGIONS;

/**
 * What a program may use at most. Each bound that is a power of two higher makes its proofs one
 * hash longer.
 */
export interface ProgramLimits {
  /**
   * Pages that any memory can grow to, whatever its module declares; one that begins with more
   * keeps what it begins with. Undefined: each can grow to the maximum that its module declares, or
   * to {@link UNDECLARED_PAGES}.
   */
  readonly memoryPages: number | undefined;
  /**
   * Elements that a table can grow to, if an instruction of the program grows it; one that begins
   * with more keeps what it begins with.
   */
  readonly tableCapacity: number;
  /** Stack slots that all open frames together may occupy. */
  readonly slotLimit: number;
  /** Bytes of output that a fragment can write. */
  readonly outputBytes: number;
}

/** Bytes of a WebAssembly page. */
export const PAGE_BYTES = PAGE_LEAVES * LEAF_BYTES;

/** Pages that a memory can grow to whose module declares no maximum: 64 MiB. */
export const UNDECLARED_PAGES = 1024;

/**
 * Memories as their modules declare them, 65,536 elements a growing table, 65,535 slots, 1 MiB of
 * output.
 */
export const DEFAULT_LIMITS: ProgramLimits = {
  memoryPages: undefined,
  tableCapacity: 2 ** 16,
  slotLimit: 2 ** 16 - 1,
  outputBytes: 2 ** 20,
};

/**
 * Pages that a memory of WebAssembly can have at most, 4 GiB, and of this machine too (section
 * 3.2.4 of the WebAssembly specification).
 */
export const MAX_PAGES = 65_536;

/**
 * Pages that a memory can grow to.
 * @param declared - pages that it begins with, and the maximum that its module declares, if it does
 */
export function greatestSize(declared: Limits, { memoryPages }: ProgramLimits): number {
  const { minimum, maximum } = declared;
  const limit = memoryPages ?? maximum ?? UNDECLARED_PAGES;
  return Math.min(maximum ?? MAX_PAGES, Math.max(minimum, limit));
}

/** The regions of a program. */
export interface Regions {
  readonly bits: number;
  readonly data: number;
  readonly output: number;
  readonly input: number;
}

/** The regions of a program with so many linear memories, which come first. */
export function regionsFor(memories: number): Regions {
  const bits = Math.max(2, depthFor(memories + SPECIAL_REGIONS));
  const count = 2 ** bits;
  return { bits, data: count - 3, output: count - 2, input: count - 1 };
}

/** The depth of a tree that has room for so many leaves. */
export function depthFor(leaves: number): number {
  return Math.ceil(Math.log2(Math.max(1, leaves)));
}

/** Depth of the subtree of one region. */
export function regionDepthOf(header: Header): number {
  return header.memoryDepth - header.regionBits;
}

/** What the depths follow from. */
export interface Extent {
  readonly words: number;
  readonly cells: number;
  readonly regions: Regions;
  /** Pages that the largest memory can have. */
  readonly pages: number;
  /** Bytes of the region of data segments. */
  readonly dataBytes: number;
  readonly limits: ProgramLimits;
}

/**
 * The header with the least depths.
 * @returns undefined if a tree would be deeper than the machine allows
 */
export function headerFor({ words, cells, regions, pages, dataBytes, limits }: Extent): Header | undefined {
  const leaves = (bytes: number): number => Math.ceil(bytes / LEAF_BYTES);
  const regionDepth = Math.max(
    MIN_REGION_DEPTH,
    depthFor(pages * PAGE_LEAVES),
    depthFor(2 * Math.max(leaves(limits.outputBytes), MAX_RECEIPTS)),
    depthFor(leaves(dataBytes)),
  );
  const header: Header = {
    version: MACHINE_VERSION,
    codeDepth: depthFor(words),
    stackDepth: depthFor(limits.slotLimit + 1),
    memoryDepth: regions.bits + regionDepth,
    cellsDepth: depthFor(cells),
    regionBits: regions.bits,
    slotLimit: limits.slotLimit,
  };
  const depths = [header.codeDepth, header.stackDepth, header.memoryDepth, header.cellsDepth];
  return depths.every((depth) => depth <= MAX_DEPTH) ? header : undefined;
}
