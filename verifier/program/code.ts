/**
 * A growing sequence of instruction words, and for each the WebAssembly instruction that it was
 * made from.
 */
import type { Word } from "../machine/word.ts";

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
  #length = 0;
  #room: number;
  #bytes: Uint8Array;
  #view: DataView;
  #ops: Uint16Array;
  #offsets: Uint32Array;

  /**
   * @param room - words for which there is room at first: moving all of them to a larger place
   *   takes as long as writing them
   */
  constructor(room = 256) {
    this.#room = room;
    this.#bytes = new Uint8Array(WORD_BYTES * room);
    this.#view = new DataView(this.#bytes.buffer);
    this.#ops = new Uint16Array(room);
    this.#offsets = new Uint32Array(room);
  }

  /** The pc of the next word. */
  get length(): number {
    return this.#length;
  }

  /** Appends a word, in the layout of `packWord`, and gives its pc. */
  emit({ op, flags = 0, top = 0, a = 0, b = 0, imm = 0n }: WordFields, origin: Origin): number {
    const pc = this.append(op, flags, top, a, b, origin);
    if (imm !== 0n) this.setImmediate(pc, imm);
    return pc;
  }

  /**
   * Appends a word whose immediate is zero or set later, and gives its pc: `emit` without an object
   * for the fields, for the commonest of millions of words.
   */
  append(op: number, flags: number, top: number, a: number, b: number, origin: Origin): number {
    const pc = this.#length++;
    if (pc === this.#room) this.#grow();
    const view = this.#view;
    const at = pc * WORD_BYTES;
    view.setUint32(at, (op << 16) | flags);
    view.setUint32(at + 4, top);
    view.setUint32(at + 8, a);
    view.setUint32(at + 12, b);
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
    this.setLane(pc, 0, frame);
  }

  /** Sets the immediate, for example a constant that was not known yet. */
  setImmediate(pc: number, imm: bigint): void {
    this.#view.setBigUint64(pc * WORD_BYTES + 16, imm >> 64n);
    this.#view.setBigUint64(pc * WORD_BYTES + 24, BigInt.asUintN(64, imm));
  }

  /** Sets one u32 of the immediate, lane 0 most significant. */
  setLane(pc: number, lane: 0 | 1 | 2 | 3, value: number): void {
    this.#view.setUint32(pc * WORD_BYTES + 16 + 4 * lane, value);
  }

  /**
   * All words, 32 bytes each, most significant byte first: the buffer's own bytes, to which nothing
   * is written any more.
   */
  words(): Uint8Array {
    return this.#bytes.subarray(0, this.length * WORD_BYTES);
  }

  /** The origin of every word, by pc; the buffer's own. */
  origins(): { readonly ops: Uint16Array; readonly offsets: Uint32Array } {
    return { ops: this.#ops.subarray(0, this.#length), offsets: this.#offsets.subarray(0, this.#length) };
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
