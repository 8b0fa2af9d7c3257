/**
 * Blocks: 16 adjoining pages in one run of bytes. In JavaScript a page takes a quarter more than
 * its bytes, for the objects around it and its hash; a block takes little more than its bytes, and
 * that is what counts where a memory has hundreds of thousands of pages.
 */
import { HASH_BYTES } from "./keccak.ts";
import { hashAll } from "./keccak-lanes.ts";
import { LEAF_BYTES } from "./leaf.ts";
import { type HashedPage, hashPages } from "./page-hash.ts";
import { samePage } from "./page-comparison.ts";

/** The level of a page: 128 leaves, 4 KiB. */
export const PAGE_LEVEL = 7;

/** The level of a block. */
export const BLOCK_LEVEL = 11;

const PAGE_BYTES = LEAF_BYTES * 2 ** PAGE_LEVEL;

/** Bytes of a block. */
export const BLOCK_BYTES = LEAF_BYTES * 2 ** BLOCK_LEVEL;

/** Pages of a block. */
export const BLOCK_PAGES = BLOCK_BYTES / PAGE_BYTES;

/**
 * Level {@link BLOCK_LEVEL}: a run of {@link BLOCK_BYTES}, not all zero. It unfolds into pages
 * where a leaf changes.
 */
export class Block {
  readonly bytes: Uint8Array;
  /** The hashes of its pages, and after them its own; undefined until it is hashed. */
  hashes: Uint8Array | undefined;
  /** What it replaces: the pages that are the same have the same hashes. */
  previous: Block | undefined;

  constructor(bytes: Uint8Array, previous?: Block) {
    this.bytes = bytes;
    // One without hashes tells nothing, but the one before it may.
    this.previous = previous?.hashes === undefined ? previous?.previous : previous;
  }

  get hash(): Uint8Array | undefined {
    return this.hashes?.subarray(OWN);
  }
}

/** Where a block's own hash stands after those of its pages. */
const OWN = HASH_BYTES * BLOCK_PAGES;

/** A page of the bytes of a block. */
export function pageOf(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES);
}

/** The hash of a page of a block; undefined if it is not known. */
export function pageHashOf({ hashes: all }: Block, index: number): Uint8Array | undefined {
  return all?.subarray(HASH_BYTES * index, HASH_BYTES * (index + 1));
}

/** Blocks that are hashed together: 2 MiB of pages. */
const TOGETHER = 2 ** 5;

/** Fills in the hashes of blocks, which must not have them yet. */
export function hashBlocks(blocks: readonly Block[]): void {
  for (let first = 0; first < blocks.length; first += TOGETHER) hashSome(blocks.slice(first, first + TOGETHER));
}

function hashSome(blocks: readonly Block[]): void {
  const jobs: { page: HashedPage; into: Uint8Array }[] = [];
  for (const block of blocks) {
    const { previous } = block;
    block.hashes = previous?.hashes?.slice() ?? new Uint8Array(OWN + HASH_BYTES);
    block.previous = undefined;
    for (let i = 0; i < BLOCK_PAGES; i++) {
      const bytes = pageOf(block.bytes, i);
      if (previous !== undefined && samePage(bytes, pageOf(previous.bytes, i))) continue;
      const page = { bytes, hash: undefined, previous: undefined, inner: undefined };
      jobs.push({ page, into: pageHashOf(block, i)! });
    }
  }
  hashPages(jobs.map(({ page }) => page));
  for (const { page, into } of jobs) into.set(page.hash!);
  let level: Uint8Array = new Uint8Array(OWN * blocks.length);
  blocks.forEach(({ hashes: all }, i) => level.set(all!.subarray(0, OWN), OWN * i));
  while (level.length > HASH_BYTES * blocks.length) level = hashAll(level);
  blocks.forEach(({ hashes: all }, i) => {
    all!.set(level.subarray(HASH_BYTES * i, HASH_BYTES * (i + 1)), OWN);
  });
}
