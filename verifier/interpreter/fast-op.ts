/**
 * Operation numbers of the inner loop. An instruction that the loop executes in one way only keeps
 * its WebAssembly opcode; these are the others. The loop's `switch` repeats them as literals,
 * because only literals compile to a jump table.
 */
export const Fast = {
  /** br that cuts the stack and carries nothing: a = target, b = new height. */
  brCut: 0xd0,
  /** br that carries the top operand: a = target, b = where it goes. */
  brCarry: 0xd1,
  /** br_if that cuts the stack and carries nothing. */
  brIfCut: 0xd2,
  /** br_if that carries the operand below the condition. */
  brIfCarry: 0xd3,
  /** return with one result: a = slot of the return address, b = where the result goes. */
  returnCarry: 0xd4,
  /** move: a = destination, b = source. */
  move: 0xd5,
  /** A floating-point instruction of one operand: a = its opcode. */
  floatUnary: 0xe0,
  /** A floating-point instruction of two operands: a = its opcode. */
  floatBinary: 0xe1,
  /**
   * A load from a memory that is not the first: a = offset, b = region and opcode, c = size index.
   */
  load: 0xe2,
  /** A store to one, alike. */
  store: 0xe3,
  /** An instruction that is executed outside the inner loop, from its word. */
  outside: 0xfe,
  /**
   * An instruction whose effect on this stack the fast form cannot follow: the reference executes
   * it.
   */
  escape: 0xff,
} as const;

/** Numbers an instruction has in `Code.fields`: operation, a, b, c. */
export const STRIDE = 4;
