import { parse } from "@bytecodealliance/jco";
import { expect } from "chai";
import { buildProgram } from "../../../verifier/program/build.ts";
import { UnsupportedError } from "../../../verifier/wasm/errors.ts";
import { remedyFor, toolchainOf } from "../../../verifier/wasm/toolchain.ts";

const VECTOR = "(func $f (drop (v128.const i64x2 0 0)))";

const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];
const item = (text: string): number[] => [text.length, ...bytesOf(text)];

/** A section "producers" with one field, one name and one version. */
function producers(field: string, name: string): number[] {
  const content = [...item("producers"), 1, ...item(field), 1, ...item(name), ...item("1.0")];
  return [0, content.length, ...content];
}

async function module(text: string, custom: readonly number[] = []): Promise<Uint8Array> {
  return Uint8Array.from([...(await parse(`(module ${text})`)), ...custom]);
}

describe("the compiler of a module", () => {
  const cases: readonly (readonly [name: string, bytes: () => Promise<Uint8Array>, hint: string])[] = [
    ["none that is known", () => module(VECTOR), "compile with -mno-simd128"],
    ["clang", () => module(VECTOR, producers("processed-by", "clang")), "compile with -mno-simd128"],
    [
      "Rust's",
      () => module(VECTOR, producers("processed-by", "rustc")),
      'compile with RUSTFLAGS="-C target-feature=-simd128"',
    ],
    [
      "TinyGo",
      () => module(VECTOR, producers("processed-by", "TinyGo")),
      "compile with tinygo's -llvm-features=-simd128",
    ],
    [
      "Go's",
      () => module(VECTOR, producers("processed-by", "Go cmd/compile")),
      "compile with another release of Go, which has no option for this",
    ],
    ["AssemblyScript's", () => module(`(func $~lib/rt/itcms/__new) ${VECTOR}`), "compile with asc --disable simd"],
    [
      "Emscripten",
      () => module(`(import "env" "emscripten_resize_heap" (func)) ${VECTOR}`, producers("processed-by", "clang")),
      "compile without -msimd128",
    ],
  ];
  for (const [name, make, hint] of cases) {
    it(`is ${name}, whose option a refusal names`, async () => {
      const bytes = await make();
      try {
        buildProgram([{ name: "guest", bytes }], { convention: "typed" });
        expect.fail("it is accepted");
      } catch (error) {
        if (!(error instanceof UnsupportedError)) throw error;
        expect([error.hint, error.function?.name]).to.deep.equal([hint, "f"]);
      }
    });
  }

  it("is looked for in malformed modules too", async () => {
    const bytes = await module(VECTOR, producers("processed-by", "rustc"));
    expect(toolchainOf(Uint8Array.from([...bytes, 1, 99]))).to.equal("rust");
    expect(toolchainOf(Uint8Array.of(0, 97))).to.equal(undefined);
  });

  it("has an answer for every part that it can leave out", () => {
    expect(remedyFor("exceptions", "rust")).to.equal("compile with -C panic=abort");
    expect(remedyFor("threads", "emscripten")).to.equal("compile without -pthread");
    expect(remedyFor("gc", "rust")).to.equal("use a compiler that keeps objects in linear memory");
  });
});
