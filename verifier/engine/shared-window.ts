/**
 * The window on a linear memory that native code works on. Native stores leave no marks, so what
 * has changed is found by comparing each page with the tree's own: 64 MiB take some 6 ms, where
 * marking every store would cost 30 % of all time.
 */
import { PAGE_BYTES } from "../interpreter/core.ts";
import { Window, TOUCHED, WINDOW_PAGE } from "../interpreter/window.ts";
import { BLOCK_BYTES, BLOCK_PAGES, pageOf } from "../merkle/block.ts";
import { LEAF_BYTES } from "../merkle/leaf.ts";
import { PageComparison } from "../merkle/page-comparison.ts";
import { type PageChange, Tree } from "../merkle/tree.ts";
import { drop, makeRoom } from "./garbage.ts";
import { NotNative } from "./not-native.ts";

const PAGE_LEAVES = WINDOW_PAGE / LEAF_BYTES;

/**
 * Bytes of a memory from which on its trees get blocks. Inner hashes of pages, which blocks do
 * without, are kept of half of that.
 */
const LARGE = 2 ** 26;

const ZERO_PAGE = new Uint8Array(WINDOW_PAGE);

/** The trees that a region is shown from. */
export interface RegionTrees {
  /** Of the region alone, as the next is. */
  readonly live: Tree;
  /** While a transaction is open, what it goes back to. */
  readonly checkpoint: Tree | undefined;
}

export class SharedWindow extends Window {
  readonly region: number;
  readonly memory: WebAssembly.Memory;
  /** The region as it was when it was compared last. */
  #tree: Tree;
  /** Whether the memory may hold something else. */
  #isBehind = false;
  #checkpoint: Tree | undefined;
  /**
   * The bytes of the tree's pages, or of the blocks that they are in; nothing where they are zero.
   */
  #pages: (Uint8Array | undefined)[] = [];
  readonly #comparison: PageComparison;
  /** First pages of blocks that the open transaction has replaced, and its checkpoint keeps. */
  readonly #replaced = new Set<number>();

  /** @param leaves - of the region */
  constructor(region: number, memory: WebAssembly.Memory, leaves: number) {
    super(leaves * LEAF_BYTES);
    this.region = region;
    this.memory = memory;
    this.#comparison = new PageComparison(memory);
    this.#tree = Tree.empty(Math.log2(leaves));
    this.refresh();
  }

  /** Pages of the memory, as WebAssembly counts them. */
  get wasmPages(): number {
    return this.memory.buffer.byteLength / PAGE_BYTES;
  }

  /**
   * Something has run, or is going to: the memory may have changed, and its buffer be another one.
   */
  refresh(): void {
    this.#isBehind = true;
    this.#follow();
  }

  /** Shows the memory's buffer, which every growth replaces, even one by no pages. */
  #follow(): void {
    const { buffer } = this.memory;
    if (buffer === this.bytes.buffer) return;
    this.show(new Uint8Array(buffer), new Uint8Array(buffer.byteLength / WINDOW_PAGE).fill(TOUCHED));
  }

  /**
   * Shows what a state has.
   * @param pages - no fewer than the memory has
   * @throws NotNative if the process has no more memory, or a tree holds something beyond the end
   */
  load({ live, checkpoint }: RegionTrees, pages: number): void {
    const end = Math.max(live.end(), checkpoint?.end() ?? 0);
    if (end > (pages * PAGE_BYTES) / LEAF_BYTES) throw new NotNative("a memory holds something beyond its end");
    if (!this.ensure(pages * PAGE_BYTES)) throw new NotNative("the process has no memory left");
    this.#follow();
    this.#goTo(live);
    this.#keep(checkpoint);
  }

  override ensure(end: number): boolean {
    if (end > this.limit) return false;
    const missing = Math.ceil(end / PAGE_BYTES) - this.wasmPages;
    if (missing <= 0) return true;
    try {
      this.memory.grow(missing);
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
    this.refresh();
    return true;
  }

  override touch(): void {
    // Every page is compared.
  }

  override checkpoint(): void {
    this.#catchUp();
    this.#keep(this.#tree);
    // The run goes on.
    this.#isBehind = true;
  }

  override commit(): void {
    this.#keep(undefined);
  }

  override rollback(): void {
    if (this.#checkpoint !== undefined) this.#goTo(this.#checkpoint);
    this.#isBehind = true;
    this.commit();
  }

  override syncCheckpoint(tree: Tree): Tree {
    return this.#checkpoint === undefined ? tree : tree.graft(this.region, this.#checkpoint);
  }

  override sync(tree: Tree): Tree {
    this.#catchUp();
    return tree.graft(this.region, this.#tree);
  }

  /** Brings the tree to what the memory holds. */
  #catchUp(): void {
    if (!this.#isBehind) return;
    this.#tree = this.#tree.withPages(this.#changes(this.bytes.length < LARGE ? 1 : BLOCK_PAGES));
    this.#isBehind = false;
  }

  /** Copies of what the memory and the tree do not have in common, in runs of so many pages. */
  #changes(run: number): PageChange[] {
    const changes: PageChange[] = [];
    for (let index = 0; index * WINDOW_PAGE < this.bytes.length; index += run) {
      let same = 0;
      while (same < run && this.#holds(index + same, this.#pages[index + same])) same++;
      if (same === run) continue;
      if (run > 1) this.#replace(index);
      const bytes = this.bytes.slice(index * WINDOW_PAGE, (index + run) * WINDOW_PAGE);
      changes.push({ index, bytes });
      for (let page = index; page < index + run; page++) this.#pages[page] = bytes;
    }
    return changes;
  }

  /** Another checkpoint, or none, takes the place of the one that was kept. */
  #keep(checkpoint: Tree | undefined): void {
    this.#checkpoint = checkpoint;
    drop(this.#replaced.size * BLOCK_BYTES);
    this.#replaced.clear();
  }

  /** A block is about to take another one's place. */
  #replace(index: number): void {
    makeRoom();
    if (this.#pages[index] === undefined) return;
    if (this.#checkpoint !== undefined && !this.#replaced.has(index)) this.#replaced.add(index);
    else drop(BLOCK_BYTES);
  }

  /** Brings the memory to what a tree holds. */
  #goTo(tree: Tree): void {
    const wasBehind = this.#isBehind;
    const wanted: number[] = [];
    for (const [first, bytes] of tree.pagesUnlike(this.#tree)) {
      const index = first / PAGE_LEAVES;
      wanted.push(index);
      this.#pages[index] = bytes;
    }
    this.#tree = tree;
    this.#isBehind = false;
    if (!wasBehind) {
      for (const index of wanted) this.#restore(index);
      return;
    }
    for (let index = 0; index * WINDOW_PAGE < this.bytes.length; index++) {
      if (!this.#holds(index, this.#pages[index])) this.#restore(index);
    }
  }

  #restore(index: number): void {
    const page = this.#pages[index];
    this.bytes.set(page === undefined ? ZERO_PAGE : pageIn(page, index), index * WINDOW_PAGE);
  }

  #holds(index: number, page: Uint8Array | undefined): boolean {
    return page === undefined ? this.#comparison.isZero(index) : this.#comparison.holds(index, pageIn(page, index));
  }
}

/** A page, of its own bytes or of those of its block. */
function pageIn(bytes: Uint8Array, index: number): Uint8Array {
  return bytes.length === BLOCK_BYTES ? pageOf(bytes, index % BLOCK_PAGES) : bytes;
}
