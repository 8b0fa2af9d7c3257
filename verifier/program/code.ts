/** A growing sequence of instruction words, and for each the WebAssembly instruction that it was made from. */
import { packImm32, packWord, type Word } from "../machine/word.ts";

/** Bytes of an instruction word. */
export const WORD_BYTES = 32;

/** The fields of a word to be written; what is left out is zero. */
export type WordFields = Partial<Word> & Pick<Word, "op">;

/** Where a word comes from. */
export interface Origin {
  /** Opcode of the WebAssembly instruction, as in the decoder's `Instruction`. */
  readonly op: number;
  /** Its byte offset in its module. */
  readonly offset: number;
}

/** Words under construction. Addresses of what comes later are patched in. */
export class CodeBuffer {
  #bytes = new Uint8Array(WORD_BYTES * 256);
  #view = new DataView(this.#bytes.buffer);
  readonly #ops: number[] = [];
  readonly #offsets: number[] = [];

  /** The pc of the next word. */
  get length(): number {
    return this.#ops.length;
  }

  /** Appends a word and gives its pc. */
  emit(fields: WordFields, origin: Origin): number {
    const pc = this.length;
    const at = pc * WORD_BYTES;
    if (at + WORD_BYTES > this.#bytes.length) this.#grow();
    const word = packWord({ flags: 0, top: 0, a: 0, b: 0, imm: 0n, ...fields });
    for (let lane = 0; lane < 4; lane++) {
      this.#view.setBigUint64(at + 8 * lane, BigInt.asUintN(64, word >> BigInt(192 - 64 * lane)));
    }
    this.#ops.push(origin.op);
    this.#offsets.push(origin.offset);
    return pc;
  }

  /** Sets the field `a`, a branch's target or a call's entry. */
  setTarget(pc: number, target: number): void {
    this.#view.setUint32(pc * WORD_BYTES + 8, target);
  }

  /** Sets what a call knows of its callee: the entry, and the frame size in lane 0 of the immediate. */
  setCallee(pc: number, entry: number, frame: number): void {
    this.setTarget(pc, entry);
    this.setImmediate(pc, packImm32(frame));
  }

  /** Sets the immediate, for example a constant that was not known yet. */
  setImmediate(pc: number, imm: bigint): void {
    this.#view.setBigUint64(pc * WORD_BYTES + 16, imm >> 64n);
    this.#view.setBigUint64(pc * WORD_BYTES + 24, BigInt.asUintN(64, imm));
  }

  /** All words, 32 bytes each, most significant byte first. */
  words(): Uint8Array {
    return this.#bytes.slice(0, this.length * WORD_BYTES);
  }

  /** The origin of every word, by pc. */
  origins(): { readonly ops: Uint16Array; readonly offsets: Uint32Array } {
    return { ops: Uint16Array.from(this.#ops), offsets: Uint32Array.from(this.#offsets) };
  }

  #grow(): void {
    const bytes = new Uint8Array(this.#bytes.length * 2);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
