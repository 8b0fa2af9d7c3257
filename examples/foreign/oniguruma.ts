import { Problem } from "../../verifier/errors.ts";
import { type ForeignProgram, packageFile, zeroEnded } from "./program.ts";

/** Types of the imports with which C++ tells JavaScript of its types; here nobody listens. */
const REGISTER = {
  constant: "i32 i32 f64",
  void: "i32 i32",
  bool: "i32 i32 i32 i32",
  integer: "i32 i32 i32 i32 i32",
  bigint: "i32 i32 i32 i32 i32 i32 i32",
  float: "i32 i32 i32",
  std_string: "i32 i32",
  std_wstring: "i32 i32 i32",
  emval: "i32 i32",
  memory_view: "i32 i32 i32",
} as const;

/** Also copies of 512 bytes and more, which the module leaves to its embedder. */
const ENVIRONMENT = `(module
  (memory (import "guest" "memory") 0)
  (func (export "emscripten_memcpy_big") (param i32 i32 i32)
    (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  ${Object.entries(REGISTER)
    .map(([name, params]) => `(func (export "_embind_register_${name}") (param ${params}))`)
    .join("\n")})`;

const PATTERNS = ["\\b(?<word>\\p{Lu}\\w+)(?=!)", "(\\d+)-(\\d+)", "(?i)the (?:quick|lazy) (\\w+)", "(a|b|ab)*c\\1$"];
const TEXT = "Pack my box, the QUICK fox 12-345 and the lazy Dog says Ünïcödé! ababc ".repeat(12);

/** Address of the default syntax's description: a constant that the module tells JavaScript. */
const DEFAULT_SYNTAX = 284_768;

/** A backtracking engine of regular expressions, the one that editors highlight with. */
export const oniguruma: ForeignProgram = {
  package: "vscode-oniguruma",
  license: "MIT",
  toolchain: "Emscripten (C, C++)",
  computes: `all matches of ${PATTERNS.length} regular expressions in ${TEXT.length} characters`,
  module: () => packageFile("vscode-oniguruma", "release/onig.wasm"),
  support: [{ name: "env", text: ENVIRONMENT }],
  run: (guest) => {
    guest.call("__wasm_call_ctors");
    const place = (bytes: Uint8Array): number => {
      const address = Number(guest.call("omalloc", bytes.length));
      guest.write(address, bytes);
      return address;
    };
    const list = (numbers: readonly number[]): number => place(new Uint8Array(Int32Array.from(numbers).buffer));
    const patterns = PATTERNS.map(zeroEnded);
    const addresses = list(patterns.map(place));
    const lengths = list(patterns.map((pattern) => pattern.length - 1));
    const scanner = Number(guest.call("createOnigScanner", addresses, lengths, PATTERNS.length, 0, DEFAULT_SYNTAX));
    if (scanner === 0) throw new Problem("the patterns are not accepted");
    const bytes = new TextEncoder().encode(TEXT);
    const text = place(bytes);
    const found: string[] = [];
    for (let start = 0; ;) {
      const match = Number(guest.call("findNextOnigScannerMatch", scanner, 1, text, bytes.length, start, 0));
      if (match === 0) return found.join(" ");
      const [pattern = 0, , from = 0, to = 0] = new Int32Array(guest.read(match, 16).buffer);
      found.push(`${pattern}:${new TextDecoder().decode(bytes.subarray(from, to))}`);
      start = to;
    }
  },
  expected: () => "2:the QUICK fox 1:12-345 2:the lazy Dog 0:Ünïcödé ".repeat(12).trim(),
};
