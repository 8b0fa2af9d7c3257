/**
 * Types of references, and the instructions and sections about tables that `ModuleWriter` does not
 * write.
 */
import { type Code, unsigned, vector, writeCode } from "../../verifier/wasm/assembler.ts";
import { ByteWriter } from "../../verifier/wasm/byte-writer.ts";
import { TYPE_BYTES } from "../../verifier/wasm/module-writer.ts";
import { Reader } from "../../verifier/wasm/reader.ts";
import type { Limits, ValueType } from "../../verifier/wasm/types.ts";
import type { Scalar } from "./scalars.ts";

export type Reference = "funcref" | "externref";
export type Value = Scalar | Reference;

export const isReference = (type: ValueType): type is Reference => type === "funcref" || type === "externref";

const END = 0x0b;

const prefixed = (op: number, ...indices: readonly number[]): Code => [0xfc, op, indices.map(unsigned)];

/** Instructions on references and tables. */
export const refs = {
  null: (type: Reference): Code => [0xd0, TYPE_BYTES[type]],
  isNull: 0xd1 as Code,
  func: (index: number): Code => [0xd2, unsigned(index)],
  /** A select that names its type. */
  select: (type: Value): Code => [0x1c, 1, TYPE_BYTES[type]],
  get: (table: number): Code => [0x25, unsigned(table)],
  set: (table: number): Code => [0x26, unsigned(table)],
  init: (segment: number, table: number): Code => prefixed(12, segment, table),
  drop: (segment: number): Code => prefixed(13, segment),
  copy: (target: number, source: number): Code => prefixed(14, target, source),
  grow: (table: number): Code => prefixed(15, table),
  size: (table: number): Code => prefixed(16, table),
  fill: (table: number): Code => prefixed(17, table),
} as const;

export interface TableSource extends Limits {
  readonly type: Reference;
}

/** A segment; each item is the index of a function, or null. */
export interface ElementSource {
  readonly type: Reference;
  readonly items: readonly (number | undefined)[];
  readonly mode: "passive" | "declarative" | { readonly table: number; readonly offset: Code };
}

/** The content of a table section. */
export function tableSection(tables: readonly TableSource[]): Code {
  return vector(
    tables.map(({ type, minimum, maximum }) => [
      TYPE_BYTES[type],
      maximum === undefined ? [0, unsigned(minimum)] : [1, unsigned(minimum), unsigned(maximum)],
    ]),
  );
}

/**
 * The content of an element section: items are indices if all are functions, else expressions; so
 * all eight forms come up.
 */
export function elementSection(segments: readonly ElementSource[]): Code {
  return vector(segments.map(elements));
}

function elements({ type, items, mode }: ElementSource): Code {
  const functions = items.filter((item) => item !== undefined);
  const isPlain = type === "funcref" && functions.length === items.length;
  const content = isPlain
    ? vector(functions.map(unsigned))
    : vector(items.map((item) => [item === undefined ? refs.null(type) : refs.func(item), END]));
  const form = isPlain ? 0 : 4;
  const kind = isPlain ? 0 : TYPE_BYTES[type];
  if (mode === "passive") return [form | 1, kind, content];
  if (mode === "declarative") return [form | 3, kind, content];
  if (mode.table === 0 && type === "funcref") return [form, mode.offset, END, content];
  return [form | 2, unsigned(mode.table), mode.offset, END, kind, content];
}

/** The order of sections, by their ids (section 5.5.2 of the specification). */
const ORDER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];

/** A module with sections added that it does not have. */
export function withSections(module: Uint8Array, added: Readonly<Record<number, Code>>): Uint8Array {
  const sections = new Map<number, Code>();
  for (const reader = new Reader(module, 8); !reader.done;) {
    const id = reader.u8();
    sections.set(id, reader.take(reader.u32()));
  }
  for (const [id, content] of Object.entries(added)) sections.set(Number(id), content);
  const result = new ByteWriter();
  result.append(module.subarray(0, 8));
  for (const id of ORDER) {
    const code = sections.get(id);
    if (code === undefined) continue;
    const content = new ByteWriter();
    writeCode(code, content);
    result.put(id);
    result.sized(content);
  }
  return result.bytes();
}
