/**
 * A tree as bytes, relative to another one of the same depth: the leaves in which it differs, page
 * by page.
 *
 * A record begins with 8 bytes, of which the first is its kind and the others are the number of a
 * page (128 leaves, or the whole of a smaller tree). Records follow in the order of their pages.
 * Numbers are big-endian.
 *
 * | kind | what follows |
 * | --- | --- |
 * | 0 | nothing: the tree ends. The number is 0 |
 * | 1 | 16 bytes with a bit for each leaf of the page (the first is the most significant), then the leaves whose bit is set |
 * | 2 | 8 bytes: how many pages, from this one on, are all zero and were not before |
 */
import { PAGE_LEVEL } from "../merkle/block.ts";
import { LEAF_BYTES } from "../merkle/leaf.ts";
import { Tree } from "../merkle/tree.ts";
import type { PieceReader, PieceWriter } from "./byte-pieces.ts";

const END = 0;
const LEAVES = 1;
const ZEROS = 2;

const NUMBER_BYTES = 8;
const MAP_BYTES = 2 ** PAGE_LEVEL / 8;
const LEAF_WORDS = LEAF_BYTES / 4;

/** Thrown when bytes describe no tree. */
export class TreeBytesError extends Error {
  override name = "TreeBytesError";
}

/** Writes a tree relative to `base`, which has its depth; pieces come out as they fill. */
export function* writeTree(tree: Tree, base: Tree, writer: PieceWriter): Generator<Uint8Array> {
  const size = pageSize(tree);
  let zeros = { first: 0, count: 0 };
  const endZeros = (): void => {
    if (zeros.count === 0) return;
    writer.put(head(ZEROS, zeros.first));
    writer.put(number(zeros.count));
    zeros = { first: 0, count: 0 };
  };
  // Both walks go where the trees are not the same object, hence through the same pages.
  const others = base.pagesUnlike(tree);
  for (const [first, bytes] of tree.pagesUnlike(base)) {
    const { value: other } = others.next() as IteratorYieldResult<readonly [number, Uint8Array]>;
    const after = wordsOf(bytes);
    const map = new Uint8Array(MAP_BYTES);
    if (markChanges(after, wordsOf(other[1]), map) === 0) continue;
    const page = first / size;
    if (isZero(after)) {
      if (zeros.first + zeros.count !== page) endZeros();
      zeros = zeros.count === 0 ? { first: page, count: 1 } : { ...zeros, count: zeros.count + 1 };
      continue;
    }
    endZeros();
    writer.put(head(LEAVES, page));
    writer.put(map);
    putLeaves(bytes, map, writer);
    yield* writer.full();
  }
  endZeros();
  writer.put(head(END, 0));
}

/**
 * The tree whose difference from `base` comes next.
 * @throws TreeBytesError if there is none, PiecesEndError if the bytes end
 */
export function readTree(base: Tree, reader: PieceReader): Tree {
  const pages = 2 ** base.depth / pageSize(base);
  let tree = base;
  for (let next = 0; ;) {
    const start = reader.take(NUMBER_BYTES);
    const kind = start[0];
    const page = readNumber(start, 1);
    if (kind === END && page === 0) return tree;
    if (page < next || page >= pages) throw new TreeBytesError(`page ${page} of ${pages} does not belong here`);
    if (kind === LEAVES) {
      tree = readLeaves(tree, page, reader);
      next = page + 1;
    } else if (kind === ZEROS) {
      const count = readNumber(reader.take(NUMBER_BYTES), 0);
      if (count === 0 || page + count > pages) throw new TreeBytesError(`there are no ${count} pages from ${page} on`);
      const level = Math.min(PAGE_LEVEL, base.depth);
      const wasZero = (at: number): boolean => base.subtree(level, at).end() === 0;
      if (wasZero(page) || wasZero(page + count - 1)) throw new TreeBytesError(`page ${page} was zero before`);
      tree = clear(tree, page, count);
      next = page + count;
    } else throw new TreeBytesError(`there is no kind ${kind} of record`);
  }
}

/** Leaves of a page. */
function pageSize(tree: Tree): number {
  return 2 ** Math.min(PAGE_LEVEL, tree.depth);
}

/** Sets the bits of the leaves that differ, and counts them. */
function markChanges(after: Int32Array, before: Int32Array, map: Uint8Array): number {
  let count = 0;
  for (let first = 0; first < after.length; first += LEAF_WORDS) {
    let i = first;
    while (i < first + LEAF_WORDS && after[i] === before[i]) i++;
    if (i === first + LEAF_WORDS) continue;
    mark(map, first / LEAF_WORDS);
    count++;
  }
  return count;
}

function mark(map: Uint8Array, leaf: number): void {
  map[leaf >> 3]! |= 0x80 >> (leaf & 7);
}

function isMarked(map: Uint8Array, leaf: number): boolean {
  return (map[leaf >> 3]! & (0x80 >> (leaf & 7))) !== 0;
}

/** The marked leaves; neighbours go in one piece. */
function putLeaves(bytes: Uint8Array, map: Uint8Array, writer: PieceWriter): void {
  const size = bytes.length / LEAF_BYTES;
  for (let leaf = 0; leaf < size; leaf++) {
    const first = leaf;
    while (leaf < size && isMarked(map, leaf)) leaf++;
    if (leaf > first) writer.put(bytes.subarray(first * LEAF_BYTES, leaf * LEAF_BYTES));
  }
}

/** Every leaf that is given must change the page, so that a tree has one encoding only. */
function readLeaves(tree: Tree, page: number, reader: PieceReader): Tree {
  const size = pageSize(tree);
  const map = reader.take(MAP_BYTES).slice();
  const bytes = tree.readBytes(page * size, size);
  const before = bytes.slice();
  for (let leaf = 0; leaf < size; leaf++) {
    if (isMarked(map, leaf)) bytes.set(reader.take(LEAF_BYTES), leaf * LEAF_BYTES);
  }
  const changed = new Uint8Array(MAP_BYTES);
  const count = markChanges(wordsOf(bytes), wordsOf(before), changed);
  if (count === 0 || changed.some((bits, i) => bits !== map[i])) {
    throw new TreeBytesError(`page ${page} has a leaf that does not change`);
  }
  return tree.withBytes(page * size, bytes);
}

/** A run of pages replaced by zeros, in as few pieces as there are nodes that cover it. */
function clear(tree: Tree, page: number, count: number): Tree {
  let cleared = tree;
  const end = page + count;
  const level = Math.min(PAGE_LEVEL, tree.depth);
  for (let at = page; at < end;) {
    let height = 0;
    while (at % 2 ** (height + 1) === 0 && at + 2 ** (height + 1) <= end) height++;
    cleared = cleared.graft(at / 2 ** height, Tree.empty(level + height));
    at += 2 ** height;
  }
  return cleared;
}

function isZero(words: Int32Array): boolean {
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false;
  return true;
}

/** The bytes as words for comparisons: four at a time. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

function head(kind: number, page: number): Uint8Array {
  const bytes = number(page);
  bytes[0] = kind;
  return bytes;
}

function number(value: number): Uint8Array {
  const bytes = new Uint8Array(NUMBER_BYTES);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/** A number of up to 2^53; a greater one is as wrong as any that no tree has. */
function readNumber(bytes: Uint8Array, from: number): number {
  let value = 0;
  for (let i = from; i < NUMBER_BYTES; i++) value = value * 256 + bytes[i]!;
  return value;
}
