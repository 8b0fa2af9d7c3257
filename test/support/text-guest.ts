/** Small guests in the text format, for tests. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@bytecodealliance/jco";

/** A guest of `test/support/text` in the binary format. */
export async function textGuest(name: "counter" | "echo" | "host" | "tree-sitter"): Promise<Uint8Array> {
  return Uint8Array.from(await parse(readFileSync(join(import.meta.dirname, "text", `${name}.wat`), "utf8")));
}
