/**
 * Hashes of pages: runs of 2^n leaves under one node. Pages are hashed in pieces, and those of a
 * piece level by level together, so that both lanes of the hash function work; a page that comes
 * from another one is hashed only where they differ.
 */
import { Crash } from "../errors.ts";
import { countAlone, type HashThread, processThread } from "./hash-thread.ts";
import { HASH_BYTES } from "./keccak.ts";
import { LEAF_BYTES } from "./leaf.ts";
import { hashPiece, IMAGE_BYTES, MAX_PAGE_LEVELS, ownPiece, type Piece, PIECE_PAGES } from "./page-lanes.ts";
import { zeroHash } from "./zero.ts";

const LEAF_WORDS = LEAF_BYTES / 4;
const HASH_WORDS = HASH_BYTES / 4;
const IMAGE_WORDS = IMAGE_BYTES / 4;

/** What is hashed: 2^n leaves, 0 < n <= {@link MAX_PAGE_LEVELS}. */
export interface HashedPage {
  readonly bytes: Uint8Array;
  hash: Uint8Array | undefined;
  /** The page that this one came from. */
  previous: HashedPage | undefined;
  /**
   * All hashes below and including the page's own, those of the level above the leaves first; kept
   * for a while of a page that came from another one, since what changed twice will change again.
   * The next page takes them over.
   */
  inner: Int32Array | undefined;
}

/**
 * Nodes that must be left for another thread to be woken: 1.6 ms. For less, waking it can cost more
 * than it gives.
 */
const WORTH_SHARING = 2 ** 13;

/**
 * Fills in the hashes of pages, which must not have one yet. A second thread takes a part of large
 * batches, if there is one.
 * @param thread - instead of the process's own
 */
export function hashPages(pages: readonly HashedPage[], thread?: HashThread): void {
  let nodes = 0;
  for (let at = 0; at < pages.length; at += PIECE_PAGES) {
    // How many nodes are left is told from the pages so far: finding out takes as long as some of
    // the work.
    const isLarge = at > 0 && (nodes / at) * (pages.length - at) >= WORTH_SHARING;
    const other = isLarge ? (thread ?? processThread()) : undefined;
    if (other?.isIdle() === true) {
      hashTogether(pages, at, other);
      return;
    }
    const some = hashAlone(pages.slice(at, at + PIECE_PAGES).map(begin));
    if (isLarge && thread === undefined) countAlone(some);
    nodes += some;
  }
}

/** Milliseconds that the thread is waited for at most. */
const MOST_PATIENCE = 10;

/** Hashes a piece here. @returns how many nodes that were */
function hashAlone(jobs: readonly Job[]): number {
  fill(ownPiece, jobs);
  const nodes = hashPiece(ownPiece);
  finish(ownPiece, jobs);
  return nodes;
}

/**
 * Hashes pages from `first` on, here and on another thread; each side takes the next piece when it
 * has done one.
 */
function hashTogether(pages: readonly HashedPage[], first: number, thread: HashThread): void {
  const { pieces } = thread;
  const offered = new Map<number, readonly Job[]>();
  let at = first;
  let shortest = Infinity;
  const next = (): Job[] => pages.slice(at, (at += PIECE_PAGES)).map(begin);
  while (at < pages.length) {
    pieces.forEach((piece, i) => {
      const jobs = offered.get(i);
      if (jobs !== undefined && !thread.collect(i)) return;
      if (jobs !== undefined) finish(piece, jobs);
      offered.delete(i);
      if (at >= pages.length) return;
      const some = next();
      fill(piece, some);
      offered.set(i, some);
      thread.offer(i);
    });
    if (at >= pages.length) break;
    const begun = performance.now();
    hashAlone(next());
    shortest = Math.min(shortest, performance.now() - begun);
  }
  for (const [i, jobs] of [...offered].reverse()) {
    const piece = pieces[i]!;
    if (thread.takeBack(i)) hashPiece(piece);
    // After as long as it takes to hash it here, that is what is done: the thread may have no
    // processor, or be gone.
    else if (!thread.wait(i, Math.min(shortest, MOST_PATIENCE))) {
      hashAlone(jobs);
      continue;
    }
    finish(piece, jobs);
  }
}

interface Job {
  readonly page: HashedPage;
  readonly leaves: number;
  /** The inner hashes of the page before, taken from it. */
  readonly inner: Int32Array | undefined;
}

function begin(page: HashedPage): Job {
  const leaves = page.bytes.length / LEAF_BYTES;
  if (leaves > 2 ** MAX_PAGE_LEVELS) throw new Crash(`a page of ${leaves} leaves is larger than pages are`);
  const { previous } = page;
  const inner = previous?.inner;
  if (previous !== undefined) previous.inner = undefined;
  return { page, leaves, inner };
}

/** Puts pages into a piece. */
function fill({ sizes, changed, images }: Piece, jobs: readonly Job[]): void {
  let count = 0;
  jobs.forEach(({ page, leaves, inner }, i) => {
    const words = wordsOf(page.bytes);
    images.set(words, i * IMAGE_WORDS);
    images.set(inner ?? zeros(Math.log2(leaves)), i * IMAGE_WORDS + words.length);
    sizes[1 + i] = leaves;
    const before = inner === undefined ? ZERO_WORDS : wordsOf(page.previous!.bytes);
    for (let at = 0; at < words.length; at++) {
      if (words[at] === before[at]) continue;
      at |= LEAF_WORDS - 1;
      changed[++count] = i * IMAGE_BYTES + 4 * (at + 1 - LEAF_WORDS);
    }
  });
  sizes[0] = jobs.length;
  changed[0] = count;
}

/** Takes the hashes of pages out of a piece. */
function finish({ images }: Piece, jobs: readonly Job[]): void {
  const bytes = new Uint8Array(images.buffer, images.byteOffset, images.byteLength);
  jobs.forEach(({ page, leaves, inner: known }, i) => {
    const first = i * IMAGE_WORDS + leaves * LEAF_WORDS;
    const end = first + (leaves - 1) * HASH_WORDS;
    page.hash = bytes.slice(4 * end - HASH_BYTES, 4 * end);
    if (page.previous === undefined) return;
    known?.set(images.subarray(first, end));
    keepInner(page, known ?? images.slice(first, end));
    page.previous = undefined;
  });
}

/** Pages that have inner hashes at a time: 32 MiB of them, however large the guest. */
const KEPT = 2 ** 13;

/** Those that got them last, in a ring. */
const kept: WeakRef<HashedPage>[] = [];
let oldest = 0;

function keepInner(page: HashedPage, inner: Int32Array): void {
  const gone = kept[oldest]?.deref();
  if (gone !== undefined) gone.inner = undefined;
  page.inner = inner;
  kept[oldest] = new WeakRef(page);
  oldest = (oldest + 1) % KEPT;
}

const ZERO_WORDS = new Int32Array(2 ** MAX_PAGE_LEVELS * LEAF_WORDS);

function wordsOf(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
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
