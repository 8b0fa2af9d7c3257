/** The text format, in tests. */
import { parse } from "@bytecodealliance/jco";

/** Assembles a module. */
export async function assembleText(text: string): Promise<Uint8Array> {
  return Uint8Array.from(await parse(text));
}
