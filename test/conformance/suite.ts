/** Where the official test suite is, and what is in it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "@bytecodealliance/jco";
import { readWast } from "./wast.ts";
import type { WastCommand, WastModule } from "./wast.ts";

/** The folder of the scripts: `WASM_TESTSUITE`, else beside the repository. */
export const SUITE: string =
  process.env["WASM_TESTSUITE"] ?? resolve(import.meta.dirname, "../../../shared/wasm-testsuite");

/** Why tests of the suite are left out, as the title of a skipped test gives it; undefined if the suite is there. */
export const MISSING: string | undefined = existsSync(SUITE)
  ? undefined
  : "(skipped: the official test suite is not there, WASM_TESTSUITE may name its folder)";

/** Names of the scripts without `.wast`, in order. */
export function scripts(): string[] {
  if (MISSING !== undefined) return [];
  const files = readdirSync(SUITE).filter((file) => file.endsWith(".wast"));
  return files.map((file) => file.slice(0, -".wast".length)).sort();
}

/** The commands of a script: its name as in {@link scripts}, or the path of a file. */
export function readScript(name: string): WastCommand[] {
  return readWast(readFileSync(name.endsWith(".wast") ? name : join(SUITE, `${name}.wast`), "utf8"));
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The module in the binary format, or why the assembler refuses its text. */
export async function assembleModule(module: WastModule): Promise<Uint8Array | Error> {
  if (module.form === "binary") return module.bytes;
  try {
    return await parse(module.form === "text" ? escaped(module.source) : utf8.decode(module.source));
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Text without characters beyond ASCII: the assembler takes some of them only as escapes, and outside of comments all are in strings. */
function escaped(source: string): string {
  return source.replaceAll(/[^\0-\x7f]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
