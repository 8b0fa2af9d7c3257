/** The words of a program's lowered code, as far as the engine looks into them. */
import { WORD_BYTES } from "../program/code.ts";
import type { ProgramMap } from "../program/map.ts";

export class CodeWords {
  readonly #view: DataView;
  readonly #map: ProgramMap;

  constructor(code: Uint8Array, map: ProgramMap) {
    this.#view = new DataView(code.buffer, code.byteOffset, code.byteLength);
    this.#map = map;
  }

  op(pc: number): number {
    return this.#view.getUint16(pc * WORD_BYTES);
  }

  /** The frame offset of the first free slot before a word is executed. */
  top(pc: number): number {
    return this.#view.getUint32(pc * WORD_BYTES + 4);
  }

  /** The field `a`: the target of a branch. */
  a(pc: number): number {
    return this.#view.getUint32(pc * WORD_BYTES + 8);
  }

  /** The type id that an indirect call asks for. */
  typeId(pc: number): number {
    return this.#view.getUint32(pc * WORD_BYTES + 16);
  }

  /** The lower half of the immediate: the bits of a constant. */
  constant(pc: number): bigint {
    return this.#view.getBigInt64(pc * WORD_BYTES + 24);
  }

  /** Byte offset of the WebAssembly instruction that a word was made from. */
  offset(pc: number): number | undefined {
    return this.#map.offset(pc);
  }

  /** pc after the function that a pc belongs to. */
  rangeEnd(pc: number): number {
    return this.#map.rangeEnd(pc);
  }
}
