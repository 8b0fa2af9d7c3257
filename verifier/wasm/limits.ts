/**
 * Sizes beyond which a module is refused. Where a browser has a limit ("Implementation-defined
 * Limits" of the WebAssembly JavaScript interface) ours is the same or lower, so that whatever is
 * accepted here also runs there; only tables are bounded by the linker, for a table of any size
 * takes no memory before it is used. The lower ones and the others bound time and memory for
 * hostile modules: 10 MB are read in a few seconds and some 400 MB at most.
 */
export const LIMITS = {
  /** Bytes of a module. */
  module: 1 << 30,
  types: 1_000_000,
  /** Functions, imported ones included. */
  functions: 1_000_000,
  imports: 1_000_000,
  exports: 1_000_000,
  globals: 100_000,
  tables: 100_000,
  memories: 100_000,
  data: 100_000,
  customSections: 100_000,
  elements: 100_000,
  /** References in one element segment. */
  elementItems: 10_000_000,
  /** Pages of 64 KiB; a rule of validation (section 3.2.4), not a limit of ours. */
  pages: 65_536,
  parameters: 1_000,
  results: 1_000,
  /** Bytes of a function's body. */
  body: 7_654_321,
  /** Parameters and locals of a function. */
  locals: 50_000,
  /** Bytes of a name in an import, export or custom section. */
  name: 100_000,
  /** Labels of a `br_table`. */
  branchTable: 65_520,
  /** Open blocks. */
  nesting: 50_000,
  /** Values on the static operand stack. */
  operands: 1_000_000,
  /** Instructions of a constant expression. */
  constantExpression: 10_000,
  /**
   * Values that the blocks, calls and branches of one function may move, beyond `movesPerByte` for
   * each byte of its code. Two bytes can call a function of 1000 parameters and results, so 10 MB
   * of code could ask for 10¹⁰ moves.
   */
  moves: 2_000,
  movesPerByte: 64,
} as const;
