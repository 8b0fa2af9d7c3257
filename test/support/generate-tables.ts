/** Random tables and segments of elements, and instructions on them. */
import { asm, type Code } from "../../verifier/wasm/assembler.ts";
import type { Draw } from "./draw.ts";
import { type ElementSource, type Reference, refs, type TableSource, type Value } from "./references.ts";

/** Where instructions are written to, and what they can refer to. */
export interface Operands {
  readonly env: {
    readonly draw: Draw;
    readonly functions: readonly unknown[];
    readonly tables: readonly TableSource[];
    readonly elements: readonly ElementSource[];
  };
  emit(code: Code): void;
  push(type: Value): void;
  need(type: Value): void;
  pop(count?: number): void;
  left(type: Value): void;
  small(bound: number): void;
}

/** Indices of those of a type. */
const ofType = (list: readonly { readonly type: Reference }[], type: Reference): number[] =>
  list.flatMap((item, i) => (item.type === type ? [i] : []));

/** One of the instructions on tables, with operands that mostly lie inside. */
export function tableInstruction(body: Operands): void {
  const { draw, tables, elements } = body.env;
  const table = draw.below(tables.length);
  const { type, minimum } = tables[table] ?? { type: "funcref", minimum: 1 };
  const segments = ofType(elements, type);
  const [segment] = segments;
  const element = segment === undefined ? undefined : draw.pick([segment, ...segments.slice(1)]);
  switch (draw.below(11)) {
    case 0:
      body.emit(refs.size(table));
      return body.left("i32");
    case 1:
    case 2:
      body.small(minimum + 1);
      body.emit(refs.get(table));
      return body.left(type);
    case 3:
    case 4:
      body.small(minimum + 1);
      body.push(type);
      body.emit(refs.set(table));
      return body.pop();
    case 5:
      body.need(type);
      body.small(4);
      body.emit(refs.grow(table));
      body.pop();
      return body.left("i32");
    case 6:
      body.small(minimum + 1);
      body.push(type);
      body.small(3);
      body.emit(refs.fill(table));
      return body.pop();
    case 7:
      body.need(type);
      body.emit(refs.isNull);
      body.pop();
      return body.left("i32");
    case 8:
    case 9:
      return copy(body, { table, type, minimum, element });
    default:
      if (element !== undefined && draw.chance(3)) body.emit(refs.drop(element));
  }
}

/** table.copy and table.init. */
function copy(
  body: Operands,
  target: { table: number; type: Reference; minimum: number; element: number | undefined },
): void {
  const { draw, tables } = body.env;
  const { table, type, minimum, element } = target;
  body.small(minimum);
  body.small(3);
  body.small(4);
  const sources = ofType(tables, type);
  if (element !== undefined && draw.chance(2)) body.emit(refs.init(element, table));
  else body.emit(refs.copy(table, draw.pick([table, ...sources])));
}

/** Table 0 holds functions; others anything. */
export function drawTables(draw: Draw): TableSource[] {
  const table = (type: Reference): TableSource => {
    const minimum = 1 + draw.below(8);
    return draw.chance(3) ? { type, minimum } : { type, minimum, maximum: minimum + draw.below(6) };
  };
  const others = Array.from({ length: draw.below(4) }, () => table(draw.pick<Reference>(["funcref", "externref"])));
  return [table("funcref"), ...others];
}

/** Segments of all modes; active ones fit. */
export function drawElements(draw: Draw, tables: readonly TableSource[], functions: number): ElementSource[] {
  const items = (type: Reference, count: number): ElementSource["items"] => {
    const isPlain = draw.chance(2);
    return Array.from({ length: count }, () =>
      type === "externref" || (!isPlain && draw.chance(3)) ? undefined : draw.below(functions),
    );
  };
  const passive = Array.from({ length: draw.below(4) }, (): ElementSource => {
    const type = draw.pick<Reference>(["funcref", "externref"]);
    return { type, items: items(type, draw.below(5)), mode: "passive" };
  });
  const active = tables.flatMap(({ type, minimum }, table): ElementSource[] => {
    if (table > 0 && draw.chance(2)) return [];
    const filled = draw.below(minimum + 1);
    const offset = sum(draw, draw.below(minimum - filled + 1));
    return [{ type, items: items(type, filled), mode: { table, offset } }];
  });
  const declarative: ElementSource[] = draw.chance(2)
    ? [{ type: "funcref", items: items("funcref", 2), mode: "declarative" }]
    : [];
  return [...passive, ...active, ...declarative];
}

const ADD = 0x6a;
const MULTIPLY = 0x6c;

/** A constant expression for a small number, mostly an extended one. */
export function sum(draw: Draw, value: number): Code {
  const part = draw.below(100) - 50;
  switch (draw.below(3)) {
    case 1:
      return [asm.i32(part), asm.i32(value - part), ADD];
    case 2:
      return [asm.i32(value - 3 * part), asm.i32(part), asm.i32(3), MULTIPLY, ADD];
    default:
      return asm.i32(value);
  }
}
