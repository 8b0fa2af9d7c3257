/**
 * A whole machine state, immutable: what the state root commits to (`docs/machine.md`, Record and
 * state root).
 */
import { Problem } from "../errors.ts";
import { type Header, packHeader, packRegisters, type Registers } from "../machine/record.ts";
import { HASH_BYTES, keccak256 } from "../merkle/keccak.ts";
import { writeLeaf } from "../merkle/leaf.ts";
import type { Tree } from "../merkle/tree.ts";
import { Checkpoint } from "./checkpoint.ts";

/** A machine state. States share all that is equal, so keeping one is cheap. */
export interface State {
  readonly header: Header;
  readonly registers: Registers;
  readonly code: Tree;
  readonly stack: Tree;
  readonly memory: Tree;
  readonly cells: Tree;
  /**
   * What the open transaction goes back to; `undefined` outside transactions. A hash stands for a
   * checkpoint whose preimage nobody knows, as an ill-formed state may have one; 32 zero bytes mean
   * none.
   */
  readonly checkpoint: Checkpoint | Uint8Array | undefined;
}

/** Bytes of a record: nine words. */
export const RECORD_BYTES = 9 * HASH_BYTES;

/**
 * Thrown when a state does not allow what is asked of it. The message says what it is and what was
 * asked.
 */
export class StateError extends Problem {
  override readonly name = "StateError";
}

/** The word `saved` of a state's record: 32 bytes, all zero while no checkpoint is open. */
export function savedHash(checkpoint: State["checkpoint"]): Uint8Array {
  if (checkpoint === undefined) return new Uint8Array(HASH_BYTES);
  return checkpoint instanceof Checkpoint ? checkpoint.hash() : checkpoint;
}

/**
 * The record, 288 bytes: code root, header, stack root, memory root, cells root, saved, registers,
 * sizes, lengths.
 */
export function recordBytes(state: State): Uint8Array {
  const record = new Uint8Array(RECORD_BYTES);
  const words = packRegisters(state.registers);
  record.set(state.code.root(), 0);
  writeLeaf(packHeader(state.header), record, 32);
  record.set(state.stack.root(), 64);
  record.set(state.memory.root(), 96);
  record.set(state.cells.root(), 128);
  record.set(savedHash(state.checkpoint), 160);
  writeLeaf(words.registers, record, 192);
  writeLeaf(words.sizes, record, 224);
  writeLeaf(words.lengths, record, 256);
  return record;
}

/** keccak-256 of the record: what commitments and claims are made of. */
export function stateRoot(state: State): Uint8Array {
  return keccak256(recordBytes(state));
}
