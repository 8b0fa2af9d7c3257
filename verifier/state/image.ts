/**
 * A linked and lowered program, ready to become a machine's initial state. `verifier/program` makes
 * images; `initialState` and `programRoot` (`verifier/state`) read them.
 */
import type { Header } from "../machine/record.ts";

/** Bytes that a memory region holds before anything has run. */
export interface MemoryBytes {
  /** The region: 0, 1, 2… are linear memories; 2^regionBits - 3 holds the data segments. */
  readonly region: number;
  /** Where the bytes begin in the region, in bytes; any alignment. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * Everything that decides a program's initial state. Where two pieces of memory overlap, the later
 * one wins.
 */
export interface ProgramImage {
  readonly header: Header;
  /**
   * Instruction words from pc 0 on: one bigint a word, or 32 bytes per word, most significant byte
   * first. States keep the bytes, which must not change.
   */
  readonly code: readonly bigint[] | Uint8Array;
  readonly memory: readonly MemoryBytes[];
  /** Leaves of the cells tree by index; what is missing is zero. Cells 0 to 3 are unused. */
  readonly cells: ReadonlyMap<number, bigint>;
  /** Pages of memories 0 to 3, 64 bits each, memory 0 in the most significant. */
  readonly sizes: bigint;
  /** keccak-256 of the concatenated keccak-256 hashes of the modules, in link order. 32 bytes. */
  readonly sourcesRoot: Uint8Array;
}
