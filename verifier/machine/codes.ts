/**
 * The one table of machine opcodes: numbers, families and operand counts. `scripts/generate-opcodes.ts` writes
 * `contracts/machine/Opcodes.sol` from it, so the two languages cannot drift apart.
 *
 * Numbers: a WebAssembly instruction keeps its binary opcode (WebAssembly core specification, section 5.4); instructions
 * after prefix 0xFC are 0xFC00 | sub-opcode; instructions of the machine itself start at 0xF000, host instructions at 0xF100.
 */

/** Opcodes of control, stack, memory, cells and host instructions. Numeric instructions are in {@link NUMERIC}. */
export const Op = {
  // control
  unreachable: 0x0000,
  nop: 0x0001,
  if: 0x0004,
  br: 0x000c,
  brIf: 0x000d,
  brTable: 0x000e,
  return: 0x000f,
  call: 0x0010,
  callIndirect: 0x0011,
  // stack
  drop: 0x001a,
  select: 0x001b,
  localGet: 0x0020,
  localSet: 0x0021,
  localTee: 0x0022,
  // cells
  globalGet: 0x0023,
  globalSet: 0x0024,
  tableGet: 0x0025,
  tableSet: 0x0026,
  // memory
  i32Load: 0x0028,
  i64Load: 0x0029,
  f32Load: 0x002a,
  f64Load: 0x002b,
  i32Load8S: 0x002c,
  i32Load8U: 0x002d,
  i32Load16S: 0x002e,
  i32Load16U: 0x002f,
  i64Load8S: 0x0030,
  i64Load8U: 0x0031,
  i64Load16S: 0x0032,
  i64Load16U: 0x0033,
  i64Load32S: 0x0034,
  i64Load32U: 0x0035,
  i32Store: 0x0036,
  i64Store: 0x0037,
  f32Store: 0x0038,
  f64Store: 0x0039,
  i32Store8: 0x003a,
  i32Store16: 0x003b,
  i64Store8: 0x003c,
  i64Store16: 0x003d,
  i64Store32: 0x003e,
  memorySize: 0x003f,
  memoryGrow: 0x0040,
  // constants; the immediate of a float is its bits
  i32Const: 0x0041,
  i64Const: 0x0042,
  f32Const: 0x0043,
  f64Const: 0x0044,
  // bulk: the check of each; a restartable move follows it
  memoryInit: 0xfc08,
  dataDrop: 0xfc09,
  memoryCopy: 0xfc0a,
  memoryFill: 0xfc0b,
  tableInit: 0xfc0c,
  elemDrop: 0xfc0d,
  tableCopy: 0xfc0e,
  tableGrow: 0xfc0f,
  tableFill: 0xfc11,
  // machine
  move: 0xf000,
  copyBytes: 0xf001,
  fillBytes: 0xf002,
  copyCells: 0xf003,
  fillCells: 0xf004,
  // host: transactions (driver modules only)
  checkpoint: 0xf100,
  commit: 0xf101,
  leave: 0xf102,
  yield: 0xf103,
  finish: 0xf104,
  receipt: 0xf105,
  outcome: 0xf106,
  // host: every module
  fuel: 0xf107,
  inputLength: 0xf108,
  inputLoad: 0xf109,
  inputRead: 0xf10a,
  outputWrite: 0xf10b,
  outputAppend: 0xf10c,
} as const;

/** Flags of the instruction word. */
export const Flag = {
  /** A branch or return carries the value on top of the stack down to the height it cuts to. */
  carry: 1,
  /** A branch leaves the stack as it is: nothing lies between the label's height and the operands. */
  keep: 2,
} as const;

/** Bytes that a load or store touches, and whether a load extends the sign; `bits` is the width of the loaded type. */
export interface MemoryShape {
  readonly bytes: number;
  readonly signed: boolean;
  readonly bits: 32 | 64;
}

const shape = (bytes: number, signed: boolean, bits: 32 | 64): MemoryShape => ({ bytes, signed, bits });

/** Shapes of the load instructions by opcode. */
export const LOADS: ReadonlyMap<number, MemoryShape> = new Map([
  [Op.i32Load, shape(4, false, 32)],
  [Op.i64Load, shape(8, false, 64)],
  [Op.f32Load, shape(4, false, 32)],
  [Op.f64Load, shape(8, false, 64)],
  [Op.i32Load8S, shape(1, true, 32)],
  [Op.i32Load8U, shape(1, false, 32)],
  [Op.i32Load16S, shape(2, true, 32)],
  [Op.i32Load16U, shape(2, false, 32)],
  [Op.i64Load8S, shape(1, true, 64)],
  [Op.i64Load8U, shape(1, false, 64)],
  [Op.i64Load16S, shape(2, true, 64)],
  [Op.i64Load16U, shape(2, false, 64)],
  [Op.i64Load32S, shape(4, true, 64)],
  [Op.i64Load32U, shape(4, false, 64)],
]);

/** Shapes of the store instructions by opcode. */
export const STORES: ReadonlyMap<number, MemoryShape> = new Map([
  [Op.i32Store, shape(4, false, 32)],
  [Op.i64Store, shape(8, false, 64)],
  [Op.f32Store, shape(4, false, 32)],
  [Op.f64Store, shape(8, false, 64)],
  [Op.i32Store8, shape(1, false, 32)],
  [Op.i32Store16, shape(2, false, 32)],
  [Op.i64Store8, shape(1, false, 64)],
  [Op.i64Store16, shape(2, false, 64)],
  [Op.i64Store32, shape(4, false, 64)],
]);

/**
 * A numeric instruction: its text name, how many operands it takes, the width they are read at, and who computes it
 * (`integers.ts` or `floats.ts`).
 */
export interface NumericShape {
  readonly name: string;
  readonly operands: 1 | 2;
  readonly bits: 32 | 64;
  readonly family: "integer" | "float";
}

const names = (prefix: string, list: string): string[] => list.split(" ").map((name) => `${prefix}.${name}`);

const COMPARE = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
const ARITHMETIC = "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr";
const FLOAT_COMPARE = "eq ne lt gt le ge";
const FLOAT_UNARY = "abs neg ceil floor trunc nearest sqrt";
const FLOAT_BINARY = "add sub mul div min max copysign";

type Rows = [number, NumericShape][];

function integers(first: number, list: readonly string[], operands: 1 | 2, bits: 32 | 64): Rows {
  return list.map((name, i) => [first + i, { name, operands, bits, family: "integer" }]);
}

function floats(first: number, list: readonly string[], operands: 1 | 2, bits: 32 | 64): Rows {
  return list.map((name, i) => [first + i, { name, operands, bits, family: "float" }]);
}

/** The integer and float instructions by opcode, those of one group in the order of the specification's binary format. */
export const NUMERIC: ReadonlyMap<number, NumericShape> = new Map([
  ...integers(0x45, ["i32.eqz"], 1, 32),
  ...integers(0x46, names("i32", COMPARE), 2, 32),
  ...integers(0x50, ["i64.eqz"], 1, 64),
  ...integers(0x51, names("i64", COMPARE), 2, 64),
  ...floats(0x5b, names("f32", FLOAT_COMPARE), 2, 32),
  ...floats(0x61, names("f64", FLOAT_COMPARE), 2, 64),
  ...integers(0x67, names("i32", "clz ctz popcnt"), 1, 32),
  ...integers(0x6a, names("i32", ARITHMETIC), 2, 32),
  ...integers(0x79, names("i64", "clz ctz popcnt"), 1, 64),
  ...integers(0x7c, names("i64", ARITHMETIC), 2, 64),
  ...floats(0x8b, names("f32", FLOAT_UNARY), 1, 32),
  ...floats(0x92, names("f32", FLOAT_BINARY), 2, 32),
  ...floats(0x99, names("f64", FLOAT_UNARY), 1, 64),
  ...floats(0xa0, names("f64", FLOAT_BINARY), 2, 64),
  ...integers(0xa7, ["i32.wrap_i64"], 1, 64),
  ...floats(0xa8, names("i32", "trunc_f32_s trunc_f32_u"), 1, 32),
  ...floats(0xaa, names("i32", "trunc_f64_s trunc_f64_u"), 1, 64),
  ...integers(0xac, ["i64.extend_i32_s", "i64.extend_i32_u"], 1, 32),
  ...floats(0xae, names("i64", "trunc_f32_s trunc_f32_u"), 1, 32),
  ...floats(0xb0, names("i64", "trunc_f64_s trunc_f64_u"), 1, 64),
  ...floats(0xb2, names("f32", "convert_i32_s convert_i32_u"), 1, 32),
  ...floats(0xb4, names("f32", "convert_i64_s convert_i64_u demote_f64"), 1, 64),
  ...floats(0xb7, names("f64", "convert_i32_s convert_i32_u"), 1, 32),
  ...floats(0xb9, names("f64", "convert_i64_s convert_i64_u"), 1, 64),
  ...floats(0xbb, ["f64.promote_f32", "i32.reinterpret_f32"], 1, 32),
  ...floats(0xbd, ["i64.reinterpret_f64"], 1, 64),
  ...floats(0xbe, ["f32.reinterpret_i32"], 1, 32),
  ...floats(0xbf, ["f64.reinterpret_i64"], 1, 64),
  ...integers(0xc0, ["i32.extend8_s", "i32.extend16_s"], 1, 32),
  ...integers(0xc2, ["i64.extend8_s", "i64.extend16_s", "i64.extend32_s"], 1, 64),
  ...floats(0xfc00, names("i32", "trunc_sat_f32_s trunc_sat_f32_u"), 1, 32),
  ...floats(0xfc02, names("i32", "trunc_sat_f64_s trunc_sat_f64_u"), 1, 64),
  ...floats(0xfc04, names("i64", "trunc_sat_f32_s trunc_sat_f32_u"), 1, 32),
  ...floats(0xfc06, names("i64", "trunc_sat_f64_s trunc_sat_f64_u"), 1, 64),
]);

/** Why a step trapped: the `code` register of a trapped state, and the low half of an `outcome` of kind trap. */
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
  /** A transaction instruction where it is not allowed: nested checkpoint, commit outside, yield or finish inside. */
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
