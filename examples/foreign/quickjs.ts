import { runInNewContext } from "node:vm";
import { type ForeignProgram, packageFile, zeroEnded } from "./program.ts";

/** Objects, closures, regular expressions, big integers, floats, JSON. */
const SCRIPT = `(() => {
  class Queens {
    constructor(n) { this.n = n; this.found = 0; }
    place(row, columns, down, up) {
      if (row === this.n) { this.found++; return; }
      for (let c = 0; c < this.n; c++) {
        const bit = 1 << c, d = 1 << (row + c), u = 1 << (row - c + this.n);
        if (!(columns & bit) && !(down & d) && !(up & u)) this.place(row + 1, columns | bit, down | d, up | u);
      }
    }
  }
  const queens = new Queens(6);
  queens.place(0, 0, 0, 0);
  const factorial = (n) => (n < 2n ? 1n : n * factorial(n - 1n));
  const words = "The quick brown fox jumps over the lazy dog".match(/\\b[a-z]+/gi).map((w) => w.toLowerCase()).sort();
  let pi = 0;
  for (let k = 0; k < 500; k++) pi += (k % 2 ? -4 : 4) / (2 * k + 1);
  const counts = new Map();
  for (const letter of words.join("")) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return JSON.stringify({
    queens: queens.found, factorial: String(factorial(30n)), words, pi, roots: [2, 3, 5].map(Math.sqrt),
    powers: [0.1 + 0.2, 1e21, 2 ** -1074, Math.exp(1), Math.sin(1)], counts: [...counts].sort(),
  });
})()`;

/** Minified names. */
const EXPORTS = {
  constructors: "u",
  malloc: "v",
  newRuntime: "K",
  newContext: "N",
  getString: "$",
  evaluate: "pa",
} as const;

/** Memory, an empty environment (`environ_sizes_get`, `environ_get`) and a clock that stands. */
const ENVIRONMENT = `(module
  (memory (export "a") 256 32768)
  (func (export "f") (param i32 i32) (result i32)
    (i32.store (local.get 0) (i32.const 0)) (i32.store (local.get 1) (i32.const 0)) (i32.const 0))
  (func (export "e") (param i32 i32) (result i32) (i32.const 0))
  (func (export "p") (result f64) (f64.const 1.7e12)))`;

const ALL_INTRINSICS = 0;

/** An interpreter of another language: JavaScript inside WebAssembly inside the machine. */
export const quickjs: ForeignProgram = {
  package: "@jitl/quickjs-wasmfile-release-sync",
  license: "MIT",
  toolchain: "Emscripten (C)",
  computes: "a JavaScript program, interpreted by QuickJS",
  module: () => packageFile("@jitl/quickjs-wasmfile-release-sync", "dist/emscripten-module.wasm"),
  support: [{ name: "a", text: ENVIRONMENT }],
  run: (guest) => {
    guest.call(EXPORTS.constructors);
    const runtime = Number(guest.call(EXPORTS.newRuntime));
    const context = Number(guest.call(EXPORTS.newContext, runtime, ALL_INTRINSICS));
    const place = (text: string): number => {
      const bytes = zeroEnded(text);
      const address = Number(guest.call(EXPORTS.malloc, bytes.length));
      guest.write(address, bytes);
      return address;
    };
    const value = Number(guest.call(EXPORTS.evaluate, context, place(SCRIPT), SCRIPT.length, place("a.js"), 0, 0));
    const text = Number(guest.call(EXPORTS.getString, context, value));
    const bytes = guest.read(text, runInV8().length + 1);
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  },
  expected: runInV8,
};

function runInV8(): string {
  return String(runInNewContext(SCRIPT));
}
