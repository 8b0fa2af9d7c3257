/**
 * A machine in its fast form: registers, stack, windows on memory and cells, and how transactions
 * and traps change them. The inner loop and the instructions outside it work on its fields.
 */
import { Outcome, Status, Trap } from "../machine/codes.ts";
import { MASK_64 } from "../machine/machine.ts";
import type { Header, Registers } from "../machine/record.ts";
import type { Code } from "./code.ts";
import type { SharedMachine } from "./hand-over.ts";
import type { Regions } from "./regions.ts";
import type { Sources } from "./sources.ts";
import type { Stack } from "./stack.ts";
import type { Window } from "./window.ts";
import { SLOT_WORDS } from "./units.ts";

/** Why the inner loop stopped. */
export const Stop = {
  /** The quota is used up. */
  quota: 0,
  /** The instruction at pc traps. */
  trap: 1,
  /** The instruction at pc is executed outside the loop. */
  outside: 2,
  /** The reference has to execute the instruction at pc. */
  escape: 3,
} as const;

/** Bytes of a WebAssembly page. */
export const PAGE_BYTES = 65_536;

/** Cursor of a move in progress, as in `verifier/machine/cursor.ts`. Numbers are exact integers. */
export interface Cursor {
  readonly d: number;
  /** Any u64: where a copy reads, or what a fill writes. */
  readonly s: bigint;
  readonly n: number;
}

/** What a failed transaction goes back to, beside the undo logs of the windows. */
export interface Savepoint {
  readonly stack: Int32Array;
  readonly pages: readonly number[];
  readonly pc: number;
  readonly base: number;
  readonly outputLength: number;
  readonly keep: boolean;
}

/** The parts that a core is made of. */
export interface CoreParts {
  readonly header: Header;
  readonly registers: Registers;
  readonly code: Code;
  readonly stack: Stack;
  readonly regions: Regions;
  readonly cells: Window;
  readonly sources: Record<"stack" | "memory" | "cells", Sources>;
}

export class Core implements SharedMachine {
  readonly header: Header;
  readonly code: Code;
  readonly stack: Stack;
  readonly regions: Regions;
  readonly cells: Window;
  readonly sources: CoreParts["sources"];
  status: number;
  /** Trap code of a trapped state. */
  failure: number;
  pc: number;
  /** In slots. */
  base: number;
  outcome: number;
  fuel: bigint;
  reserve: bigint;
  transactionFuel: bigint;
  /** Pages of memories 0 to 3. */
  pages: number[];
  inputLength: number;
  outputLength: number;
  outputStart: number;
  receiptCount: number;
  cursor: Cursor | undefined;
  savepoint: Savepoint | undefined;
  /** Why the inner loop stopped; see `Exit`. */
  exit: number = Stop.quota;
  /** Trap code, if it stopped for a trap. */
  trap = 0;
  refusedGrowth = new Set<number>();

  constructor({ header, registers, code, stack, regions, cells, sources }: CoreParts) {
    this.header = header;
    this.code = code;
    this.stack = stack;
    this.regions = regions;
    this.cells = cells;
    this.sources = sources;
    this.status = registers.status;
    this.failure = registers.trapCode;
    this.pc = registers.pc;
    this.base = registers.base;
    this.outcome = registers.outcome;
    this.fuel = registers.fuel;
    this.reserve = registers.reserve;
    this.transactionFuel = registers.transactionFuel;
    this.pages = unpackSizes(registers.sizes);
    this.inputLength = registers.inputLength;
    this.outputLength = registers.outputLength;
    this.outputStart = registers.outputStart;
    this.receiptCount = registers.receiptCount;
  }

  /** The window on memory 0. */
  get memory(): Window {
    return this.regions.first;
  }

  /** The end of memory 0 in bytes. */
  get memoryEnd(): number {
    return Math.min(this.pages[0]! * PAGE_BYTES, this.memory.limit);
  }

  /** Live slots of the stack. */
  get height(): number {
    return this.base + this.code.heights[this.pc]! / SLOT_WORDS;
  }

  get registers(): Registers {
    const { status, failure: trapCode, pc, base, outcome, fuel, reserve, transactionFuel } = this;
    const { inputLength, outputLength, outputStart, receiptCount } = this;
    const sizes = packSizes(this.pages);
    const lengths = { inputLength, outputLength, outputStart, receiptCount };
    return { status, trapCode, pc, base, outcome, fuel, reserve, transactionFuel, sizes, ...lengths };
  }

  /** The instruction at pc traps: that is one step. */
  fail(code: number): void {
    if (this.savepoint === undefined) return this.#halt(code);
    this.unwind(this.fuel - 1n, Outcome.trap * 2 ** 32 + code, this.savepoint.keep);
  }

  /**
   * A step without fuel: the transaction ends and its end is paid from the reserve, or the program
   * is trapped.
   */
  exhaust(): void {
    if (this.savepoint === undefined || this.reserve === 0n) return this.#halt(Trap.outOfFuel);
    this.reserve -= 1n;
    this.unwind(0n, Outcome.trap * 2 ** 32 + Trap.outOfFuel, this.savepoint.keep);
  }

  #halt(code: number): void {
    this.status = Status.trapped;
    this.failure = code;
  }

  /** Opens a transaction; registers are already as it finds them, pc after the checkpoint. */
  checkpoint(keep: boolean): void {
    this.savepoint = {
      stack: this.stack.snapshot(this.height),
      pages: [...this.pages],
      pc: this.pc,
      base: this.base,
      outputLength: this.outputLength,
      keep,
    };
    this.cells.checkpoint();
    this.regions.checkpoint();
  }

  /** Closes the transaction, its changes stay. */
  commit(): void {
    this.savepoint = undefined;
    for (const sources of Object.values(this.sources)) sources.commit();
    this.cells.commit();
    this.regions.commit();
  }

  /** Closes the transaction: its stack goes, and its other changes unless they are kept. */
  unwind(remaining: bigint, outcome: number, keep: boolean): void {
    const saved = this.savepoint;
    if (saved === undefined) return;
    this.stack.restore(saved.stack);
    if (!keep) {
      this.cells.rollback();
      this.regions.rollback();
      this.sources.memory.rollback();
      this.sources.cells.rollback();
      this.pages = [...saved.pages];
      this.outputLength = saved.outputLength;
    }
    this.commit();
    this.cursor = undefined;
    this.pc = saved.pc;
    this.base = saved.base;
    this.outcome = outcome;
    this.fuel = (this.reserve + remaining) & MASK_64;
    this.reserve = 0n;
    this.transactionFuel = (this.transactionFuel - remaining) & MASK_64;
  }
}

/** The pages of memories 0 to 3, exact below 2^53. */
export function unpackSizes(sizes: bigint): number[] {
  return [192n, 128n, 64n, 0n].map((shift) => Number((sizes >> shift) & MASK_64));
}

/** The inverse of {@link unpackSizes}. */
export function packSizes(pages: readonly number[]): bigint {
  return pages.reduce((sizes, count) => (sizes << 64n) | BigInt(count), 0n);
}
