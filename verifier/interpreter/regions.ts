/** The regions of the memory tree as windows, made when they are needed first. */
import type { Header } from "../machine/record.ts";
import type { Tree } from "../merkle/tree.ts";
import type { SharedStorage } from "./hand-over.ts";
import type { Sources } from "./sources.ts";
import { MarkedWindow } from "./marked-window.ts";
import type { Window } from "./window.ts";

export class Regions {
  /** Linear memory 0. */
  readonly first: Window;
  /** Leaves of one region. */
  readonly leaves: number;
  /** Number of the region that holds the input. */
  readonly input: number;
  /** Number of the region that holds the output, and in its upper half the receipts. */
  readonly output: number;
  readonly #sources: Sources;
  readonly #windows: (Window | undefined)[] = [];
  #receipts: Window | undefined;
  #open: boolean;

  constructor(header: Header, sources: Sources, open: boolean, shared: SharedStorage["windows"] = new Map()) {
    this.leaves = 2 ** (header.memoryDepth - header.regionBits);
    this.input = 2 ** header.regionBits - 1;
    this.output = this.input - 1;
    this.#sources = sources;
    this.#open = open;
    this.first = shared.get(0) ?? this.#window(0, this.leaves);
    this.#windows[0] = this.first;
    for (const [region, window] of shared) this.#windows[region] = window;
  }

  /** The windows that there are already, by region. */
  get shown(): readonly (Window | undefined)[] {
    return this.#windows;
  }

  /**
   * The window on a region (on the output region's lower half); `undefined` if there is no such
   * region.
   */
  get(region: number): Window | undefined {
    if (region > this.input) return undefined;
    const known = this.#windows[region];
    if (known !== undefined) return known;
    const leaves = region === this.output ? this.leaves / 2 : this.leaves;
    const window = this.#window(region * this.leaves, leaves);
    this.#windows[region] = window;
    return window;
  }

  /** The window on the upper half of the output region. */
  get receipts(): Window {
    this.#receipts ??= this.#window(this.output * this.leaves + this.leaves / 2, this.leaves / 2);
    return this.#receipts;
  }

  /** The byte of a region as the tree has it: what lies beyond the region's window. */
  byteInTree(region: number, address: number): number {
    const leaf = this.#sources.live.get(region * this.leaves + Math.floor(address / 32));
    return Number((leaf >> BigInt(8 * (31 - (address % 32)))) & 0xffn);
  }

  checkpoint(): void {
    this.#open = true;
    for (const window of this.#all()) window.checkpoint();
  }

  commit(): void {
    this.#open = false;
    for (const window of this.#all()) window.commit();
  }

  rollback(): void {
    this.#open = false;
    for (const window of this.#all()) window.rollback();
  }

  /** The memory tree at the open checkpoint. */
  syncCheckpoint(tree: Tree): Tree {
    return this.#all().reduce((synced, window) => window.syncCheckpoint(synced), tree);
  }

  /** The memory tree with every change. */
  sync(tree: Tree): Tree {
    return this.#all().reduce((synced, window) => window.sync(synced), tree);
  }

  #window(first: number, leaves: number): Window {
    return new MarkedWindow({ sources: this.#sources, first, leaves }, this.#open);
  }

  #all(): Window[] {
    return [...this.#windows, this.#receipts].filter((window) => window !== undefined);
  }
}
