/** Places from a source map, whose columns are byte offsets of the module. */
import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapping, type SourceMapPayload } from "node:module";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import type { Module } from "../../../verifier/wasm/types.ts";
import { Reader } from "../../../verifier/wasm/reader.ts";
import type { SourcePlace } from "./place.ts";

/** The custom section that names the map. */
export const SOURCE_MAP = "sourceMappingURL";

/** What has to be there of a source map, version 3. */
const Payload = z.looseObject({
  version: z.literal(3),
  sources: z.array(z.string().nullable()),
  mappings: z.string(),
});

/** An instruction: its byte offset, and that of its function's body. */
export interface Instruction {
  readonly offset: number;
  readonly body: number;
}

/**
 * The place of each instruction. Of the map's address only the last part counts, as the name of a
 * file beside the module: a module does not choose which files are read. Nothing if there is no
 * such file, or it is no source map.
 * @param path - the module's file
 */
export function placesBySourceMap(
  module: Module,
  path: string,
  instructions: readonly Instruction[],
): (SourcePlace | undefined)[] {
  const map = mapBeside(module, path);
  return map === undefined ? [] : instructions.map((instruction) => placeIn(map, instruction));
}

/**
 * An instruction that the compiler added, which has no place, goes by the one before it in its
 * function.
 */
function placeIn(map: SourceMap, { offset, body }: Instruction): SourcePlace | undefined {
  const entry: Partial<SourceMapping> = map.findEntry(0, offset);
  const { generatedColumn, originalSource: file, originalLine: line, originalColumn: column } = entry;
  if (generatedColumn === undefined || generatedColumn < body) return undefined;
  if (file !== undefined && line !== undefined && column !== undefined)
    return { file, line: line + 1, column: column + 1 };
  return placeIn(map, { offset: generatedColumn - 1, body });
}

function mapBeside({ bytes, custom }: Module, path: string): SourceMap | undefined {
  const section = custom.find(({ name }) => name === SOURCE_MAP);
  if (section === undefined) return undefined;
  try {
    const name = basename(new Reader(bytes, section.start, section.end).name());
    const payload = Payload.parse(JSON.parse(readFileSync(join(dirname(path), name), "utf8")));
    return new SourceMap(payload as unknown as SourceMapPayload);
  } catch {
    // Lines are an extra: without a map that can be read there are byte offsets.
    return undefined;
  }
}
