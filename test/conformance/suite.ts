/** What is in the scripts of the official test suite. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@bytecodealliance/jco";
import { SUITE } from "./location.ts";
import { readWast } from "./wast.ts";
import type { WastCommand, WastModule } from "./wast.ts";

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

/**
 * Text without characters beyond ASCII: the assembler takes some of them only as escapes, and
 * outside of comments all are in strings.
 */
function escaped(source: string): string {
  return source.replaceAll(/[^\0-\x7f]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
