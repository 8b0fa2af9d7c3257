/** Where the sections of a module lie (section 5.5.2 of the WebAssembly specification). */
import { Reader } from "./reader.ts";

/** Bytes of the magic number and the version. */
const PREAMBLE = 8;

/** Id of the code section. */
const CODE = 10;

/**
 * Byte offset of the contents of a module's code section, which addresses of DWARF count from;
 * undefined if it has none.
 * @throws DecodeError if the bytes are no module
 */
export function codeSectionStart(bytes: Uint8Array): number | undefined {
  const reader = new Reader(bytes, PREAMBLE);
  while (!reader.done) {
    const id = reader.u8();
    const size = reader.size("a section");
    if (id === CODE) return reader.position;
    reader.take(size);
  }
  return undefined;
}
