/**
 * The parts of WebAssembly that a reader of modules may be asked to accept, each named after the
 * proposal that brought it (github.com/WebAssembly/proposals, "finished proposals").
 */
import type { Feature, Proposal } from "../instructions/proposal.ts";

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
