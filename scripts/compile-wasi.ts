/**
 * Compiles WASI preview 1 from `verifier/program/wasi/assembly`; `npm run generate` writes it to
 * `verifier/program/wasi/shim.ts`. The module is under version control because its bytes decide the
 * roots of programs, and because `verifier/` runs without a compiler; a test compiles it again and
 * compares.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

const FOLDER = join(import.meta.dirname, "../verifier/program/wasi");
const SOURCES = join(FOLDER, "assembly");

/**
 * Without garbage collection, as the sources manage their memory themselves; with names of
 * functions, for reports.
 */
const OPTIONS = ["--runtime", "stub", "--optimizeLevel", "2", "--shrinkLevel", "0", "--noAssert", "--debug"];

/** The module as the sources and the installed compiler give it. */
export async function compileWasi(): Promise<Uint8Array> {
  const compiler = join(dirname(createRequire(import.meta.url).resolve("assemblyscript/package.json")), "bin/asc.js");
  const folder = mkdtempSync(join(tmpdir(), "arbiter-wasi-"));
  try {
    const file = join(folder, "wasi.wasm");
    const args = [compiler, "index.ts", "--baseDir", SOURCES, "--outFile", relative(SOURCES, file), ...OPTIONS];
    await promisify(execFile)(process.execPath, args);
    return new Uint8Array(readFileSync(file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const LINE = 116;

/** The text of `shim.ts` with the module in it. */
export function shimModule(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("base64");
  const lines = text.match(new RegExp(`.{1,${LINE}}`, "g")) ?? [];
  return [
    "/** WASI preview 1, compiled from `assembly/` by `npm run generate`: a WebAssembly module in base64. */",
    `export const SHIM = \`\n${lines.join("\n")}\n\`;\n`,
  ].join("\n");
}
