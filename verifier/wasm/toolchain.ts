/**
 * Which compiler made a module, and how that one is told to leave a part of WebAssembly out.
 * Compilers tell their name in the custom section "producers" (tool-conventions,
 * ProducersSection.md); AssemblyScript and Emscripten are known by names that only they use.
 */
import { ModuleError } from "./errors.ts";
import { REMEDIES } from "./features.ts";
import type { Proposal } from "../instructions/proposal.ts";
import { Reader } from "./reader.ts";

/**
 * A compiler that has options of its own; any other gets clang's, which LLVM's other front ends
 * resemble.
 */
export type Toolchain = "rust" | "emscripten" | "assemblyscript" | "tinygo" | "go" | "clang";

/** LLVM's names for what it can leave out. */
const LLVM: Partial<Readonly<Record<Proposal, string>>> = {
  "sign-extension": "sign-ext",
  "multi-value": "multivalue",
  "saturating-float": "nontrapping-fptoint",
  "bulk-memory": "bulk-memory",
  "reference-types": "reference-types",
  "extended-const": "extended-const",
  "tail-call": "tail-call",
  simd: "simd128",
  "relaxed-simd": "relaxed-simd",
  threads: "atomics",
  "wide-arithmetic": "wide-arithmetic",
};

/** AssemblyScript's names, of `asc --disable`. */
const ASC: Partial<Readonly<Record<Proposal, string>>> = {
  "sign-extension": "sign-extension",
  "saturating-float": "nontrapping-f2i",
  "bulk-memory": "bulk-memory",
  "reference-types": "reference-types",
  simd: "simd",
  "relaxed-simd": "relaxed-simd",
  threads: "threads",
};

/** What remains where LLVM has no feature of that name. */
const OTHERS: Partial<Readonly<Record<Toolchain, Partial<Readonly<Record<Proposal, string>>>>>> = {
  rust: {
    exceptions: "compile with -C panic=abort",
    "legacy-exceptions": "compile with -C panic=abort",
    memory64: "compile for a target of wasm32",
  },
  emscripten: {
    exceptions: "compile without -fwasm-exceptions",
    "legacy-exceptions": "compile without -fwasm-exceptions",
    memory64: "compile without -sMEMORY64",
    threads: "compile without -pthread",
    simd: "compile without -msimd128",
  },
};

/** What the author of a module can do to be rid of a part of WebAssembly. */
export function remedyFor(proposal: Proposal, toolchain: Toolchain | undefined): string {
  const own = toolchain === undefined ? undefined : OTHERS[toolchain]?.[proposal];
  if (own !== undefined) return own;
  const [llvm, asc] = [LLVM[proposal], ASC[proposal]];
  if (toolchain === "rust" && llvm !== undefined) return `compile with RUSTFLAGS="-C target-feature=-${llvm}"`;
  if (toolchain === "tinygo" && llvm !== undefined) return `compile with tinygo's -llvm-features=-${llvm}`;
  if (toolchain === "assemblyscript" && asc !== undefined) return `compile with asc --disable ${asc}`;
  if (toolchain === "go") return "compile with another release of Go, which has no option for this";
  return REMEDIES[proposal];
}

/** The compiler that made a module, if it can be told; the bytes may be malformed. */
export function toolchainOf(bytes: Uint8Array): Toolchain | undefined {
  let told = "";
  let named: Toolchain | undefined;
  const reader = new Reader(bytes, 8);
  try {
    while (!reader.done) {
      const id = reader.u8();
      const content = reader.part(reader.size("a section"));
      const text = (): string => new TextDecoder().decode(bytes.subarray(content.position, content.end));
      if (id === IMPORTS && text().includes("emscripten_")) named = "emscripten";
      if (id !== CUSTOM) continue;
      const all = text();
      if (all.startsWith("\tproducers")) told = all;
      if (all.startsWith("\u0004name") && all.includes("~lib/")) named ??= "assemblyscript";
    }
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
  }
  if (named !== undefined) return named;
  return TOLD.find(([mark]) => told.includes(mark))?.[1];
}

const CUSTOM = 0;
const IMPORTS = 2;

/**
 * Marks of the section "producers", the more particular first: Rust's and TinyGo's modules have
 * passed through LLVM too.
 */
const TOLD: readonly (readonly [mark: string, toolchain: Toolchain])[] = [
  ["rustc", "rust"],
  ["TinyGo", "tinygo"],
  ["Go cmd/compile", "go"],
  ["clang", "clang"],
];
