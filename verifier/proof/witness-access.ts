/**
 * A step's access to trees of which only the roots are known: every leaf comes from the witness,
 * checked.
 */
import { Crash } from "../errors.ts";
import type { Access, CheckpointWords, TreeName } from "../machine/access.ts";
import type { Header } from "../machine/record.ts";
import { equalHashes, HASH_BYTES, keccak256 } from "../merkle/keccak.ts";
import { leafBytes, readLeaf, writeLeaf } from "../merkle/leaf.ts";
import { PREIMAGE_BYTES } from "../state/checkpoint.ts";
import { cutRight, type Opening, readOpening, rootOf } from "./opening.ts";
import type { WitnessReader } from "./witness-reader.ts";

/** Roots of the four trees, and the word `saved`. */
export interface Roots extends Readonly<Record<TreeName, Uint8Array>> {
  readonly saved: Uint8Array;
}

const NO_CHECKPOINT = new Uint8Array(HASH_BYTES);

/**
 * Collects a step's changes to the roots; throws a WitnessError for an opening or a preimage that
 * is wrong.
 */
export class WitnessAccess implements Access {
  readonly #header: Header;
  readonly #before: Roots;
  readonly #reader: WitnessReader;
  readonly #taken = new Map<TreeName, Opening>();
  #roots: Record<TreeName | "saved", Uint8Array>;
  #preimage: Uint8Array | undefined;

  constructor(header: Header, roots: Roots, reader: WitnessReader) {
    this.#header = header;
    this.#before = roots;
    this.#reader = reader;
    this.#roots = { ...roots };
  }

  get open(): boolean {
    return !equalHashes(this.#roots.saved, NO_CHECKPOINT);
  }

  take(tree: TreeName, index: number): bigint {
    const place = { what: `${tree} leaf`, depth: this.#depth(tree), level: 0, index };
    const opening = readOpening(this.#reader, this.#roots[tree], place);
    this.#taken.set(tree, opening);
    return readLeaf(opening.node, 0);
  }

  put(tree: TreeName, value: bigint): void {
    this.#replace(tree, { ...this.#last(tree), node: leafBytes(value) });
  }

  cut(value: bigint): void {
    this.#replace("stack", cutRight({ ...this.#last("stack"), node: leafBytes(value) }));
  }

  checkpoint({ sizes, context }: CheckpointWords): void {
    const preimage = new Uint8Array(PREIMAGE_BYTES);
    preimage.set(this.#roots.stack, 0);
    preimage.set(this.#roots.memory, 32);
    preimage.set(this.#roots.cells, 64);
    writeLeaf(sizes, preimage, 96);
    writeLeaf(context, preimage, 128);
    this.#roots.saved = keccak256(preimage);
  }

  commit(): void {
    this.#roots.saved = NO_CHECKPOINT;
  }

  preimage(): CheckpointWords {
    const start = this.#reader.offset;
    const preimage = this.#reader.bytes(PREIMAGE_BYTES, "preimage of saved");
    if (!equalHashes(keccak256(preimage), this.#roots.saved)) {
      this.#reader.fail(start, "the preimage of saved does not have its hash");
    }
    this.#preimage = preimage;
    return { sizes: readLeaf(preimage, 96), context: readLeaf(preimage, 128) };
  }

  restore(keep: boolean): void {
    const preimage = this.#preimage;
    if (preimage === undefined) throw new Crash("a checkpoint is restored before its preimage is read");
    this.#roots.stack = preimage.subarray(0, 32);
    if (!keep) {
      this.#roots.memory = preimage.subarray(32, 64);
      this.#roots.cells = preimage.subarray(64, 96);
    }
    this.#roots.saved = NO_CHECKPOINT;
  }

  discard(): void {
    this.#roots = { ...this.#before };
  }

  /** The roots as the step leaves them. */
  after(): Roots {
    return this.#roots;
  }

  #replace(tree: TreeName, opening: Opening): void {
    this.#taken.set(tree, opening);
    this.#roots[tree] = rootOf(opening);
  }

  #last(tree: TreeName): Opening {
    const opening = this.#taken.get(tree);
    if (opening === undefined) throw new Crash(`a leaf of the ${tree} tree is replaced before one is taken`);
    return opening;
  }

  #depth(tree: TreeName): number {
    const { codeDepth, stackDepth, memoryDepth, cellsDepth } = this.#header;
    return { code: codeDepth, stack: stackDepth, memory: memoryDepth, cells: cellsDepth }[tree];
  }
}
