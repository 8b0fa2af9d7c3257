/**
 * The parts of WebAssembly that a reader of modules may be asked to accept, each named after the proposal that brought it
 * (github.com/WebAssembly/proposals, "finished proposals").
 */

/**
 * A part that can be switched on and is then decoded and validated in full:
 *
 * - `float`: the floating-point INSTRUCTIONS of WebAssembly 1.0; the types f32 and f64 are accepted without it
 * - `saturating-float`: `i32.trunc_sat_f32_s` and its like
 * - `bulk-memory`: memory.copy, memory.fill, memory.init, data.drop, the data count section, passive data segments
 * - `bulk-table`: table.copy, table.init, elem.drop, passive element segments, element expressions of function references
 * - `reference-types`: externref, references as values, `select` with a type, several tables, table.get, set, grow, size, fill
 * - `extended-const`: integer add, sub and mul in constant expressions, and globals of the module itself
 * - `multi-memory`: several memories, and memory indices in every instruction that has to do with memory
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

/** Where a construct comes from: WebAssembly 1.0 without floats (`mvp`), a feature, or a proposal that is only ever refused. */
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

export type Features = ReadonlySet<Feature>;

/** WebAssembly 2.0 without vectors, extended constant expressions and several memories. */
export const DEFAULT_FEATURES: Features = new Set<Feature>([
  "float",
  "saturating-float",
  "sign-extension",
  "multi-value",
  "bulk-memory",
  "bulk-table",
  "reference-types",
  "extended-const",
  "multi-memory",
]);

/** Every part that the decoder and the validator know. */
export const ALL_FEATURES: Features = new Set<Feature>([...DEFAULT_FEATURES, "tail-call", "simd", "relaxed-simd"]);

/** What the author of a module can do to be rid of a construct. */
export const REMEDIES: Readonly<Record<Proposal, string>> = {
  mvp: "rebuild the module",
  float: "compile without floating point (integers or fixed point instead)",
  "sign-extension": "compile with -mno-sign-ext or run wasm-opt --signext-lowering",
  "multi-value": "compile with -mno-multivalue",
  "saturating-float": "compile with -mno-nontrapping-fptoint",
  "bulk-memory": "compile with -mno-bulk-memory or run wasm-opt --llvm-memory-copy-fill-lowering",
  "bulk-table": "fill the table from active element segments",
  "reference-types": "compile with -mno-reference-types and a single table of functions",
  "extended-const": "compile with -mno-extended-const or link without position-independent code",
  "multi-memory": "keep all data in one memory",
  "tail-call": "compile with -mno-tail-call",
  simd: "compile with -mno-simd128",
  "relaxed-simd": "compile with -mno-relaxed-simd",
  exceptions: "compile without exceptions (-fno-exceptions, panic=abort)",
  "legacy-exceptions": "compile without exceptions (-fno-exceptions, panic=abort)",
  "function-references": "compile for WebAssembly 1.0",
  gc: "use a compiler that keeps objects in linear memory",
  memory64: "compile for wasm32",
  threads: "compile for one thread (without -matomics, -pthread)",
  "wide-arithmetic": "compile with -mno-wide-arithmetic",
};
