/** Places from a module's DWARF, with the functions that the compiler inlined. */
import { z } from "zod";
import { codeSectionStart } from "../../../verifier/wasm/sections.ts";
import { runTool } from "./llvm.ts";
import type { NamedPlace } from "./place.ts";

/** The custom section that lines are in. */
export const DWARF_LINES = ".debug_line";

/** The name under which the symbolizer gets the module. */
const FILE = "module.wasm";

/** What the symbolizer answers to an address: the innermost inlined function first. */
const Answers = z.array(
  z.object({
    Symbol: z.array(z.object({ FunctionName: z.string(), FileName: z.string(), Line: z.int(), Column: z.int() })),
  }),
);

/**
 * For each byte offset of an instruction the functions around it, the innermost first: those that
 * were inlined, then the one that is there. Nothing for offsets about which there is nothing, or if
 * the module's DWARF cannot be read.
 */
export async function placesByDwarf(module: Uint8Array, offsets: readonly number[]): Promise<NamedPlace[][]> {
  const start = codeSectionStart(module) ?? 0;
  const addresses = offsets.map((offset) => `0x${(offset - start).toString(16)}`);
  const printed = await runTool(["symbolizer", `--obj=${FILE}`, "--output-style=JSON", ...addresses], {
    [FILE]: module,
  });
  const answers = Answers.safeParse(parsed(printed ?? ""));
  if (!answers.success || answers.data.length !== offsets.length) return [];
  return answers.data.map(({ Symbol: functions }) =>
    functions
      .filter(({ FunctionName: name, Line: line }) => name !== "" || line > 0)
      .map(({ FunctionName: functionName, FileName: file, Line: line, Column: column }) => ({
        ...(functionName === "" ? {} : { functionName }),
        ...(file === "" || line === 0 ? {} : { source: { file, line, column } }),
      })),
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
