/** Linear memories of a native run, and the memory tree that they are compared with: native stores leave no marks. */
import type { Header } from "../machine/record.ts";
import { LEAF_BYTES, readLeaf } from "../merkle/leaf.ts";
import { Tree } from "../merkle/tree.ts";

/** Bytes of a WebAssembly page. */
export const WASM_PAGE = 65_536;

/** Leaves, and bytes, of what is compared at once: a page of the tree. */
const PAGE_LEAVES = 128;
const PAGE_BYTES = PAGE_LEAVES * LEAF_BYTES;

const ZEROS = new Uint8Array(PAGE_BYTES);

/** The memories of an instance in the order of their regions. */
export class NativeMemories {
  readonly #memories: readonly { readonly region: number; readonly memory: WebAssembly.Memory }[];
  readonly #regionLeaves: number;
  /** What the memories hold, if no native code has run since. */
  #tree: Tree;
  #hasRun = false;

  constructor(
    memories: readonly { readonly region: number; readonly memory: WebAssembly.Memory }[],
    { memoryDepth, regionBits }: Header,
  ) {
    this.#memories = memories;
    this.#regionLeaves = 2 ** (memoryDepth - regionBits);
    this.#tree = Tree.empty(memoryDepth);
  }

  /** Sizes in pages, by position. */
  get pages(): number[] {
    return this.#memories.map(({ memory }) => memory.buffer.byteLength / WASM_PAGE);
  }

  /** Native code is going to run. */
  touch(): void {
    this.#hasRun = true;
  }

  /**
   * Grows memories that are smaller, and fills all with what a tree holds.
   * @param pages - no less than the memories have
   * @throws RangeError if the host has no more memory
   */
  load(tree: Tree, pages: readonly number[]): void {
    // The tree must tell what the memories hold: then only what differs has to be written.
    if (this.#hasRun) this.save();
    const before = this.pages;
    const fresh: number[] = [];
    this.#memories.forEach(({ memory }, i) => {
      const missing = (pages[i] ?? 0) - (before[i] ?? 0);
      if (missing > 0) memory.grow(missing);
      if (missing > 0) fresh.push(i);
    });
    for (const [first, bytes] of tree.pagesUnlike(this.#tree)) this.#write(first, bytes);
    // What grew was beyond reach before, so it may lack what both trees hold there.
    for (const i of fresh) this.#loadFrom(tree, i, (before[i] ?? 0) * WASM_PAGE);
    this.#tree = tree;
  }

  /** The tree with what the memories hold. */
  save(): Tree {
    let tree = this.#tree;
    this.#memories.forEach(({ region, memory }) => {
      if (!this.#hasRun) return;
      const bytes = new Uint8Array(memory.buffer);
      const first = region * this.#regionLeaves;
      const compare = (start: number, known: Uint8Array): void => {
        const content = bytes.subarray(start, start + PAGE_BYTES);
        if (Buffer.compare(content, known) !== 0) tree = replaceLeaves(tree, first + start / LEAF_BYTES, content, known);
      };
      let next = 0;
      for (const [leaf, known] of this.#regionTree(this.#tree, region).pages()) {
        const start = leaf * LEAF_BYTES;
        if (start >= bytes.length) break;
        for (; next < start; next += PAGE_BYTES) compare(next, ZEROS);
        compare(start, known);
        next = start + PAGE_BYTES;
      }
      for (; next < bytes.length; next += PAGE_BYTES) compare(next, ZEROS);
    });
    this.#tree = tree;
    this.#hasRun = false;
    return tree;
  }

  #regionTree(tree: Tree, region: number): Tree {
    return tree.subtree(Math.log2(this.#regionLeaves), region);
  }

  #write(leaf: number, content: Uint8Array): void {
    const region = Math.floor(leaf / this.#regionLeaves);
    const found = this.#memories.find((memory) => memory.region === region);
    const start = (leaf % this.#regionLeaves) * LEAF_BYTES;
    if (found === undefined || start >= found.memory.buffer.byteLength) return;
    new Uint8Array(found.memory.buffer).set(content, start);
  }

  #loadFrom(tree: Tree, position: number, start: number): void {
    const { region } = this.#memories[position]!;
    for (const [leaf, content] of this.#regionTree(tree, region).pages()) {
      if (leaf * LEAF_BYTES >= start) this.#write(region * this.#regionLeaves + leaf, content);
    }
  }
}

/** Up to so many leaves are replaced one by one, which keeps the hashes beside them. */
const FEW = 12;

/** The tree with a page's leaves as they are, where it holds what is known. */
function replaceLeaves(tree: Tree, first: number, content: Uint8Array, known: Uint8Array): Tree {
  const changed: number[] = [];
  for (let at = 0; at < content.length && changed.length <= FEW; at += LEAF_BYTES) {
    if (Buffer.compare(content.subarray(at, at + LEAF_BYTES), known.subarray(at, at + LEAF_BYTES)) !== 0) changed.push(at);
  }
  if (changed.length > FEW) return tree.withBytes(first, content);
  return changed.reduce((into, at) => into.set(first + at / LEAF_BYTES, readLeaf(content, at)), tree);
}
