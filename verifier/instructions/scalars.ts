/**
 * Instructions of WebAssembly 2.0 but for vectors (appendix "Index of Instructions" of the
 * specification), and tail calls.
 */
import { operation, run, type StackType } from "./operation.ts";

const CONTROL = { family: "control" } as const;
const VARIABLE = { family: "variable" } as const;
const MEMORY = { family: "memory" } as const;
const TABLE = { family: "table", proposal: "reference-types" } as const;
const BULK = { family: "bulk", proposal: "bulk-memory" } as const;
const BULK_TABLE = { family: "table", proposal: "bulk-table" } as const;
const INTEGER = { family: "integer" } as const;
const SIGN_EXTENSION = { family: "integer", proposal: "sign-extension" } as const;
const FLOAT = { family: "float", proposal: "float" } as const;
const SATURATING = { family: "float", proposal: "saturating-float" } as const;
const REFERENCE = { proposal: "reference-types" } as const;
const TAIL_CALL = { proposal: "tail-call" } as const;

/** The columns of an access to memory; `alignment` is its width as a power of two. */
const access = (signature: string, type: StackType, alignment: number) =>
  ({
    immediate: "access",
    alignment,
    signature,
    family: "memory",
    proposal: type === "f32" || type === "f64" ? "float" : "mvp",
  }) as const;
const load = (type: StackType, alignment: number) => access(`i32>${type}`, type, alignment);
const store = (type: StackType, alignment: number) => access(`i32 ${type}>`, type, alignment);

const INTEGER_COMPARISONS = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u";
const INTEGER_BINARY = "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr";
const FLOAT_COMPARISONS = "eq ne lt gt le ge";
const FLOAT_UNARY = "abs neg ceil floor trunc nearest sqrt";
const FLOAT_BINARY = "add sub mul div min max copysign";

export const SCALAR_OPERATIONS = [
  operation(0x00, "unreachable", CONTROL),
  operation(0x01, "nop", { signature: ">", ...CONTROL }),
  operation(0x02, "block", { immediate: "block" }),
  operation(0x03, "loop", { immediate: "block" }),
  operation(0x04, "if", { immediate: "block", ...CONTROL }),
  operation(0x05, "else"),
  operation(0x0b, "end"),
  operation(0x0c, "br", { immediate: "label", ...CONTROL }),
  operation(0x0d, "br_if", { immediate: "label", ...CONTROL }),
  operation(0x0e, "br_table", { immediate: "labels", ...CONTROL }),
  operation(0x0f, "return", CONTROL),
  operation(0x10, "call", { immediate: "function", ...CONTROL }),
  operation(0x11, "call_indirect", { immediate: "indirect", ...CONTROL }),
  operation(0x12, "return_call", { immediate: "function", ...TAIL_CALL }),
  operation(0x13, "return_call_indirect", { immediate: "indirect", ...TAIL_CALL }),

  operation(0x1a, "drop", VARIABLE),
  operation(0x1b, "select", VARIABLE),
  operation(0x20, "local.get", { immediate: "local", ...VARIABLE }),
  operation(0x21, "local.set", { immediate: "local", ...VARIABLE }),
  operation(0x22, "local.tee", { immediate: "local", ...VARIABLE }),
  operation(0x23, "global.get", { immediate: "global", ...VARIABLE }),
  operation(0x24, "global.set", { immediate: "global", ...VARIABLE }),

  operation(0x25, "table.get", { immediate: "table", ...TABLE }),
  operation(0x26, "table.set", { immediate: "table", ...TABLE }),
  operation(0xd0, "ref.null", { immediate: "reference", ...REFERENCE }),
  operation(0xd1, "ref.is_null", REFERENCE),
  operation(0xd2, "ref.func", { immediate: "function", ...REFERENCE }),

  operation(0x28, "i32.load", load("i32", 2)),
  operation(0x29, "i64.load", load("i64", 3)),
  operation(0x2a, "f32.load", load("f32", 2)),
  operation(0x2b, "f64.load", load("f64", 3)),
  ...run(0x2c, "i32.", "load8_s load8_u", load("i32", 0)),
  ...run(0x2e, "i32.", "load16_s load16_u", load("i32", 1)),
  ...run(0x30, "i64.", "load8_s load8_u", load("i64", 0)),
  ...run(0x32, "i64.", "load16_s load16_u", load("i64", 1)),
  ...run(0x34, "i64.", "load32_s load32_u", load("i64", 2)),
  operation(0x36, "i32.store", store("i32", 2)),
  operation(0x37, "i64.store", store("i64", 3)),
  operation(0x38, "f32.store", store("f32", 2)),
  operation(0x39, "f64.store", store("f64", 3)),
  operation(0x3a, "i32.store8", store("i32", 0)),
  operation(0x3b, "i32.store16", store("i32", 1)),
  operation(0x3c, "i64.store8", store("i64", 0)),
  operation(0x3d, "i64.store16", store("i64", 1)),
  operation(0x3e, "i64.store32", store("i64", 2)),
  operation(0x3f, "memory.size", { immediate: "memory", signature: ">i32", ...MEMORY }),
  operation(0x40, "memory.grow", { immediate: "memory", signature: "i32>i32", ...MEMORY }),

  operation(0x41, "i32.const", { immediate: "i32", signature: ">i32", ...VARIABLE }),
  operation(0x42, "i64.const", { immediate: "i64", signature: ">i64", ...VARIABLE }),
  operation(0x43, "f32.const", { immediate: "f32", signature: ">f32", proposal: "float", ...VARIABLE }),
  operation(0x44, "f64.const", { immediate: "f64", signature: ">f64", proposal: "float", ...VARIABLE }),

  operation(0x45, "i32.eqz", { signature: "i32>i32", ...INTEGER }),
  ...run(0x46, "i32.", INTEGER_COMPARISONS, { signature: "i32 i32>i32", ...INTEGER }),
  operation(0x50, "i64.eqz", { signature: "i64>i32", ...INTEGER }),
  ...run(0x51, "i64.", INTEGER_COMPARISONS, { signature: "i64 i64>i32", ...INTEGER }),
  ...run(0x5b, "f32.", FLOAT_COMPARISONS, { signature: "f32 f32>i32", ...FLOAT }),
  ...run(0x61, "f64.", FLOAT_COMPARISONS, { signature: "f64 f64>i32", ...FLOAT }),
  ...run(0x67, "i32.", "clz ctz popcnt", { signature: "i32>i32", ...INTEGER }),
  ...run(0x6a, "i32.", INTEGER_BINARY, { signature: "i32 i32>i32", ...INTEGER }),
  ...run(0x79, "i64.", "clz ctz popcnt", { signature: "i64>i64", ...INTEGER }),
  ...run(0x7c, "i64.", INTEGER_BINARY, { signature: "i64 i64>i64", ...INTEGER }),
  ...run(0x8b, "f32.", FLOAT_UNARY, { signature: "f32>f32", ...FLOAT }),
  ...run(0x92, "f32.", FLOAT_BINARY, { signature: "f32 f32>f32", ...FLOAT }),
  ...run(0x99, "f64.", FLOAT_UNARY, { signature: "f64>f64", ...FLOAT }),
  ...run(0xa0, "f64.", FLOAT_BINARY, { signature: "f64 f64>f64", ...FLOAT }),
  operation(0xa7, "i32.wrap_i64", { signature: "i64>i32", ...INTEGER }),
  ...run(0xa8, "i32.", "trunc_f32_s trunc_f32_u", { signature: "f32>i32", ...FLOAT }),
  ...run(0xaa, "i32.", "trunc_f64_s trunc_f64_u", { signature: "f64>i32", ...FLOAT }),
  ...run(0xac, "i64.", "extend_i32_s extend_i32_u", { signature: "i32>i64", ...INTEGER }),
  ...run(0xae, "i64.", "trunc_f32_s trunc_f32_u", { signature: "f32>i64", ...FLOAT }),
  ...run(0xb0, "i64.", "trunc_f64_s trunc_f64_u", { signature: "f64>i64", ...FLOAT }),
  ...run(0xb2, "f32.", "convert_i32_s convert_i32_u", { signature: "i32>f32", ...FLOAT }),
  ...run(0xb4, "f32.", "convert_i64_s convert_i64_u", { signature: "i64>f32", ...FLOAT }),
  operation(0xb6, "f32.demote_f64", { signature: "f64>f32", ...FLOAT }),
  ...run(0xb7, "f64.", "convert_i32_s convert_i32_u", { signature: "i32>f64", ...FLOAT }),
  ...run(0xb9, "f64.", "convert_i64_s convert_i64_u", { signature: "i64>f64", ...FLOAT }),
  operation(0xbb, "f64.promote_f32", { signature: "f32>f64", ...FLOAT }),
  operation(0xbc, "i32.reinterpret_f32", { signature: "f32>i32", ...FLOAT }),
  operation(0xbd, "i64.reinterpret_f64", { signature: "f64>i64", ...FLOAT }),
  operation(0xbe, "f32.reinterpret_i32", { signature: "i32>f32", ...FLOAT }),
  operation(0xbf, "f64.reinterpret_i64", { signature: "i64>f64", ...FLOAT }),
  ...run(0xc0, "i32.", "extend8_s extend16_s", { signature: "i32>i32", ...SIGN_EXTENSION }),
  ...run(0xc2, "i64.", "extend8_s extend16_s extend32_s", { signature: "i64>i64", ...SIGN_EXTENSION }),
  ...run(0xfc00, "i32.", "trunc_sat_f32_s trunc_sat_f32_u", { signature: "f32>i32", ...SATURATING }),
  ...run(0xfc02, "i32.", "trunc_sat_f64_s trunc_sat_f64_u", { signature: "f64>i32", ...SATURATING }),
  ...run(0xfc04, "i64.", "trunc_sat_f32_s trunc_sat_f32_u", { signature: "f32>i64", ...SATURATING }),
  ...run(0xfc06, "i64.", "trunc_sat_f64_s trunc_sat_f64_u", { signature: "f64>i64", ...SATURATING }),

  operation(0xfc08, "memory.init", { immediate: "memory-data", signature: "i32 i32 i32>", ...BULK }),
  operation(0xfc09, "data.drop", { immediate: "data", signature: ">", ...BULK }),
  operation(0xfc0a, "memory.copy", { immediate: "memories", signature: "i32 i32 i32>", ...BULK }),
  operation(0xfc0b, "memory.fill", { immediate: "memory", signature: "i32 i32 i32>", ...BULK }),
  operation(0xfc0c, "table.init", { immediate: "table-element", signature: "i32 i32 i32>", ...BULK_TABLE }),
  operation(0xfc0d, "elem.drop", { immediate: "element", signature: ">", ...BULK_TABLE }),
  operation(0xfc0e, "table.copy", { immediate: "tables", signature: "i32 i32 i32>", ...BULK_TABLE }),
  operation(0xfc0f, "table.grow", { immediate: "table", ...TABLE }),
  operation(0xfc10, "table.size", { immediate: "table", signature: ">i32", ...REFERENCE }),
  operation(0xfc11, "table.fill", { immediate: "table", ...TABLE }),
];

/**
 * `select` with its type, the one instruction whose name another one has. Lowering makes it a plain
 * `select`.
 */
export const SELECT_TYPED = operation(0x1c, "select", { immediate: "types", ...REFERENCE });
