/**
 * Random programs of several modules, as text: memories, tables, globals and functions that are
 * imported and shared, references in globals, tables and segments, and instructions on all of them.
 * They always end: a global of each module counts down at function entry, and `refill` sets it
 * again.
 */
import type { Draw } from "../../support/draw.ts";

type Type = "i32" | "i64" | "funcref" | "externref";
type Reference = "funcref" | "externref";

interface Signature {
  readonly params: readonly Type[];
  readonly results: readonly Type[];
}

/** A module as text, under its name, and the exported functions that may be called. */
export interface RandomModule {
  readonly name: string;
  /** Modules that it imports from. */
  readonly imports: readonly string[];
  readonly text: string;
  readonly functions: readonly ({ readonly name: string } & Signature)[];
}

interface FunctionItem extends Signature {
  readonly name: string;
}
interface TableItem {
  readonly name: string;
  readonly type: Reference;
  readonly minimum: number;
  readonly maximum: number | undefined;
}
interface MemoryItem {
  readonly name: string;
  readonly minimum: number;
  readonly maximum: number | undefined;
}
interface GlobalItem {
  readonly name: string;
  readonly type: Type;
  readonly isMutable: boolean;
  readonly isImported: boolean;
}

/** What a module has to refer to. */
interface Space {
  readonly functions: FunctionItem[];
  readonly tables: TableItem[];
  readonly memories: MemoryItem[];
  readonly globals: GlobalItem[];
  readonly data: number[];
  readonly elements: { readonly type: Reference; readonly length: number }[];
}

const SIGNATURES: readonly [Signature, ...Signature[]] = [
  { params: [], results: ["i32"] },
  { params: ["i32"], results: ["i32"] },
  { params: [], results: [] },
  { params: ["funcref", "i32"], results: ["i32"] },
  { params: [], results: ["funcref"] },
  { params: ["externref", "i32"], results: ["externref"] },
  { params: ["i32", "i64"], results: ["i64", "i32"] },
  { params: ["i32"], results: ["externref", "funcref", "i32"] },
];

const limits = (minimum: number, maximum: number | undefined): string => `${minimum} ${maximum ?? ""}`;
const parameters = ({ params, results }: Signature): string =>
  `${params.map((t) => `(param ${t})`).join(" ")} ${results.map((t) => `(result ${t})`).join(" ")}`;

/** Modules, each of which may import from those before it. */
export function drawModules(draw: Draw): RandomModule[] {
  const spaces: { readonly name: string; readonly space: Space }[] = [];
  const modules: RandomModule[] = [];
  const count = 2 + draw.below(3);
  for (let i = 0; i < count; i++) {
    const writer = new ModuleText(draw, `m${i}`, spaces);
    modules.push(writer.write());
    spaces.push({ name: `m${i}`, space: writer.space });
  }
  return modules;
}

class ModuleText {
  readonly space: Space = { functions: [], tables: [], memories: [], globals: [], data: [], elements: [] };
  readonly #draw: Draw;
  readonly #name: string;
  readonly #others: readonly { readonly name: string; readonly space: Space }[];
  readonly #imports: string[] = [];
  readonly #from = new Set<string>();
  readonly #fields: string[] = [];
  /** Parameters and locals of the function that is being written. */
  #locals: readonly Type[] = [];

  constructor(draw: Draw, name: string, others: readonly { readonly name: string; readonly space: Space }[]) {
    this.#draw = draw;
    this.#name = name;
    this.#others = others;
  }

  write(): RandomModule {
    const draw = this.#draw;
    this.#import();
    const own: FunctionItem[] = Array.from({ length: 2 + draw.below(5) }, (_, i) => ({
      name: `${this.#name}f${i}`,
      ...draw.pick(SIGNATURES),
    }));
    this.space.functions.push(...own);
    this.#defineMemories();
    this.#defineTables();
    this.#defineGlobals();
    this.#defineSegments();
    for (const fn of own) this.#defineFunction(fn);
    const all = this.space.functions.map(({ name }) => `$${name}`).join(" ");
    this.#fields.push(
      `(elem declare func ${all})`,
      `(global $fuel (mut i32) (i32.const 40))`,
      `(func (export "refill") (global.set $fuel (i32.const 40)))`,
      `(func $spend (if (i32.eqz (global.get $fuel)) (then unreachable))
        (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1))))`,
    );
    const start = own.find(({ params, results }) => params.length + results.length === 0);
    if (start !== undefined && draw.chance(4)) this.#fields.push(`(start $${start.name})`);
    const text = [...this.#imports, ...this.#fields].join("\n");
    return { name: this.#name, imports: [...this.#from], text, functions: own };
  }

  #import(): void {
    const draw = this.#draw;
    for (const { name: from, space } of this.#others) {
      const add = (item: { readonly name: string }, type: string): void => {
        this.#from.add(from);
        this.#imports.push(`(import "${from}" "${item.name}" ${type}) (export "${item.name}" ${exportOf(type)})`);
      };
      const wanted = <T extends { readonly name: string }>(items: readonly T[], own: readonly T[]): T[] =>
        items.filter((item) => draw.below(5) < 2 && own.every((other) => other.name !== item.name));
      for (const fn of wanted(space.functions, this.space.functions)) {
        add(fn, `(func $${fn.name} ${parameters(fn)})`);
        this.space.functions.push(fn);
      }
      for (const table of wanted(space.tables, this.space.tables)) {
        add(table, `(table $${table.name} ${limits(draw.below(table.minimum + 1), table.maximum)} ${table.type})`);
        this.space.tables.push(table);
      }
      for (const memory of wanted(space.memories, this.space.memories)) {
        add(memory, `(memory $${memory.name} ${limits(draw.below(memory.minimum + 1), memory.maximum)})`);
        this.space.memories.push(memory);
      }
      for (const global of wanted(space.globals, this.space.globals)) {
        add(global, `(global $${global.name} ${globalType(global)})`);
        this.space.globals.push({ ...global, isImported: true });
      }
    }
  }

  #defineMemories(): void {
    const draw = this.#draw;
    for (let i = draw.below(3); i > 0; i--) {
      const minimum = draw.below(2);
      const memory = {
        name: `${this.#name}m${i}`,
        minimum,
        maximum: draw.chance(8) ? undefined : minimum + draw.below(3),
      };
      this.space.memories.push(memory);
      const { name, maximum } = memory;
      this.#fields.push(`(memory $${name} (export "${name}") ${limits(minimum, maximum)})`);
    }
  }

  #defineTables(): void {
    const draw = this.#draw;
    for (let i = draw.below(4); i > 0; i--) {
      const minimum = draw.below(9);
      const maximum = draw.chance(2) ? minimum + draw.below(9) : undefined;
      const type: Reference = draw.chance(3) ? "externref" : "funcref";
      const name = `${this.#name}t${i}`;
      this.space.tables.push({ name, type, minimum, maximum });
      this.#fields.push(`(table $${name} (export "${name}") ${limits(minimum, maximum)} ${type})`);
    }
  }

  #defineGlobals(): void {
    const draw = this.#draw;
    for (let i = draw.below(5); i > 0; i--) {
      const type = draw.pick<Type>(["i32", "funcref", "externref", "i64", "i32"]);
      const global = { name: `${this.#name}g${i}`, type, isMutable: draw.chance(2), isImported: false };
      const initial = this.#constant(type);
      this.space.globals.push(global);
      this.#fields.push(`(global $${global.name} (export "${global.name}") ${globalType(global)} ${initial})`);
    }
  }

  #defineSegments(): void {
    const draw = this.#draw;
    for (let i = draw.below(4); i > 0; i--) {
      const length = draw.below(70);
      const memory = this.#any(this.space.memories);
      const isActive = memory !== undefined && memory.minimum > 0 && draw.below(3) > 0;
      const bytes = Array.from({ length }, (_, k) => `\\${((k * 7 + i) % 256).toString(16).padStart(2, "0")}`).join("");
      const place = isActive
        ? `(memory $${memory.name}) (offset ${this.#offset(65_536 * memory.minimum, length)})`
        : "";
      this.space.data.push(length);
      this.#fields.push(`(data ${place} "${bytes}")`);
    }
    for (let i = draw.below(5); i > 0; i--) {
      const table = this.#any(this.space.tables);
      const isActive = table !== undefined && draw.below(3) > 0;
      const type = table?.type ?? draw.pick<Reference>(["funcref", "externref"]);
      const isSmall = isActive && table.minimum < 4 && !draw.chance(20);
      const items = Array.from(
        { length: draw.below(isSmall ? table.minimum + 1 : 5) },
        () => `(item ${this.#constant(type)})`,
      );
      const place = isActive ? `(table $${table.name}) (offset ${this.#offset(table.minimum, items.length)})` : "";
      this.space.elements.push({ type, length: items.length });
      this.#fields.push(`(elem ${place} ${type} ${items.join(" ")})`);
    }
  }

  /** Seldom out of bounds. */
  #offset(size: number, length: number): string {
    const draw = this.#draw;
    if (draw.chance(40)) return this.#constant("i32");
    const room = Math.max(draw.chance(30) ? 1 : 0, size - length);
    const offset = draw.chance(3) ? room : draw.below(room + 1);
    return draw.below(2) === 0
      ? `(i32.const ${offset})`
      : `(i32.add (i32.mul (i32.const ${offset}) (i32.const 3)) (i32.sub (i32.const 0) (i32.const ${2 * offset})))`;
  }

  #constant(type: Type): string {
    const draw = this.#draw;
    const global = this.#any(this.space.globals.filter((g) => g.type === type && !g.isMutable));
    if (global !== undefined && draw.below(2) === 0) return `(global.get $${global.name})`;
    const fn = this.#any(this.space.functions);
    if (type === "externref") return "(ref.null extern)";
    if (type === "funcref") return fn === undefined || draw.chance(4) ? "(ref.null func)" : `(ref.func $${fn.name})`;
    const value = draw.below(12) - 2;
    return draw.below(3) < 2
      ? `(${type}.const ${value})`
      : `(${type}.sub ${this.#constant(type)} (${type}.const ${value}))`;
  }

  #defineFunction(fn: FunctionItem): void {
    const draw = this.#draw;
    const locals: Type[] = ["i32", "funcref", "externref"];
    this.#locals = [...fn.params, ...locals];
    const body = Array.from({ length: 1 + draw.below(4) }, () => this.#statement(2)).join("\n    ");
    const results = fn.results.map((type) => this.#value(type, 2)).join(" ");
    this.#fields.push(
      `(func $${fn.name} (export "${fn.name}") ${parameters(fn)} ${locals.map((t) => `(local ${t})`).join(" ")}
    (call $spend) ${body}
    ${results})`,
    );
  }

  #statement(depth: number): string {
    const draw = this.#draw;
    const index = (): string => this.#value("i32", depth - 1);
    const table = this.#any(this.space.tables);
    const memory = this.#any(this.space.memories);
    const global = this.#any(this.space.globals.filter((g) => g.isMutable));
    const choices: (() => string | undefined)[] = [
      () => table && `(table.set $${table.name} ${index()} ${this.#value(table.type, depth - 1)})`,
      () => table && `(table.fill $${table.name} ${index()} ${this.#value(table.type, depth - 1)} ${index()})`,
      () => {
        const other = this.#any(this.space.tables.filter(({ type }) => type === table?.type));
        return table && other && `(table.copy $${table.name} $${other.name} ${index()} ${index()} ${index()})`;
      },
      () => {
        const segments = [...this.space.elements.keys()].filter((i) => this.space.elements[i]?.type === table?.type);
        const segment = this.#any(segments);
        return table && segment !== undefined
          ? `(table.init $${table.name} ${segment} ${index()} ${index()} ${index()})`
          : undefined;
      },
      () => {
        const segment = this.#any([...this.space.elements.keys()]);
        return segment !== undefined && draw.chance(3) ? `(elem.drop ${segment})` : undefined;
      },
      () => memory && `(i32.store $${memory.name} offset=${draw.below(40)} ${index()} ${index()})`,
      () => memory && `(memory.fill $${memory.name} ${index()} ${index()} ${index()})`,
      () => {
        const other = this.#any(this.space.memories);
        return memory && other && `(memory.copy $${memory.name} $${other.name} ${index()} ${index()} ${index()})`;
      },
      () => {
        const segment = this.#any([...this.space.data.keys()]);
        return memory && segment !== undefined
          ? `(memory.init $${memory.name} ${segment} ${index()} ${index()} ${index()})`
          : undefined;
      },
      () => {
        const segment = this.#any([...this.space.data.keys()]);
        return segment !== undefined && draw.chance(3) ? `(data.drop ${segment})` : undefined;
      },
      () => global && `(global.set $${global.name} ${this.#value(global.type, depth)})`,
      () => {
        const local = draw.below(this.#locals.length);
        return `(local.set ${local} ${this.#value(this.#locals[local] ?? "i32", depth)})`;
      },
      () => `(drop ${this.#value(draw.pick<Type>(["i32", "funcref", "externref"]), depth)})`,
      () => {
        const fn = this.#any(this.space.functions);
        return fn && `${this.#call(fn, depth)} ${fn.results.map(() => "drop").join(" ")}`;
      },
    ];
    return choices[draw.below(choices.length)]?.() ?? "nop";
  }

  #call(fn: FunctionItem, depth: number): string {
    return `(call $${fn.name} ${fn.params.map((t) => this.#value(t, depth - 1)).join(" ")})`;
  }

  /** An expression of one value. */
  #value(type: Type, depth: number): string {
    const draw = this.#draw;
    const locals = [...this.#locals.keys()].filter((i) => this.#locals[i] === type);
    const local = this.#any(locals);
    const global = this.#any(this.space.globals.filter((g) => g.type === type));
    const choices: (() => string | undefined)[] = [
      () => this.#plain(type),
      () => (local === undefined ? undefined : `(local.get ${local})`),
      () => global && `(global.get $${global.name})`,
    ];
    if (depth > 0) {
      choices.push(
        () => {
          const fn = this.#any(this.space.functions.filter((f) => f.results.length === 1 && f.results[0] === type));
          return fn && this.#call(fn, depth);
        },
        () =>
          `(select (result ${type}) ${[type, type, "i32" as const].map((t) => this.#value(t, depth - 1)).join(" ")})`,
        () => `(if (result ${type}) ${this.#value("i32", depth - 1)}
            (then ${this.#value(type, depth - 1)}) (else ${this.#value(type, depth - 1)}))`,
        ...(type === "i32" ? this.#integers(depth - 1) : type === "i64" ? [] : this.#references(type, depth - 1)),
      );
    }
    return choices[draw.below(choices.length)]?.() ?? this.#plain(type);
  }

  #plain(type: Type): string {
    const fn = this.#any(this.space.functions);
    if (type === "externref") return "(ref.null extern)";
    if (type === "funcref") return fn === undefined ? "(ref.null func)" : `(ref.func $${fn.name})`;
    return `(${type}.const ${this.#draw.chance(12) ? -1 : this.#draw.below(7)})`;
  }

  #references(type: Reference, depth: number): (() => string | undefined)[] {
    const table = this.#any(this.space.tables.filter((t) => t.type === type));
    const get = (): string | undefined => table && `(table.get $${table.name} ${this.#value("i32", depth)})`;
    return [get, get, get];
  }

  #integers(depth: number): (() => string | undefined)[] {
    const draw = this.#draw;
    const value = (type: Type): string => this.#value(type, depth);
    const table = this.#any(this.space.tables);
    const memory = this.#any(this.space.memories);
    return [
      () => table && `(table.size $${table.name})`,
      () => table && `(table.grow $${table.name} ${value(table.type)} (i32.const ${draw.below(6)}))`,
      () => memory && `(memory.size $${memory.name})`,
      () => memory && `(memory.grow $${memory.name} (i32.const ${draw.below(2)}))`,
      () => memory && `(i32.load8_u $${memory.name} offset=${draw.below(40)} ${value("i32")})`,
      () => `(ref.is_null ${value(draw.pick<Type>(["funcref", "externref"]))})`,
      () => `(i32.add ${value("i32")} ${value("i32")})`,
      () => {
        const functions = this.#any(this.space.tables.filter((t) => t.type === "funcref"));
        const fn = draw.pick(SIGNATURES);
        const isLeft = fn.results.length === 1 && fn.results[0] === "i32";
        const rest = isLeft ? "" : `${fn.results.map(() => "drop").join(" ")} (i32.const 4)`;
        const operands = [...fn.params, "i32" as const].map(value).join(" ");
        return (
          functions && `(block (result i32) (call_indirect $${functions.name} ${parameters(fn)} ${operands}) ${rest})`
        );
      },
    ];
  }

  #any<T>(items: readonly T[]): T | undefined {
    return items[this.#draw.below(Math.max(1, items.length))];
  }
}

const globalType = ({ type, isMutable }: GlobalItem): string => (isMutable ? `(mut ${type})` : type);

/** `(func $f …)` to `(func $f)`. */
function exportOf(type: string): string {
  const [kind = "", name = ""] = type.slice(1).split(" ");
  return `(${kind} ${name.replace(")", "")})`;
}
