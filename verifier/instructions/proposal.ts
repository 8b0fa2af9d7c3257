/**
 * Where instructions and other constructs of WebAssembly come from
 * (github.com/WebAssembly/proposals, "finished proposals").
 */

/**
 * A part that can be switched on and is then decoded and validated in full:
 *
 * - `float`: the floating-point INSTRUCTIONS of WebAssembly 1.0; the types f32 and f64 are accepted
 *   without it
 * - `saturating-float`: `i32.trunc_sat_f32_s` and its like
 * - `bulk-memory`: memory.copy, memory.fill, memory.init, data.drop, the data count section,
 *   passive data segments
 * - `bulk-table`: table.copy, table.init, elem.drop, passive element segments, element expressions
 *   of function references
 * - `reference-types`: externref, references as values, `select` with a type, several tables,
 *   table.get, set, grow, size, fill
 * - `extended-const`: integer add, sub and mul in constant expressions, and globals of the module
 *   itself
 * - `multi-memory`: several memories, and memory indices in every instruction that has to do with
 *   memory
 */
export type Feature =
  | "float"
  | "sign-extension"
  | "multi-value"
  | "saturating-float"
  | "bulk-memory"
  | "bulk-table"
  | "reference-types"
  | "extended-const"
  | "multi-memory"
  | "tail-call"
  | "simd"
  | "relaxed-simd";

/**
 * Where a construct comes from: WebAssembly 1.0 without floats (`mvp`), a feature, or a proposal
 * that is only ever refused.
 */
export type Proposal =
  | "mvp"
  | Feature
  | "exceptions"
  | "legacy-exceptions"
  | "function-references"
  | "gc"
  | "memory64"
  | "threads"
  | "wide-arithmetic";
