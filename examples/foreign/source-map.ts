import { SourceMap, type SourceMapPayload } from "node:module";
import { Problem } from "../../verifier/errors.ts";
import { type ForeignProgram, packageFile } from "./program.ts";

/** A source map of some size: that of a package's script. */
const MAP = JSON.parse(
  new TextDecoder().decode(packageFile("xxhash-wasm", "umd/xxhash-wasm.js.map")),
) as SourceMapPayload;

/** Columns of the script's only line that are asked for. */
const COLUMNS = Array.from({ length: 60 }, (_, i) => 101 + 97 * i);
const LINE = 0;

/** Keeps what the latest callback told: generated and original place, source and name. */
const CALLBACK = `(module
  (global $source (mut i32) (i32.const -1))
  (global $line (mut i32) (i32.const -1))
  (global $column (mut i32) (i32.const -1))
  (func (export "mapping_callback") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (global.set $source (local.get 5)) (global.set $line (local.get 6)) (global.set $column (local.get 7)))
  (func (export "source") (result i32) (global.get $source))
  (func (export "line") (result i32) (global.get $line))
  (func (export "column") (result i32) (global.get $column)))`;

/** The greatest one that is not beyond what is searched for. */
const GREATEST_LOWER_BOUND = 1;

/**
 * Decodes a source map's base-64 numbers, sorts them and searches them. What it finds must be what
 * Node.js finds.
 */
export const sourceMap: ForeignProgram = {
  package: "source-map",
  license: "BSD-3-Clause",
  toolchain: "Rust",
  computes: `${COLUMNS.length} places in a source map of ${MAP.mappings.length} bytes`,
  module: () => packageFile("source-map", "lib/mappings.wasm"),
  support: [{ name: "env", text: CALLBACK }],
  run: (guest) => {
    const text = new TextEncoder().encode(MAP.mappings);
    const buffer = Number(guest.call("allocate_mappings", text.length));
    guest.write(buffer, text);
    const mappings = Number(guest.call("parse_mappings", buffer));
    if (mappings === 0) throw new Problem(`the mappings are not accepted: ${guest.call("get_last_error")}`);
    return COLUMNS.map((column) => {
      guest.call("original_location_for", mappings, LINE, column, GREATEST_LOWER_BOUND);
      return ["source", "line", "column"].map((part) => guest.support(`env.${part}`)).join(":");
    }).join(" ");
  },
  expected: foundByNode,
};

function foundByNode(): string {
  const map = new SourceMap(MAP);
  return COLUMNS.map((column) => {
    const entry = map.findEntry(LINE, column);
    if (!("originalSource" in entry)) throw new Problem(`the map says nothing of column ${column}`);
    return [MAP.sources.indexOf(entry.originalSource), entry.originalLine, entry.originalColumn].join(":");
  }).join(" ");
}
