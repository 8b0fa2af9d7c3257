/**
 * How the interpreter and native code share one machine: all that either may know of the other. One
 * of the two runs at a time, and neither copies memory or stack for the other.
 *
 * | what | whose it is | how the other side gets at it |
 * | --- | --- | --- |
 * | linear memories | native code's: {@link SharedStorage.windows} | the interpreter reads and writes the windows' bytes |
 * | stack | native code's: {@link SharedStorage.stack} | the interpreter lays its typed arrays over the image |
 * | globals, tables, sizes from memory 4 on | the interpreter's: {@link SharedMachine.cells} | read on entry, written on leaving |
 * | pages of memories 0 to 3 | the interpreter's: {@link SharedMachine.pages} | set on leaving |
 * | pc, base, fuel | the interpreter's | read on entry, set on leaving |
 * | failed growths | of whoever runs the machine: {@link SharedMachine.refusedGrowth} | either side adds to the set |
 * | transactions, input, output, receipts, other registers | the interpreter's alone | not at all |
 *
 * **To native code** control passes between two steps of a machine that runs ({@link
 * SharedMachine.status}) and is in the middle of no move. Every slot of the image below the live
 * height is what the state has there; what lies above counts as zero, and whoever needs it to be
 * zero writes that. {@link SharedStorage.refresh} has been called since the interpreter ran last.
 * Native code that cannot take the machine up refuses, and has then changed nothing of it.
 *
 * **To the interpreter** control passes between two steps, or not at all. The image holds every
 * live slot; memories have been refreshed; pc and base stand at an instruction of the code whose
 * frame fits the stack; cells, pages and fuel are those of the steps taken; every cell was touched
 * before it was written. If something trapped natively none of this holds: whoever runs the machine
 * throws it away and loads the state that was saved last.
 */
import type { State } from "../state/state.ts";
import type { Window } from "./window.ts";

/**
 * Where the stack lies: `slots` slots of 64 bits, least significant byte first, from a byte of a
 * buffer on.
 */
export interface StackImage {
  readonly buffer: ArrayBuffer;
  /** In bytes, a multiple of eight. */
  readonly offset: number;
  /** As many as frames of the state may ever occupy. */
  readonly slots: number;
}

/** What native code lends to the interpreter. */
export interface SharedStorage {
  /** What it holds is overwritten when a state is loaded. */
  readonly stack: StackImage;
  /**
   * Windows on the linear memories, by region; they hold what the state has before it is loaded.
   * The interpreter makes its own for all other regions.
   */
  readonly windows: ReadonlyMap<number, Window>;
  /**
   * Says that somebody has run, or is going to: contents may change, and a growth may have replaced
   * a buffer.
   */
  refresh(): void;
}

/**
 * The cells that a machine shows as words, {@link LEAF_WORDS} a cell, the least significant first.
 */
export interface SharedCells {
  readonly bytes: Uint8Array;
  readonly words: Int32Array;
  /**
   * Shows at least the bytes below `end`, which may replace both arrays; false if there are not so
   * many.
   */
  ensure(end: number): boolean;
  /** Marks a range of bytes that is about to be written. */
  touch(start: number, length: number): void;
}

/**
 * What native code may ask of the instructions, by pc, in 32-bit words of the stack ({@link
 * SLOT_WORDS} a slot).
 */
export interface SharedCode {
  readonly length: number;
  /** Live height above the base of the frame, before the instruction. */
  readonly heights: Int32Array;
  /** Height that the function of the instruction may reach. */
  readonly extents: Int32Array;
}

/** A machine between two steps, as the interpreter shows it to native code. */
export interface SharedMachine {
  readonly code: SharedCode;
  /** The image as pairs of words, the lower first. */
  readonly stack: { readonly words: Int32Array };
  readonly cells: SharedCells;
  /** See `Status`. */
  readonly status: number;
  /** The open transaction: another object for every one. */
  readonly savepoint: object | undefined;
  /** Index of the next instruction. */
  pc: number;
  /** Slot of the frame's first argument. */
  base: number;
  /** Steps that are paid for: with none left the next one ends the transaction, or the program. */
  fuel: bigint;
  /** Pages of memories 0 to 3. */
  readonly pages: number[];
  /**
   * Regions of memories whose growth has failed; whoever runs the machine may put a set of its own
   * here.
   */
  refusedGrowth: Set<number>;
}

/**
 * The interpreter on a machine, as far as native code needs it: for the steps that it does not take
 * itself.
 */
export interface Stepper {
  readonly machine: SharedMachine;
  /** Whether the next instruction is one that only the reference step function can execute. */
  readonly stuck: boolean;
  /**
   * Runs at most so many steps and says how many it took: fewer only if the machine halted or is
   * {@link stuck}.
   */
  run(steps: bigint | number): number;
  /** The state as it is. */
  save(): State;
}
