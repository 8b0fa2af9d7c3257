/** Writes WebAssembly modules byte by byte, right or wrong as a test needs them. */
import { unsigned } from "../../../verifier/wasm/assembler.ts";

export type Bytes = readonly number[];

/** Magic number and version. */
export const HEADER: Bytes = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** A vector: the count and the entries. */
export const vector = (...entries: readonly Bytes[]): Bytes => [...unsigned(entries.length), ...entries.flat()];

export const name = (text: string): Bytes => {
  const bytes = new TextEncoder().encode(text);
  return [...unsigned(bytes.length), ...bytes];
};

export const section = (id: number, ...content: readonly Bytes[]): Bytes => {
  const bytes = content.flat();
  return [id, ...unsigned(bytes.length), ...bytes];
};

/** A whole module of the given sections. */
export const binary = (...sections: readonly Bytes[]): Uint8Array => Uint8Array.from([...HEADER, ...sections.flat()]);

/** A function body with its size; `code` ends without the last `end`. */
export const body = (code: Bytes, ...locals: readonly Bytes[]): Bytes => {
  const bytes = [...vector(...locals), ...code, 0x0b];
  return [...unsigned(bytes.length), ...bytes];
};

/** Type section of `() → ()`. */
export const TYPES: Bytes = section(1, vector([0x60, 0, 0]));

/**
 * A module of one function `() → ()`, which begins at byte 22, with one page of memory before it at
 * byte 18 on demand.
 */
export const withCode = (code: Bytes, ...locals: readonly Bytes[]): Uint8Array =>
  binary(TYPES, section(3, vector([0])), section(10, vector(body(code, ...locals))));
