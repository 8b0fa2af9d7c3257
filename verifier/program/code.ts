/**
 * A growing sequence of instruction words, and for each the WebAssembly instruction that it was
 * made from.
 */
import { packImm32, type Word } from "../machine/word.ts";

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

/** Words for which there is room at first. */
const FIRST_ROOM = 256;

/** Words under construction. Addresses of what comes later are patched in. */
export class CodeBuffer {
  #length = 0;
  #room = FIRST_ROOM;
  #bytes = new Uint8Array(WORD_BYTES * FIRST_ROOM);
  #view = new DataView(this.#bytes.buffer);
  #ops = new Uint16Array(FIRST_ROOM);
  #offsets = new Uint32Array(FIRST_ROOM);

  /** The pc of the next word. */
  get length(): number {
    return this.#length;
  }

  /** Appends a word, in the layout of `packWord`, and gives its pc. */
  emit(fields: WordFields, origin: Origin): number {
    const pc = this.#length++;
    if (pc === this.#room) this.#grow();
    const view = this.#view;
    const at = pc * WORD_BYTES;
    // Field by field: programs have millions of words, and one large integer for each took a sixth
    // of the time to build them.
    view.setUint16(at, fields.op);
    if (fields.flags !== undefined) view.setUint16(at + 2, fields.flags);
    if (fields.top !== undefined) view.setUint32(at + 4, fields.top);
    if (fields.a !== undefined) view.setUint32(at + 8, fields.a);
    if (fields.b !== undefined) view.setUint32(at + 12, fields.b);
    if (fields.imm !== undefined && fields.imm !== 0n) this.setImmediate(pc, fields.imm);
    this.#ops[pc] = origin.op;
    this.#offsets[pc] = origin.offset;
    return pc;
  }

  /** Sets the field `a`, a branch's target or a call's entry. */
  setTarget(pc: number, target: number): void {
    this.#view.setUint32(pc * WORD_BYTES + 8, target);
  }

  /**
   * Sets what a call knows of its callee: the entry, and the frame size in lane 0 of the immediate.
   */
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
    return { ops: this.#ops.slice(0, this.#length), offsets: this.#offsets.slice(0, this.#length) };
  }

  #grow(): void {
    this.#room *= 2;
    const longer = <T extends Uint8Array | Uint16Array | Uint32Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#bytes = longer(new Uint8Array(WORD_BYTES * this.#room), this.#bytes);
    this.#view = new DataView(this.#bytes.buffer);
    this.#ops = longer(new Uint16Array(this.#room), this.#ops);
    this.#offsets = longer(new Uint32Array(this.#room), this.#offsets);
  }
}
