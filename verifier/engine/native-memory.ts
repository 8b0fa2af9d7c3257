/**
 * Linear memories of a native run. Native stores leave no marks, so a save compares each memory with a copy of what it held at
 * the last one: 64 MiB take some 10 ms, where marking every store would cost 30 % of all time.
 */
import type { Header } from "../machine/record.ts";
import { LEAF_BYTES, readLeaf } from "../merkle/leaf.ts";
import { Tree } from "../merkle/tree.ts";
import { Refusal } from "./refusal.ts";

/** Bytes of a WebAssembly page. */
const WASM_PAGE = 65_536;

/** Bytes of a page of the tree: 128 leaves. */
const TREE_PAGE = 4096;

interface NativeMemory {
  readonly region: number;
  readonly memory: WebAssembly.Memory;
  /** What the memory held when it was loaded or saved last; its buffer grows in place. */
  readonly copy: Uint8Array<ArrayBuffer>;
}

/** The memories of an instance in the order of their regions. */
export class NativeMemories {
  readonly #memories: readonly NativeMemory[];
  readonly #regionLeaves: number;
  /** The tree that holds what the copies hold. */
  #tree: Tree;
  #hasRun = false;

  /** `maximum` is in pages. */
  constructor(
    memories: readonly (Pick<NativeMemory, "region" | "memory"> & { readonly maximum: number })[],
    { memoryDepth, regionBits }: Header,
  ) {
    this.#memories = memories.map(({ region, memory, maximum }) => {
      const buffer = new ArrayBuffer(memory.buffer.byteLength, { maxByteLength: maximum * WASM_PAGE });
      return { region, memory, copy: new Uint8Array(buffer) };
    });
    this.#regionLeaves = 2 ** (memoryDepth - regionBits);
    this.#tree = Tree.empty(memoryDepth);
  }

  /** Sizes in pages, by position. */
  get pages(): number[] {
    return this.#memories.map(({ memory }) => memory.buffer.byteLength / WASM_PAGE);
  }

  /** Whether a tree holds something beyond the end of a memory: growing would show it. */
  hasHidden(tree: Tree, pages: readonly number[]): boolean {
    const level = Math.log2(this.#regionLeaves);
    return this.#memories.some(
      ({ region }, i) => tree.subtree(level, region).end() * LEAF_BYTES > (pages[i] ?? 0) * WASM_PAGE,
    );
  }

  /** Native code is going to run. */
  touch(): void {
    this.#hasRun = true;
  }

  /**
   * Fills the memories with what a tree holds, and grows those that are smaller.
   * @param pages - no less than the memories have; nothing lies beyond them in the tree
   * @throws Refusal if the host has no more memory
   */
  load(tree: Tree, pages: readonly number[]): void {
    // The copies must be what the memories hold: then only what differs has to be written.
    if (this.#hasRun) this.save();
    const before = this.pages;
    this.#memories.forEach((native, i) => {
      const missing = (pages[i] ?? 0) - (before[i] ?? 0);
      if (missing > 0) grow(native, missing);
      lengthen(native);
    });
    for (const [first, content] of tree.pagesUnlike(this.#tree)) {
      const native = this.#memories.find(({ region }) => region === Math.floor(first / this.#regionLeaves));
      const start = (first % this.#regionLeaves) * LEAF_BYTES;
      if (native === undefined || start >= native.copy.length) continue;
      native.copy.set(content, start);
      new Uint8Array(native.memory.buffer).set(content, start);
    }
    this.#tree = tree;
  }

  /** The tree with what the memories hold. */
  save(): Tree {
    if (!this.#hasRun) return this.#tree;
    let tree = this.#tree;
    for (const native of this.#memories) {
      lengthen(native);
      const bytes = new Uint8Array(native.memory.buffer);
      for (const start of changedPages(bytes, native.copy)) {
        const [content, known] = [
          bytes.subarray(start, start + TREE_PAGE),
          native.copy.subarray(start, start + TREE_PAGE),
        ];
        tree = replaceLeaves(tree, native.region * this.#regionLeaves + start / LEAF_BYTES, content, known);
        known.set(content);
      }
    }
    this.#tree = tree;
    this.#hasRun = false;
    return tree;
  }
}

function grow({ memory }: NativeMemory, pages: number): void {
  try {
    memory.grow(pages);
  } catch (error) {
    if (error instanceof RangeError) throw new Refusal("the host has no memory left", { cause: error });
    throw error;
  }
}

/** A memory that has grown was zero where it grew. */
function lengthen({ memory, copy }: NativeMemory): void {
  if (copy.length < memory.buffer.byteLength) copy.buffer.resize(memory.buffer.byteLength);
}

/** Addresses of pages of the tree in which two runs of bytes differ. */
function* changedPages(bytes: Uint8Array, known: Uint8Array): Generator<number> {
  const differs = (start: number, length: number): boolean =>
    Buffer.compare(bytes.subarray(start, start + length), known.subarray(start, start + length)) !== 0;
  for (let start = 0; start < bytes.length; start += WASM_PAGE) {
    if (!differs(start, WASM_PAGE)) continue;
    for (let at = start; at < start + WASM_PAGE; at += TREE_PAGE) if (differs(at, TREE_PAGE)) yield at;
  }
}

const LEAF_WORDS = LEAF_BYTES / 4;

const words = (bytes: Uint8Array): Int32Array => new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);

/** Up to so many leaves are replaced one by one, which keeps the hashes beside them. */
const FEW = 12;

/** The tree with a page's leaves as they are, where it holds what is known. */
function replaceLeaves(tree: Tree, first: number, content: Uint8Array, known: Uint8Array): Tree {
  const [wanted, held] = [words(content), words(known)];
  const changed: number[] = [];
  for (let i = 0; i < wanted.length && changed.length <= FEW; i++) {
    if (wanted[i] === held[i]) continue;
    const leaf = Math.floor(i / LEAF_WORDS);
    changed.push(leaf * LEAF_BYTES);
    i = (leaf + 1) * LEAF_WORDS - 1;
  }
  if (changed.length > FEW) return tree.withBytes(first, content);
  return changed.reduce((into, at) => into.set(first + at / LEAF_BYTES, readLeaf(content, at)), tree);
}
