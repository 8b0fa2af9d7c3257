/** Types of references, and the instructions and sections about tables that `ModuleWriter` does not write. */
import { type Code, unsigned } from "../../verifier/wasm/assembler.ts";
import type { Limits, ValueType } from "../../verifier/wasm/types.ts";
import type { Scalar } from "./scalars.ts";

export type Reference = "funcref" | "externref";
export type Value = Scalar | Reference;

export const isReference = (type: ValueType): type is Reference => type === "funcref" || type === "externref";

const BYTES: Readonly<Record<Value, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  funcref: 0x70,
  externref: 0x6f,
};

const END = 0x0b;

const list = (items: readonly Code[]): Code => [unsigned(items.length), ...items];
const prefixed = (op: number, ...indices: readonly number[]): Code => [0xfc, op, indices.map(unsigned)];

/** Instructions on references and tables. */
export const refs = {
  null: (type: Reference): Code => [0xd0, BYTES[type]],
  isNull: 0xd1 as Code,
  func: (index: number): Code => [0xd2, unsigned(index)],
  /** A select that names its type. */
  select: (type: Value): Code => [0x1c, 1, BYTES[type]],
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
  return list(
    tables.map(({ type, minimum, maximum }) => [
      BYTES[type],
      maximum === undefined ? [0, unsigned(minimum)] : [1, unsigned(minimum), unsigned(maximum)],
    ]),
  );
}

/** The content of an element section: items are indices if all are functions, else expressions; so all eight forms come up. */
export function elementSection(segments: readonly ElementSource[]): Code {
  return list(segments.map(elements));
}

function elements({ type, items, mode }: ElementSource): Code {
  const functions = items.filter((item) => item !== undefined);
  const isPlain = type === "funcref" && functions.length === items.length;
  const content = isPlain
    ? list(functions.map(unsigned))
    : list(items.map((item) => [item === undefined ? refs.null(type) : refs.func(item), END]));
  const form = isPlain ? 0 : 4;
  const kind = isPlain ? 0 : BYTES[type];
  if (mode === "passive") return [form | 1, kind, content];
  if (mode === "declarative") return [form | 3, kind, content];
  if (mode.table === 0 && type === "funcref") return [form, mode.offset, END, content];
  return [form | 2, unsigned(mode.table), mode.offset, END, kind, content];
}

const flatten = (code: Code): number[] => (typeof code === "number" ? [code] : code.flatMap(flatten));

/** The order of sections, by their ids (section 5.5.2 of the specification). */
const ORDER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];

/** A module with sections added that it does not have. */
export function withSections(module: Uint8Array, added: Readonly<Record<number, Code>>): Uint8Array {
  const sections = new Map<number, readonly number[]>();
  for (let at = 8; at < module.length;) {
    const id = module[at++] ?? 0;
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = module[at++] ?? 0;
      size |= (byte & 0x7f) << shift;
      more = (byte & 0x80) !== 0;
    }
    sections.set(id, [...module.subarray(at, at + size)]);
    at += size;
  }
  for (const [id, content] of Object.entries(added)) sections.set(Number(id), flatten(content));
  const body = ORDER.flatMap((id) => {
    const content = sections.get(id);
    return content === undefined ? [] : [id, ...unsigned(content.length), ...content];
  });
  return Uint8Array.from([...module.subarray(0, 8), ...body]);
}
