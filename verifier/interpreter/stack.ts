/**
 * The stack as 64-bit slots, two 32-bit words each, the low one first. Words at or above the live
 * height are garbage that counts as zero. The only slot that may hold more is the cursor of a move
 * in progress, which lies beside it.
 */
import { LEAF_BYTES } from "../merkle/leaf.ts";
import type { Tree } from "../merkle/tree.ts";
import { NotWellFormed } from "./errors.ts";
import type { StackImage } from "./hand-over.ts";
import { writeChanges } from "./write-changes.ts";
import { LEAF_WORDS, SLOT_WORDS } from "./units.ts";

/** Slots of a page: what is compared, and replaced in the tree, as a whole. */
const PAGE_SLOTS = 128;
const PAGE_WORDS = SLOT_WORDS * PAGE_SLOTS;

/** A slot that holds more than 64 bits. */
export interface WideSlot {
  /** Its index in the stack. */
  readonly slot: number;
  readonly leaf: bigint;
}

export class Stack {
  words: Int32Array = new Int32Array(0);
  /** The same slots as signed and as unsigned integers. */
  signed = new BigInt64Array(0);
  unsigned = new BigUint64Array(0);
  /** The words, and the slots, as floating-point numbers. */
  floats = new Float32Array(0);
  doubles = new Float64Array(0);
  /** Words that frames may occupy without the stack being enlarged first. */
  limit = 0;
  /** Slots that frames may ever occupy. */
  readonly #slots: number;
  /** What the tree holds, as far as it is not zero. */
  #shadow: Int32Array = new Int32Array(0);
  /** Pages whose shadow says nothing, because a wide slot lies there. */
  readonly #wide = new Set<number>();

  /**
   * @param place - where all slots lie; or how many frames may ever occupy, in an array that
   *   grows
   */
  constructor(place: StackImage | number) {
    if (typeof place === "number") {
      this.#slots = place;
      this.#enlarge(Math.min(place, 2048));
    } else {
      this.#slots = place.slots;
      this.#show(place.buffer, place.offset, place.slots);
    }
  }

  /** Makes room for frames up to a number of slots; false if so many can never be. */
  ensure(slots: number): boolean {
    if (slots > this.#slots) return false;
    if (SLOT_WORDS * slots > this.limit) this.#enlarge(Math.min(this.#slots, Math.max(slots, this.limit)));
    return true;
  }

  /**
   * Reads the slots of a tree, of which none may lie at or above `height` and none but that below
   * it may be wide. Returns what the topmost slot holds if it is wide and that is allowed.
   */
  load(tree: Tree, height: number): bigint | undefined {
    const { words, wide } = readSlots(tree, height);
    this.words.set(words);
    this.#shadow = words;
    this.#wide.clear();
    if (wide !== undefined) this.#wide.add(Math.floor(wide.slot / PAGE_SLOTS));
    return wide?.leaf;
  }

  /** A copy of the words below a height, in slots. */
  snapshot(height: number): Int32Array {
    return this.words.slice(0, SLOT_WORDS * height);
  }

  restore(words: Int32Array): void {
    this.words.set(words);
  }

  /** The tree of a snapshot, from the tree that was synced last; the shadow stays. */
  treeOf(words: Int32Array, tree: Tree): Tree {
    return this.#pages(words.length).reduce(
      (into, page) =>
        this.#differs(page, words) ? writeChanges(into, page * PAGE_SLOTS, leaves(words, page, tree)) : into,
      tree,
    );
  }

  /** The tree of the live slots, from the tree that was synced last. */
  sync(tree: Tree, height: number, wide?: WideSlot): Tree {
    const words = this.snapshot(height);
    let synced = this.treeOf(words, tree);
    this.#shadow = words;
    this.#wide.clear();
    if (wide !== undefined) {
      synced = synced.set(wide.slot, wide.leaf);
      this.#wide.add(Math.floor(wide.slot / PAGE_SLOTS));
    }
    return synced;
  }

  /** Pages that a number of words or the shadow reaches into. */
  #pages(words: number): number[] {
    return Array.from({ length: Math.ceil(Math.max(words, this.#shadow.length) / PAGE_WORDS) }, (_, page) => page);
  }

  #differs(page: number, words: Int32Array): boolean {
    if (this.#wide.has(page)) return true;
    for (let i = page * PAGE_WORDS; i < (page + 1) * PAGE_WORDS; i++) {
      if ((words[i] ?? 0) !== (this.#shadow[i] ?? 0)) return true;
    }
    return false;
  }

  #enlarge(slots: number): void {
    const enlarged = new Int32Array(SLOT_WORDS * slots);
    enlarged.set(this.words.subarray(0, enlarged.length));
    this.#show(enlarged.buffer, 0, slots);
  }

  #show(buffer: ArrayBuffer, offset: number, slots: number): void {
    this.words = new Int32Array(buffer, offset, SLOT_WORDS * slots);
    this.signed = new BigInt64Array(buffer, offset, slots);
    this.unsigned = new BigUint64Array(buffer, offset, slots);
    this.floats = new Float32Array(buffer, offset, SLOT_WORDS * slots);
    this.doubles = new Float64Array(buffer, offset, slots);
    this.limit = SLOT_WORDS * slots;
  }
}

/**
 * The words of a tree's slots below a height. Throws NotWellFormed for anything else that is not
 * zero.
 */
export function readSlots(tree: Tree, height: number): { words: Int32Array; wide: WideSlot | undefined } {
  const words = new Int32Array(SLOT_WORDS * height);
  let wide: WideSlot | undefined;
  for (const [first, bytes] of tree.pages()) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let i = 0; i * LEAF_BYTES < bytes.length; i++) {
      const slot = first + i;
      const lane = (k: number): number => view.getInt32(4 * (i * LEAF_WORDS + k));
      const isWide = [0, 1, 2, 3, 4, 5].some((k) => lane(k) !== 0);
      if (slot >= height) {
        if (isWide || lane(6) !== 0 || lane(7) !== 0) {
          throw new NotWellFormed(`stack slot ${slot} is not zero, but the live height is ${height}`);
        }
        continue;
      }
      if (isWide && slot !== height - 1) {
        throw new NotWellFormed(`stack slot ${slot} holds more than 64 bits`);
      }
      if (isWide) wide = { slot, leaf: tree.get(slot) };
      words[SLOT_WORDS * slot] = lane(7);
      words[SLOT_WORDS * slot + 1] = lane(6);
    }
  }
  return { words, wide };
}

/** The leaves of a page of words; the last page of a small tree is shorter. */
function leaves(words: Int32Array, page: number, tree: Tree): Uint8Array {
  const slots = Math.min(PAGE_SLOTS, 2 ** tree.depth - page * PAGE_SLOTS);
  const bytes = new Uint8Array(slots * LEAF_BYTES);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < slots; i++) {
    const at = page * PAGE_WORDS + SLOT_WORDS * i;
    view.setInt32(i * LEAF_BYTES + 28, words[at] ?? 0);
    view.setInt32(i * LEAF_BYTES + 24, words[at + 1] ?? 0);
  }
  return bytes;
}
