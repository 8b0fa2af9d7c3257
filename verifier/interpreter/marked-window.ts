/**
 * A window on bytes of its own, which knows from its marks what has changed, with an undo log for
 * the open transaction.
 *
 * Only the first store to a page does more than to look at its marks. In a loop of little but
 * stores this costs 6 %, elsewhere nothing that can be told from noise; and a checkpoint, a
 * rollback and a save cost what was touched.
 */
import { LEAF_BYTES } from "../merkle/leaf.ts";
import { sameBytes } from "../merkle/same-bytes.ts";
import type { Tree } from "../merkle/tree.ts";
import type { Sources } from "./sources.ts";
import { CHANGED, SAVED, TOUCHED, Window, WINDOW_PAGE } from "./window.ts";
import { writeChanges } from "./write-changes.ts";

const PAGE_LEAVES = WINDOW_PAGE / LEAF_BYTES;

/** Bytes that a window holds at most. */
const MAX_BYTES = 2 ** 32;

/** Translates a page between the order of the tree and that of the window, in place. */
export type Codec = (page: Uint8Array) => void;

/** Where a window lies. */
export interface WindowPlace {
  readonly sources: Sources;
  /** Index of its first leaf. */
  readonly first: number;
  /** Leaves up to the end of what it may show. */
  readonly leaves: number;
  readonly codec?: Codec;
}

export class MarkedWindow extends Window {
  readonly #place: WindowPlace;
  #changed: number[] = [];
  /** Pages that carry the mark SAVED. */
  #marked: number[] = [];
  /** Contents at the checkpoint of pages that the open transaction touched. */
  #saved: { readonly page: number; readonly bytes: Uint8Array }[] = [];
  #open: boolean;

  constructor(place: WindowPlace, open: boolean) {
    super(place.leaves * LEAF_BYTES);
    this.#place = place;
    this.#open = open;
  }

  override ensure(end: number): boolean {
    if (end > this.limit || end > MAX_BYTES) return false;
    if (end <= this.bytes.length) return true;
    const pages = Math.ceil(Math.max(end, Math.min(this.limit, this.bytes.length * 1.5)) / WINDOW_PAGE);
    const known = this.bytes.length;
    const grown = new Uint8Array(pages * WINDOW_PAGE);
    grown.set(this.bytes);
    const marks = new Uint8Array(pages);
    marks.set(this.marks);
    this.show(grown, marks);
    this.#fetch(known / WINDOW_PAGE, pages);
    return true;
  }

  override touch(start: number, length: number): void {
    const end = start + length;
    for (let page = Math.floor(start / WINDOW_PAGE); page * WINDOW_PAGE < end; page++) {
      if (this.marks[page] !== TOUCHED) this.#mark(page);
    }
  }

  override checkpoint(): void {
    for (const page of this.#marked) this.marks[page]! &= ~SAVED;
    this.#marked = [];
    this.#saved = [];
    this.#open = true;
  }

  override commit(): void {
    this.#saved = [];
    this.#open = false;
  }

  override rollback(): void {
    // Marks stay right: where the live tree was synced meanwhile, it goes back to the checkpoint's
    // tree as well.
    for (const { page, bytes } of this.#saved) this.bytes.set(bytes, page * WINDOW_PAGE);
    this.commit();
  }

  override syncCheckpoint(tree: Tree): Tree {
    const before = new Map(this.#saved.map(({ page, bytes }) => [page, bytes]));
    return this.#changed.reduce((into, page) => this.#write(into, page, before.get(page) ?? this.#page(page)), tree);
  }

  override sync(tree: Tree): Tree {
    let synced = tree;
    for (const page of this.#changed) {
      synced = this.#write(synced, page, this.#page(page));
      this.marks[page]! &= ~CHANGED;
    }
    this.#changed = [];
    return synced;
  }

  #page(page: number): Uint8Array {
    return this.bytes.subarray(page * WINDOW_PAGE, (page + 1) * WINDOW_PAGE);
  }

  #mark(page: number): void {
    if ((this.marks[page]! & SAVED) === 0) {
      if (this.#open) this.#saved.push({ page, bytes: this.#page(page).slice() });
      this.marks[page]! |= SAVED;
      this.#marked.push(page);
    }
    if ((this.marks[page]! & CHANGED) !== 0) return;
    this.marks[page]! |= CHANGED;
    this.#changed.push(page);
  }

  /**
   * Reads pages from the trees. Where the live tree differs from the checkpoint's, the undo log
   * gets the latter.
   */
  #fetch(from: number, to: number): void {
    const { live, checkpoint } = this.#place.sources;
    this.bytes.set(this.#read(live, from, to), from * WINDOW_PAGE);
    if (checkpoint === undefined) return;
    const { first, codec } = this.#place;
    for (const [leaf, content] of checkpoint.pagesUnlike(live)) {
      const page = Math.floor((leaf - first) / PAGE_LEAVES);
      if (page < from || page >= to) continue;
      const bytes = new Uint8Array(WINDOW_PAGE);
      bytes.set(content);
      codec?.(bytes);
      if (sameBytes(bytes, this.#page(page))) continue;
      this.#saved.push({ page, bytes });
      this.marks[page]! |= SAVED;
      this.#marked.push(page);
    }
  }

  /** Whole pages of a tree, in the window's order of bytes. */
  #read(tree: Tree, from: number, to: number): Uint8Array {
    const { first, leaves, codec } = this.#place;
    const start = from * PAGE_LEAVES;
    const bytes = new Uint8Array((to - from) * WINDOW_PAGE);
    bytes.set(tree.readBytes(first + start, Math.min(to * PAGE_LEAVES, leaves) - start));
    codec?.(bytes);
    return bytes;
  }

  /** Compares before writing: a page that is as it was keeps its hashes. */
  #write(tree: Tree, page: number, bytes: Uint8Array): Tree {
    const first = this.#place.first + page * PAGE_LEAVES;
    const count = Math.min(PAGE_LEAVES, this.#place.leaves - page * PAGE_LEAVES);
    const content = bytes.slice(0, count * LEAF_BYTES);
    this.#place.codec?.(content);
    return writeChanges(tree, first, content);
  }
}

/**
 * The codec of windows whose words have their least significant byte first: every leaf is turned
 * round.
 */
export function reverseLeaves(page: Uint8Array): void {
  for (let at = 0; at < page.length; at += LEAF_BYTES) page.subarray(at, at + LEAF_BYTES).reverse();
}
