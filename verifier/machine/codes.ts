/**
 * The machine's numbers that are no opcodes: flags of the instruction word, traps, the status and
 * outcome registers. `scripts/generate-opcodes.ts` writes them into
 * `contracts/machine/Opcodes.sol`.
 */

/** Flags of the instruction word. */
export const Flag = {
  /** A branch or return carries the value on top of the stack down to the height it cuts to. */
  carry: 1,
  /**
   * A branch leaves the stack as it is: nothing lies between the label's height and the operands.
   */
  keep: 2,
} as const;

/**
 * Why a step trapped: the `code` register of a trapped state, and the low half of an `outcome` of
 * kind trap.
 */
export const Trap = {
  unreachable: 1,
  invalidInstruction: 2,
  divideByZero: 3,
  integerOverflow: 4,
  invalidConversion: 5,
  memoryBounds: 6,
  tableBounds: 7,
  uninitializedElement: 8,
  indirectCallType: 9,
  stackExhausted: 10,
  outOfFuel: 11,
  /** A register or operand points outside its tree: only an ill-formed state does that. */
  index: 12,
  /**
   * A transaction instruction where it is not allowed: nested checkpoint, commit outside, yield or
   * finish inside.
   */
  host: 13,
  header: 14,
  /** The program counter lies outside the code. */
  pc: 15,
  outputFull: 16,
  undefinedElement: 17,
} as const;

/** Text of each trap code, in the wording of the official test suite where it has one. */
export const TRAP_TEXT: ReadonlyMap<number, string> = new Map([
  [Trap.unreachable, "unreachable"],
  [Trap.invalidInstruction, "invalid instruction"],
  [Trap.divideByZero, "integer divide by zero"],
  [Trap.integerOverflow, "integer overflow"],
  [Trap.invalidConversion, "invalid conversion to integer"],
  [Trap.memoryBounds, "out of bounds memory access"],
  [Trap.tableBounds, "out of bounds table access"],
  [Trap.uninitializedElement, "uninitialized element"],
  [Trap.indirectCallType, "indirect call type mismatch"],
  [Trap.stackExhausted, "call stack exhausted"],
  [Trap.outOfFuel, "out of fuel"],
  [Trap.index, "index outside its tree"],
  [Trap.host, "host instruction not allowed here"],
  [Trap.header, "bad header"],
  [Trap.pc, "program counter outside the code"],
  [Trap.outputFull, "output region full"],
  [Trap.undefinedElement, "undefined element"],
]);

/** The status register. Every other value halts as well. */
export const Status = { running: 0, yielded: 1, finished: 2, trapped: 3 } as const;

/** The kind in the upper half of the `outcome` register; the lower 32 bits carry a code. */
export const Outcome = { success: 0, trap: 1, left: 2, skipped: 3 } as const;
