/**
 * The table of instructions: opcode, name, immediates, types, and the feature each belongs to (appendix "Index of Instructions" of the
 * WebAssembly specification, 3.0).
 */
import { Crash } from "../errors.ts";
import { REFUSED_OPERATIONS } from "./opcodes-refused.ts";
import { VECTOR_OPERATIONS } from "./opcodes-vector.ts";
import { family, operation } from "./operation.ts";
import type { Operation } from "./operation.ts";

/** Opcodes that the validator and the passes behind it treat one by one. */
export const OP = {
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  drop: 0x1a,
  select: 0x1b,
  selectTyped: 0x1c,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  tableGet: 0x25,
  tableSet: 0x26,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i64Const: 0x42,
  f32Const: 0x43,
  f64Const: 0x44,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  refNull: 0xd0,
  refIsNull: 0xd1,
  refFunc: 0xd2,
  memoryInit: 0xfc08,
  dataDrop: 0xfc09,
  memoryCopy: 0xfc0a,
  memoryFill: 0xfc0b,
  tableInit: 0xfc0c,
  elemDrop: 0xfc0d,
  tableCopy: 0xfc0e,
  tableGrow: 0xfc0f,
  tableSize: 0xfc10,
  tableFill: 0xfc11,
  v128Const: 0xfd0c,
} as const;

const REFERENCE = { proposal: "reference-types" } as const;
const TAIL_CALL = { proposal: "tail-call" } as const;
const BULK_MEMORY = { proposal: "bulk-memory" } as const;
const BULK_TABLE = { proposal: "bulk-table" } as const;
const FLOAT = { proposal: "float" } as const;

const CONTROL: readonly Operation[] = [
  operation(OP.unreachable, "unreachable"),
  operation(OP.nop, "nop", { signature: ">" }),
  operation(OP.block, "block", { immediate: "block" }),
  operation(OP.loop, "loop", { immediate: "block" }),
  operation(OP.if, "if", { immediate: "block" }),
  operation(OP.else, "else"),
  operation(OP.end, "end"),
  operation(OP.br, "br", { immediate: "label" }),
  operation(OP.brIf, "br_if", { immediate: "label" }),
  operation(OP.brTable, "br_table", { immediate: "labels" }),
  operation(OP.return, "return"),
  operation(OP.call, "call", { immediate: "function" }),
  operation(OP.callIndirect, "call_indirect", { immediate: "indirect" }),
  operation(OP.returnCall, "return_call", { immediate: "function", ...TAIL_CALL }),
  operation(OP.returnCallIndirect, "return_call_indirect", { immediate: "indirect", ...TAIL_CALL }),
];

const VARIABLES: readonly Operation[] = [
  operation(OP.drop, "drop"),
  operation(OP.select, "select"),
  operation(OP.selectTyped, "select", { immediate: "types", ...REFERENCE }),
  operation(OP.localGet, "local.get", { immediate: "local" }),
  operation(OP.localSet, "local.set", { immediate: "local" }),
  operation(OP.localTee, "local.tee", { immediate: "local" }),
  operation(OP.globalGet, "global.get", { immediate: "global" }),
  operation(OP.globalSet, "global.set", { immediate: "global" }),
];

const REFERENCES: readonly Operation[] = [
  operation(OP.tableGet, "table.get", { immediate: "table", ...REFERENCE }),
  operation(OP.tableSet, "table.set", { immediate: "table", ...REFERENCE }),
  operation(OP.tableGrow, "table.grow", { immediate: "table", ...REFERENCE }),
  operation(OP.tableSize, "table.size", { immediate: "table", signature: ">i32", ...REFERENCE }),
  operation(OP.tableFill, "table.fill", { immediate: "table", ...REFERENCE }),
  operation(OP.refNull, "ref.null", { immediate: "reference", ...REFERENCE }),
  operation(OP.refIsNull, "ref.is_null", REFERENCE),
  operation(OP.refFunc, "ref.func", { immediate: "function", ...REFERENCE }),
];

const BULK: readonly Operation[] = [
  operation(OP.memoryInit, "memory.init", { immediate: "memory-data", signature: "i32 i32 i32>", ...BULK_MEMORY }),
  operation(OP.dataDrop, "data.drop", { immediate: "data", signature: ">", ...BULK_MEMORY }),
  operation(OP.memoryCopy, "memory.copy", { immediate: "memories", signature: "i32 i32 i32>", ...BULK_MEMORY }),
  operation(OP.memoryFill, "memory.fill", { immediate: "memory", signature: "i32 i32 i32>", ...BULK_MEMORY }),
  operation(OP.tableInit, "table.init", { immediate: "table-element", signature: "i32 i32 i32>", ...BULK_TABLE }),
  operation(OP.elemDrop, "elem.drop", { immediate: "element", signature: ">", ...BULK_TABLE }),
  operation(OP.tableCopy, "table.copy", { immediate: "tables", signature: "i32 i32 i32>", ...BULK_TABLE }),
];

/** [opcode, name, width as a power of two]; the name begins with the type. */
const ACCESSES: readonly (readonly [number, string, number])[] = [
  [0x28, "i32.load", 2],
  [0x29, "i64.load", 3],
  [0x2a, "f32.load", 2],
  [0x2b, "f64.load", 3],
  [0x2c, "i32.load8_s", 0],
  [0x2d, "i32.load8_u", 0],
  [0x2e, "i32.load16_s", 1],
  [0x2f, "i32.load16_u", 1],
  [0x30, "i64.load8_s", 0],
  [0x31, "i64.load8_u", 0],
  [0x32, "i64.load16_s", 1],
  [0x33, "i64.load16_u", 1],
  [0x34, "i64.load32_s", 2],
  [0x35, "i64.load32_u", 2],
  [0x36, "i32.store", 2],
  [0x37, "i64.store", 3],
  [0x38, "f32.store", 2],
  [0x39, "f64.store", 3],
  [0x3a, "i32.store8", 0],
  [0x3b, "i32.store16", 1],
  [0x3c, "i64.store8", 0],
  [0x3d, "i64.store16", 1],
  [0x3e, "i64.store32", 2],
];

const MEMORY: readonly Operation[] = [
  ...ACCESSES.map(([op, mnemonic, alignment]) => {
    const type = mnemonic.slice(0, 3);
    const signature = mnemonic.includes("store") ? `i32 ${type}>` : `i32>${type}`;
    const proposal = type.startsWith("f") ? "float" : "mvp";
    return operation(op, mnemonic, { immediate: "access", alignment, signature, proposal });
  }),
  operation(OP.memorySize, "memory.size", { immediate: "memory", signature: ">i32" }),
  operation(OP.memoryGrow, "memory.grow", { immediate: "memory", signature: "i32>i32" }),
];

const INTEGER_COMPARISONS = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
const INTEGER_BINARY = "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr";
const FLOAT_COMPARISONS = "eq ne lt gt le ge";
const FLOAT_UNARY = "abs neg ceil floor trunc nearest sqrt";
const FLOAT_BINARY = "add sub mul div min max copysign";

const INTEGERS: readonly Operation[] = [
  operation(OP.i32Const, "i32.const", { immediate: "i32", signature: ">i32" }),
  operation(OP.i64Const, "i64.const", { immediate: "i64", signature: ">i64" }),
  operation(0x45, "i32.eqz", { signature: "i32>i32" }),
  ...family(0x46, "i32.", INTEGER_COMPARISONS, { signature: "i32 i32>i32" }),
  operation(0x50, "i64.eqz", { signature: "i64>i32" }),
  ...family(0x51, "i64.", INTEGER_COMPARISONS, { signature: "i64 i64>i32" }),
  ...family(0x67, "i32.", "clz ctz popcnt", { signature: "i32>i32" }),
  ...family(0x6a, "i32.", INTEGER_BINARY, { signature: "i32 i32>i32" }),
  ...family(0x79, "i64.", "clz ctz popcnt", { signature: "i64>i64" }),
  ...family(0x7c, "i64.", INTEGER_BINARY, { signature: "i64 i64>i64" }),
  operation(0xa7, "i32.wrap_i64", { signature: "i64>i32" }),
  ...family(0xac, "i64.extend_i32_", "s u", { signature: "i32>i64" }),
  ...family(0xc0, "i32.", "extend8_s extend16_s", { signature: "i32>i32", proposal: "sign-extension" }),
  ...family(0xc2, "i64.", "extend8_s extend16_s extend32_s", { signature: "i64>i64", proposal: "sign-extension" }),
];

const FLOATS: readonly Operation[] = [
  operation(OP.f32Const, "f32.const", { immediate: "f32", signature: ">f32", ...FLOAT }),
  operation(OP.f64Const, "f64.const", { immediate: "f64", signature: ">f64", ...FLOAT }),
  ...family(0x5b, "f32.", FLOAT_COMPARISONS, { signature: "f32 f32>i32", ...FLOAT }),
  ...family(0x61, "f64.", FLOAT_COMPARISONS, { signature: "f64 f64>i32", ...FLOAT }),
  ...family(0x8b, "f32.", FLOAT_UNARY, { signature: "f32>f32", ...FLOAT }),
  ...family(0x92, "f32.", FLOAT_BINARY, { signature: "f32 f32>f32", ...FLOAT }),
  ...family(0x99, "f64.", FLOAT_UNARY, { signature: "f64>f64", ...FLOAT }),
  ...family(0xa0, "f64.", FLOAT_BINARY, { signature: "f64 f64>f64", ...FLOAT }),
  ...family(0xa8, "i32.trunc_f32_", "s u", { signature: "f32>i32", ...FLOAT }),
  ...family(0xaa, "i32.trunc_f64_", "s u", { signature: "f64>i32", ...FLOAT }),
  ...family(0xae, "i64.trunc_f32_", "s u", { signature: "f32>i64", ...FLOAT }),
  ...family(0xb0, "i64.trunc_f64_", "s u", { signature: "f64>i64", ...FLOAT }),
  ...family(0xb2, "f32.convert_i32_", "s u", { signature: "i32>f32", ...FLOAT }),
  ...family(0xb4, "f32.convert_i64_", "s u", { signature: "i64>f32", ...FLOAT }),
  operation(0xb6, "f32.demote_f64", { signature: "f64>f32", ...FLOAT }),
  ...family(0xb7, "f64.convert_i32_", "s u", { signature: "i32>f64", ...FLOAT }),
  ...family(0xb9, "f64.convert_i64_", "s u", { signature: "i64>f64", ...FLOAT }),
  operation(0xbb, "f64.promote_f32", { signature: "f32>f64", ...FLOAT }),
  operation(0xbc, "i32.reinterpret_f32", { signature: "f32>i32", ...FLOAT }),
  operation(0xbd, "i64.reinterpret_f64", { signature: "f64>i64", ...FLOAT }),
  operation(0xbe, "f32.reinterpret_i32", { signature: "i32>f32", ...FLOAT }),
  operation(0xbf, "f64.reinterpret_i64", { signature: "i64>f64", ...FLOAT }),
  ...family(0xfc00, "i32.trunc_sat_f32_", "s u", { signature: "f32>i32", proposal: "saturating-float" }),
  ...family(0xfc02, "i32.trunc_sat_f64_", "s u", { signature: "f64>i32", proposal: "saturating-float" }),
  ...family(0xfc04, "i64.trunc_sat_f32_", "s u", { signature: "f32>i64", proposal: "saturating-float" }),
  ...family(0xfc06, "i64.trunc_sat_f64_", "s u", { signature: "f64>i64", proposal: "saturating-float" }),
];

/** Every instruction that is known, by opcode. */
export const OPERATIONS: ReadonlyMap<number, Operation> = new Map(
  [CONTROL, VARIABLES, REFERENCES, BULK, MEMORY, INTEGERS, FLOATS, VECTOR_OPERATIONS, REFUSED_OPERATIONS].flatMap(
    (rows) => rows.map((row) => [row.op, row] as const),
  ),
);

/** The row of an opcode that a decoded instruction carries. */
export function operationOf(op: number): Operation {
  const row = OPERATIONS.get(op);
  if (row === undefined) throw new Crash(`0x${op.toString(16)} is no opcode`);
  return row;
}
