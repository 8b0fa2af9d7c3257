/**
 * A window: a run of leaves of a tree as plain bytes. The inner loop reads and writes its fields.
 *
 * Each page of 128 leaves carries two marks: CHANGED, it may differ from the tree; SAVED, the open
 * transaction needs no (further) copy of it. A store looks at one byte, or two, and calls `touch`
 * unless the page is {@link TOUCHED}.
 */
import type { Tree } from "../merkle/tree.ts";

/** Bytes of a page: 128 leaves, a page node of the tree. */
export const WINDOW_PAGE = 4096;

export const CHANGED = 1;
export const SAVED = 2;
/** Both marks: a store to the page has nothing to do. */
export const TOUCHED = CHANGED | SAVED;

export abstract class Window {
  /**
   * The bytes from the first leaf on, a whole number of pages; beyond them the tree itself is the
   * truth.
   */
  bytes: Uint8Array = new Uint8Array(0);
  words: Int32Array = new Int32Array(0);
  view = new DataView(this.bytes.buffer);
  /** Marks by page. */
  marks: Uint8Array = new Uint8Array(0);
  /** Bytes that the window may show at most. */
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Shows at least the bytes below `end`; false if that is more than it may or can. */
  abstract ensure(end: number): boolean;

  /** Marks the pages of a range of bytes that is about to be written. */
  abstract touch(start: number, length: number): void;

  /** A transaction begins. */
  abstract checkpoint(): void;

  /** The open transaction ends, its changes stay. */
  abstract commit(): void;

  /** The open transaction ends, its changes go. */
  abstract rollback(): void;

  /** The tree at the open checkpoint, made from the live tree. */
  abstract syncCheckpoint(tree: Tree): Tree;

  /** The live tree with every change. */
  abstract sync(tree: Tree): Tree;

  /** Sets what is shown. */
  protected show(bytes: Uint8Array<ArrayBuffer>, marks: Uint8Array): void {
    this.bytes = bytes;
    this.words = new Int32Array(bytes.buffer);
    this.view = new DataView(bytes.buffer);
    this.marks = marks;
  }
}
