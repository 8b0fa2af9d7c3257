/**
 * The working state of one step. A fault sticks: after the first, nothing more is opened or
 * changed, and reads give zero, so a handler needs no early exits and is total by construction.
 * `contracts/machine/Machine.sol` is the twin.
 */
import type { Access, TreeName } from "./access.ts";
import { Trap } from "./codes.ts";
import type { Header, Registers } from "./record.ts";
import type { Word } from "./word.ts";

export const MASK_32 = 0xffff_ffffn;
export const MASK_48 = 0xffff_ffff_ffffn;
export const MASK_64 = 0xffff_ffff_ffff_ffffn;

/** Registers that a step is writing. */
export type MutableRegisters = { -readonly [K in keyof Registers]: Registers[K] };

/** One step in progress. */
export class Machine {
  /** Trap code of the first fault; 0 while there is none. */
  trap = 0;
  readonly header: Header;
  readonly access: Access;
  readonly registers: MutableRegisters;
  word: Word = { op: 0, flags: 0, top: 0, a: 0, b: 0, imm: 0n };

  constructor(header: Header, access: Access, registers: MutableRegisters) {
    this.header = header;
    this.access = access;
    this.registers = registers;
  }

  /** Records a fault; the first one decides the trap code. */
  fault(code: number): void {
    if (this.trap === 0) this.trap = code;
  }

  /** Opens a leaf; an index outside the tree is a fault. */
  take(tree: TreeName, index: number): bigint {
    if (this.trap !== 0) return 0n;
    if (index < 0 || index >= 2 ** this.depth(tree)) {
      this.fault(Trap.index);
      return 0n;
    }
    return this.access.take(tree, index);
  }

  /** Replaces the leaf taken last from the tree. */
  put(tree: TreeName, value: bigint): void {
    if (this.trap === 0) this.access.put(tree, value);
  }

  /** Opens the stack slot at a frame offset. */
  slot(offset: number): bigint {
    return this.take("stack", this.registers.base + offset);
  }

  /** Opens the `k`-th operand from the top, 0 being the top. */
  operand(k: number): bigint {
    return this.slot(this.word.top - 1 - k);
  }

  /** Opens the `k`-th operand and clears its slot. */
  pop(k: number): bigint {
    const value = this.operand(k);
    this.put("stack", 0n);
    return value;
  }

  /** Writes a value to the first free operand slot. */
  push(value: bigint): void {
    this.slot(this.word.top);
    this.put("stack", value);
  }

  /**
   * Cuts the stack at a frame offset: the slot there gets the value, everything above becomes zero.
   */
  cut(offset: number, value: bigint): void {
    this.slot(offset);
    if (this.trap === 0) this.access.cut(value);
  }

  /** Goes on with the next instruction word. */
  next(): void {
    this.jump((this.registers.pc + 1) % 2 ** 32);
  }

  /** Goes on at a pc. */
  jump(pc: number): void {
    this.registers.pc = pc;
  }

  private depth(tree: TreeName): number {
    switch (tree) {
      case "code":
        return this.header.codeDepth;
      case "stack":
        return this.header.stackDepth;
      case "memory":
        return this.header.memoryDepth;
      case "cells":
        return this.header.cellsDepth;
    }
  }
}
