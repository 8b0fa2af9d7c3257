/** The 288 bytes of a record taken apart and put together, without the state that they are of. */
import { packRegisters, type Registers, unpackRegisters } from "../machine/record.ts";
import { readLeaf, writeLeaf } from "../merkle/leaf.ts";
import { RECORD_BYTES } from "../state/state.ts";
import type { Roots } from "./witness-access.ts";

/** A record of which only the roots are known. */
export interface PackedRecord {
  /** The whole header word: bits that no field uses go from state to state as they are. */
  readonly header: bigint;
  readonly registers: Registers;
  readonly roots: Roots;
}

/** Takes a record of 288 bytes apart. Total. */
export function unpackRecord(bytes: Uint8Array): PackedRecord {
  const word = (n: number): Uint8Array => bytes.slice(32 * n, 32 * (n + 1));
  return {
    header: readLeaf(bytes, 32),
    registers: unpackRegisters(readLeaf(bytes, 192), readLeaf(bytes, 224), readLeaf(bytes, 256)),
    roots: { code: word(0), stack: word(2), memory: word(3), cells: word(4), saved: word(5) },
  };
}

/** The inverse of {@link unpackRecord}. */
export function packRecord({ header, registers, roots }: PackedRecord): Uint8Array {
  const bytes = new Uint8Array(RECORD_BYTES);
  const words = packRegisters(registers);
  bytes.set(roots.code, 0);
  writeLeaf(header, bytes, 32);
  bytes.set(roots.stack, 64);
  bytes.set(roots.memory, 96);
  bytes.set(roots.cells, 128);
  bytes.set(roots.saved, 160);
  writeLeaf(words.registers, bytes, 192);
  writeLeaf(words.sizes, bytes, 224);
  writeLeaf(words.lengths, bytes, 256);
  return bytes;
}
