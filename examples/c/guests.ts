/** Small guests in C for the engine: each exports `run(n)`, whose work grows with n. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compileC } from "../clang.ts";

/** Names of the guests: what each is about stands in its first line. */
export const GUESTS = [
  "copy",
  "deep",
  "fib",
  "heap",
  "keccak",
  "matmul",
  "mix",
  "nan",
  "nbody",
  "sha256",
  "sort",
  "switch",
] as const;

export type CGuest = (typeof GUESTS)[number];

/** Without a library; the stack of C lies below all data. */
const OPTIONS = [
  "--target=wasm32",
  "-O2",
  "-nostdlib",
  "-fno-vectorize",
  "-fno-strict-aliasing",
  "-Wl,--no-entry",
  "-Wl,-z,stack-size=65536,--stack-first",
];

/**
 * A compiled guest.
 * @throws ClangError if the compiler is missing or fails
 */
export async function cGuest(name: CGuest): Promise<Uint8Array> {
  const file = `${name}.c`;
  const source = readFileSync(join(import.meta.dirname, file), "utf8");
  return compileC({ [file]: source }, { args: [...OPTIONS, file] });
}
