/**
 * Blocks: 16 adjoining pages in one run of bytes. In JavaScript a page takes a quarter more than its bytes, for the objects around it and
 * its hash; a block takes little more than its bytes, and that is what counts where a memory has hundreds of thousands of pages.
 */
import { HASH_BYTES } from "./keccak.ts";
import { BATCH, hashes, hashNodes, NODE_BYTES, nodes } from "./keccak-lanes.ts";
import { LEAF_BYTES } from "./leaf.ts";
import { type HashedPage, hashPages } from "./page-hash.ts";

/** The level of a page: 128 leaves, 4 KiB. */
export const PAGE_LEVEL = 7;

/** The level of a block. */
export const BLOCK_LEVEL = 11;

const PAGE_BYTES = LEAF_BYTES * 2 ** PAGE_LEVEL;

/** Bytes of a block. */
export const BLOCK_BYTES = LEAF_BYTES * 2 ** BLOCK_LEVEL;

/** Pages of a block. */
export const BLOCK_PAGES = BLOCK_BYTES / PAGE_BYTES;

/** Hashes of a block: of its pages, of pairs of pages, and so on up to its own. */
const HASHES = 2 * BLOCK_PAGES - 1;

/** Level {@link BLOCK_LEVEL}: a run of {@link BLOCK_BYTES}, not all zero. It unfolds into pages where a leaf changes. */
export class Block {
  readonly bytes: Uint8Array;
  hash: Uint8Array | undefined;
  /** All its hashes, those of the pages first; undefined until it is hashed. */
  hashes: Uint8Array | undefined;
  /** What it replaces: the pages that are the same have the same hashes. */
  previous: Block | undefined;

  constructor(bytes: Uint8Array, previous?: Block) {
    this.bytes = bytes;
    // One without hashes tells nothing, but the one before it may.
    this.previous = previous?.hashes === undefined ? previous?.previous : previous;
  }
}

/** The bytes of a page of a block. */
export function pageOf(block: Block, index: number): Uint8Array {
  return block.bytes.subarray(index * PAGE_BYTES, (index + 1) * PAGE_BYTES);
}

/** The hash of the node at (level, index) of a block, from the pages up; undefined if it is not known. */
export function hashIn({ hashes: all }: Block, level: number, index: number): Uint8Array | undefined {
  const first = 2 * BLOCK_PAGES - 2 ** (BLOCK_LEVEL + 1 - level);
  return all?.subarray(HASH_BYTES * (first + index), HASH_BYTES * (first + index + 1));
}

/** Blocks that are hashed together: as many nodes of one level as a batch has, and 2 MiB of pages. */
const TOGETHER = 2 ** 5;

/** Fills in the hashes of blocks, which must not have them yet. */
export function hashBlocks(blocks: readonly Block[]): void {
  for (let first = 0; first < blocks.length; first += TOGETHER) hashSome(blocks.slice(first, first + TOGETHER));
}

function hashSome(blocks: readonly Block[]): void {
  const jobs: { page: HashedPage; into: Uint8Array }[] = [];
  for (const block of blocks) {
    const { previous } = block;
    const all = previous?.hashes?.slice() ?? new Uint8Array(HASH_BYTES * HASHES);
    block.hashes = all;
    block.previous = undefined;
    for (let i = 0; i < BLOCK_PAGES; i++) {
      const bytes = pageOf(block, i);
      if (previous !== undefined && Buffer.compare(bytes, pageOf(previous, i)) === 0) continue;
      const page = { bytes, hash: undefined, previous: undefined, inner: undefined };
      jobs.push({ page, into: hashIn(block, PAGE_LEVEL, i)! });
    }
  }
  hashPages(jobs.map(({ page }) => page));
  for (const { page, into } of jobs) into.set(page.hash!);
  for (let level = PAGE_LEVEL + 1; level <= BLOCK_LEVEL; level++) hashLevel(blocks, level);
  for (const block of blocks) block.hash = hashIn(block, BLOCK_LEVEL, 0);
}

/** Hashes the nodes of one level of some blocks, a batch at most, from those below. */
function hashLevel(blocks: readonly Block[], level: number): void {
  const width = 2 ** (BLOCK_LEVEL - level);
  const below = 2 * BLOCK_PAGES - 4 * width;
  blocks.forEach(({ hashes: all }, i) => {
    nodes.set(all!.subarray(HASH_BYTES * below, HASH_BYTES * (below + 2 * width)), i * width * NODE_BYTES);
  });
  hashNodes(blocks.length * width);
  blocks.forEach(({ hashes: all }, i) => {
    const made = hashes.subarray(HASH_BYTES * i * width, HASH_BYTES * (i + 1) * width);
    all!.set(made, HASH_BYTES * (below + 2 * width));
  });
}

if (TOGETHER * (BLOCK_PAGES / 2) > BATCH) throw new RangeError("blocks do not fit into a batch");
