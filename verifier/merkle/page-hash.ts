/**
 * Hashes of pages: runs of 2^n leaves under one node. Pages of one call are hashed level by level together, so that both lanes
 * of the hash function work; a page that comes from another one is hashed only where they differ.
 */
import { HASH_BYTES } from "./keccak.ts";
import { BATCH, hashes, hashNodes, NODE_BYTES, nodes } from "./keccak-lanes.ts";
import { LEAF_BYTES } from "./leaf.ts";
import { zeroHash } from "./zero.ts";

const LEAF_WORDS = LEAF_BYTES / 4;
const HASH_WORDS = HASH_BYTES / 4;
const NODE_WORDS = NODE_BYTES / 4;

const nodeWords = new Int32Array(nodes.buffer, nodes.byteOffset, (BATCH * NODE_BYTES) / 4);
const hashWords = new Int32Array(hashes.buffer, hashes.byteOffset, (BATCH * HASH_BYTES) / 4);

/** What is hashed: 2^n leaves, n > 0. */
export interface HashedPage {
  readonly bytes: Uint8Array;
  hash: Uint8Array | undefined;
  /** The page that this one came from. */
  previous: HashedPage | undefined;
  /**
   * All hashes below and including the page's own, those of the level above the leaves first; kept of a page that came from
   * another one, since what changed twice will change again. The next page takes them over.
   */
  inner: Int32Array | undefined;
}

/** Fills in the hashes of pages, which must not have one yet. */
export function hashPages(pages: readonly HashedPage[]): void {
  const jobs = pages.map(begin);
  const levels = Math.max(0, ...jobs.map(({ levels: of }) => of));
  for (let level = 1; level <= levels; level++) hashLevel(jobs, level);
  for (const { page, inner, hasPrevious } of jobs) {
    page.hash = new Uint8Array(inner.buffer, inner.byteOffset, inner.byteLength).slice(-HASH_BYTES);
    page.inner = hasPrevious ? inner : undefined;
    page.previous = undefined;
  }
}

interface Job {
  readonly page: HashedPage;
  readonly words: Int32Array;
  readonly inner: Int32Array;
  readonly levels: number;
  readonly hasPrevious: boolean;
  /** Nodes of the level below that are not as `inner` has them; at first, leaves. Ascending. */
  changed: number[];
}

function begin(page: HashedPage): Job {
  const words = wordsOf(page.bytes);
  const leaves = page.bytes.length / LEAF_BYTES;
  const levels = Math.log2(leaves);
  const { previous } = page;
  const known = previous?.inner;
  const hasPrevious = previous !== undefined;
  if (known === undefined) {
    const changed = leavesUnlike(words, undefined);
    return { page, words, inner: zeros(levels).slice(), levels, hasPrevious, changed };
  }
  previous!.inner = undefined;
  return { page, words, inner: known, levels, hasPrevious, changed: leavesUnlike(words, wordsOf(previous!.bytes)) };
}

function wordsOf(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

/** Leaves that differ, or are not zero. */
function leavesUnlike(words: Int32Array, other: Int32Array | undefined): number[] {
  const unlike: number[] = [];
  for (let i = 0; i < words.length; i++) {
    if (words[i] === (other === undefined ? 0 : other[i])) continue;
    unlike.push(Math.floor(i / LEAF_WORDS));
    i |= LEAF_WORDS - 1;
  }
  return unlike;
}

const zerosByLevels: Int32Array[] = [];

/** The inner hashes of a page of zeros. */
function zeros(levels: number): Int32Array {
  const known = zerosByLevels[levels];
  if (known !== undefined) return known;
  const bytes = new Uint8Array((2 ** levels - 1) * HASH_BYTES);
  for (let level = 1, at = 0; level <= levels; level++) {
    for (let i = 0; i < 2 ** (levels - level); i++, at += HASH_BYTES) bytes.set(zeroHash(level), at);
  }
  const words = wordsOf(bytes);
  zerosByLevels[levels] = words;
  return words;
}

/** Index of a level's first hash among the inner ones. */
const firstOf = (levels: number, level: number): number => 2 ** levels - 2 ** (levels - level + 1);

/** Where each hash of the batch goes. */
const targets: { inner: Int32Array; at: number }[] = [];

function hashLevel(jobs: readonly Job[], level: number): void {
  for (const job of jobs) {
    if (level > job.levels) continue;
    const { inner, levels } = job;
    const below = level === 1 ? job.words : inner;
    const children = level === 1 ? 0 : firstOf(levels, level - 1);
    const own = firstOf(levels, level);
    const parents: number[] = [];
    for (const child of job.changed) {
      const parent = child >> 1;
      if (parents.at(-1) === parent) continue;
      parents.push(parent);
      if (targets.length === BATCH) flush();
      const from = (children + 2 * parent) * HASH_WORDS;
      const to = targets.length * NODE_WORDS;
      for (let i = 0; i < NODE_WORDS; i++) nodeWords[to + i] = below[from + i]!;
      targets.push({ inner, at: (own + parent) * HASH_WORDS });
    }
    job.changed = parents;
  }
  flush();
}

function flush(): void {
  hashNodes(targets.length);
  targets.forEach(({ inner, at }, k) => {
    for (let i = 0; i < HASH_WORDS; i++) inner[at + i] = hashWords[k * HASH_WORDS + i]!;
  });
  targets.length = 0;
}
