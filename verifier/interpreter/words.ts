/**
 * The instruction words of a code tree in one typed array: eight 32-bit lanes a word, the most
 * significant first.
 */
import type { Word } from "../machine/word.ts";
import { LEAF_BYTES } from "../merkle/leaf.ts";
import type { Tree } from "../merkle/tree.ts";
import { NotWellFormed } from "./errors.ts";

/** Words that the fast form takes at most; 2^24 words are 512 MiB. */
const MAX_WORDS = 2 ** 24;
const LANES = 8;

/** Fields of the words up to the last one that is not zero. `pc` must be below `length`. */
export class Words {
  readonly length: number;
  readonly #lanes: Uint32Array;

  constructor(code: Tree) {
    const pages = [...code.pages()];
    const end = pages.reduce((_, [first, bytes]) => first + bytes.length / LEAF_BYTES, 0);
    if (end > MAX_WORDS)
      throw new NotWellFormed(`the code reaches pc ${end - 1}; the interpreter takes ${MAX_WORDS} words`);
    this.#lanes = new Uint32Array(end * LANES);
    for (const [first, bytes] of pages) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i * 4 < bytes.length; i++) this.#lanes[first * LANES + i] = view.getUint32(i * 4);
    }
    this.length = end;
  }

  op(pc: number): number {
    return this.#lane(pc, 0) >>> 16;
  }

  flags(pc: number): number {
    return this.#lane(pc, 0) & 0xffff;
  }

  top(pc: number): number {
    return this.#lane(pc, 1);
  }

  a(pc: number): number {
    return this.#lane(pc, 2);
  }

  b(pc: number): number {
    return this.#lane(pc, 3);
  }

  /** Lane of the immediate, 0 the most significant. */
  imm(pc: number, lane: 0 | 1 | 2 | 3): number {
    return this.#lane(pc, 4 + lane);
  }

  /** The word as the reference reads it. */
  word(pc: number): Word {
    const imm = [0, 1, 2, 3].reduce((value, lane) => (value << 32n) | BigInt(this.#lane(pc, 4 + lane)), 0n);
    return { op: this.op(pc), flags: this.flags(pc), top: this.top(pc), a: this.a(pc), b: this.b(pc), imm };
  }

  #lane(pc: number, lane: number): number {
    return this.#lanes[pc * LANES + lane]!;
  }
}
