/**
 * keccak-256 of the inner nodes of some pages at once: a WebAssembly module, generated when this
 * file loads, that finds nodes where the pages lie and puts their hashes there, two side by side in
 * the two 64-bit lanes of a vector.
 *
 * The image of a page is its leaves and after them its inner hashes, level by level: with n leaves,
 * hashes 2k and 2k + 1 are the children of hash n + k. Hashes are told by their address: bytes from
 * the beginning of the images.
 */
import { asm, type Code } from "../wasm/assembler.ts";
import { External, ModuleWriter } from "../wasm/module-writer.ts";
import { BLOCK_WORDS, CONSTANTS_BYTES, HASH_WORDS, Lanes, type Place, range, writeConstants } from "./keccak-code.ts";

/** Leaves of a page at most, as a power of two. */
export const MAX_PAGE_LEVELS = 7;

/** Pages of a piece at most: some 0.4 ms of work. */
export const PIECE_PAGES = 16;

const HASH_BYTES = 32;
const NODE_BYTES = 2 * HASH_BYTES;

/** Bytes from one image to the next; the last hash's place is free. */
export const IMAGE_BYTES = 2 * HASH_BYTES * 2 ** MAX_PAGE_LEVELS;

const SIZES_WORDS = 1 + PIECE_PAGES;
const CHANGED_WORDS = 1 + PIECE_PAGES * 2 ** MAX_PAGE_LEVELS;
const IMAGES_WORDS = (PIECE_PAGES * IMAGE_BYTES) / 4;

/** Bytes that a piece takes. */
export const PIECE_BYTES = 4 * (SIZES_WORDS + CHANGED_WORDS + IMAGES_WORDS);

/** Pages that are hashed together, wherever their images lie. */
export interface Piece {
  /** How many pages there are at 0, and from 1 on how many leaves each of them has. */
  readonly sizes: Int32Array;
  /** How many leaves have changed at 0, and from 1 on their addresses, ascending. */
  readonly changed: Int32Array;
  /**
   * Images, as words of 32 bits. Their hashes are right, but for those above leaves that have
   * changed.
   */
  readonly images: Int32Array;
}

/** A piece in {@link PIECE_BYTES} of a buffer. */
export function pieceIn(buffer: ArrayBufferLike, offset: number): Piece {
  const changed = offset + 4 * SIZES_WORDS;
  return {
    sizes: new Int32Array(buffer, offset, SIZES_WORDS),
    changed: new Int32Array(buffer, changed, CHANGED_WORDS),
    images: new Int32Array(buffer, changed + 4 * CHANGED_WORDS, IMAGES_WORDS),
  };
}

const INPUT = CONSTANTS_BYTES;
const LIST = INPUT + PIECE_PAGES * IMAGE_BYTES;

/**
 * Bytes of a pair of nodes in the list: twice the address of the children and that of their parent.
 */
const PAIR_BYTES = 16;

/** Nodes at most: every level may end in one that stands there twice. */
const LIST_NODES = PIECE_PAGES * 2 ** MAX_PAGE_LEVELS + MAX_PAGE_LEVELS;
const MEMORY_PAGES = Math.ceil((LIST + (LIST_NODES * PAIR_BYTES) / 2) / 65_536);

const I32_ADD = 0x6a;
const I32_SUB = 0x6b;
const I32_EQZ = 0x45;
const I32_LOAD = 0x28;

// Locals: the number of pairs left, the address of the next one, what it holds, and the two states.
const COUNT = 0;
const ENTRY = 1;
const CHILDREN = [2, 4] as const;
const PARENTS = [3, 5] as const;
const lanes = new Lanes(6);

/** Word `i` of what two locals say where it begins. */
function word([first, second]: readonly [number, number], i: number): Place {
  return { addresses: [asm.get(first), asm.get(second)], offset: INPUT + 8 * i };
}

function hashPair(): Code {
  const absorb = range(8).map((i) => lanes.load(i, word(CHILDREN, i)));
  const padding = range(25)
    .slice(8)
    .map((i) => lanes.constant(i, i === 8 ? 1n : i === BLOCK_WORDS - 1 ? 1n << 63n : 0n));
  return [absorb, padding, lanes.permute(HASH_WORDS), range(HASH_WORDS).map((i) => lanes.store(i, word(PARENTS, i)))];
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const writer = new ModuleWriter();
  writer.memory({ minimum: MEMORY_PAGES });
  writer.export("memory", External.memory, 0);
  const entry = range(4).map((i) => [asm.get(ENTRY), asm.access(I32_LOAD, LIST + 4 * i, 2), asm.set(CHILDREN[0] + i)]);
  const hash = writer.function({
    type: { params: ["i32"], results: [] },
    locals: [...Array<"i32">(5).fill("i32"), ...Lanes.locals],
    body: asm.block(
      asm.loop(
        [asm.get(COUNT), I32_EQZ, asm.brIf(1)],
        [entry, hashPair()],
        [asm.get(ENTRY), asm.i32(PAIR_BYTES), I32_ADD, asm.set(ENTRY)],
        [asm.get(COUNT), asm.i32(1), I32_SUB, asm.set(COUNT), asm.br(0)],
      ),
    ),
  });
  writer.export("hash", External.function, hash);
  return new Uint8Array(writer.bytes());
}

const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()));
const buffer = (exports["memory"] as WebAssembly.Memory).buffer;
const runPairs = exports["hash"] as (pairs: number) => void;

writeConstants(buffer);

/** The piece that is hashed without being copied. */
export const ownPiece: Piece = {
  sizes: new Int32Array(SIZES_WORDS),
  changed: new Int32Array(CHANGED_WORDS),
  images: new Int32Array(buffer, INPUT, IMAGES_WORDS),
};

const list = new Int32Array(buffer, LIST, 2 * LIST_NODES);

/**
 * Hashes all inner nodes above leaves that have changed; their hashes go to the images.
 * @returns how many nodes that were
 */
export function hashPiece({ sizes, changed, images }: Piece): number {
  const used = (sizes[0]! * IMAGE_BYTES) / 4;
  const isOwn = images === ownPiece.images;
  if (!isOwn) ownPiece.images.set(images.subarray(0, used));
  let from = 0;
  let to = listParents(changed.subarray(1, 1 + changed[0]!), 1, sizes, 0);
  while (to > from) {
    const end = listParents(list.subarray(from + 1, to), 2, sizes, to);
    from = to;
    to = end;
  }
  runPairs((4 * to) / PAIR_BYTES);
  if (!isOwn) images.set(ownPiece.images.subarray(0, used));
  return to / 2;
}

/**
 * Lists the parents of hashes of one level, after what the list holds; nodes come in pairs.
 * @param stride - from one address to the next
 * @returns the list's new end
 */
function listParents(hashes: Int32Array, stride: number, sizes: Int32Array, start: number): number {
  let end = start;
  let last = -1;
  for (let i = 0; i < hashes.length; i += stride) {
    const hash = hashes[i]!;
    const image = hash & -IMAGE_BYTES;
    const leaves = sizes[1 + image / IMAGE_BYTES]!;
    const children = hash & -NODE_BYTES;
    const isRoot = hash - image === 2 * (leaves - 1) * HASH_BYTES;
    if (isRoot || children === last) continue;
    last = children;
    list[end++] = children;
    list[end++] = image + leaves * HASH_BYTES + (children - image) / 2;
  }
  if ((end - start) % 4 === 0) return end;
  list[end] = list[end - 2]!;
  list[end + 1] = list[end - 1]!;
  return end + 2;
}
