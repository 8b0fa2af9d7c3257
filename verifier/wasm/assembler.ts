/** Writes WebAssembly binaries (section 5 of the specification): driver modules, and the modules of property tests. */
import { Crash } from "../errors.ts";
import type { FunctionType, Limits, ValueType } from "./types.ts";

/** Bytes of instructions, nested as it suits their author. */
export type Code = number | readonly Code[];

/** Unsigned LEB128. */
export function unsigned(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return bytes;
}

/** Signed LEB128. */
export function signed(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (;;) {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    const done = rest === ((low & 0x40) === 0 ? 0n : -1n);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

const VALUE_TYPE_BYTES: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  funcref: 0x70,
  externref: 0x6f,
};

const END = 0x0b;

/** Instructions with immediates; those without are their opcode's byte. */
export const asm = {
  i32: (value: number): Code => [0x41, signed(value | 0)],
  i64: (value: bigint): Code => [0x42, signed(BigInt.asIntN(64, value))],
  get: (local: number): Code => [0x20, unsigned(local)],
  set: (local: number): Code => [0x21, unsigned(local)],
  tee: (local: number): Code => [0x22, unsigned(local)],
  globalGet: (global: number): Code => [0x23, unsigned(global)],
  globalSet: (global: number): Code => [0x24, unsigned(global)],
  call: (index: number): Code => [0x10, unsigned(index)],
  callIndirect: (type: number, table = 0): Code => [0x11, unsigned(type), unsigned(table)],
  /** A block without parameters and results. */
  block: (...body: readonly Code[]): Code => [0x02, 0x40, body, END],
  /** A loop without parameters and results. */
  loop: (...body: readonly Code[]): Code => [0x03, 0x40, body, END],
  /** An `if` without parameters, results and else. */
  when: (...body: readonly Code[]): Code => [0x04, 0x40, body, END],
  br: (label: number): Code => [0x0c, unsigned(label)],
  brIf: (label: number): Code => [0x0d, unsigned(label)],
  brTable: (labels: readonly number[], fallback: number): Code => [
    0x0e,
    vector(labels.map(unsigned)),
    unsigned(fallback),
  ],
  /** A load or store by its opcode's byte. */
  access: (op: number, offset = 0, alignment = 0): Code => [op, unsigned(alignment), unsigned(offset)],
} as const;

function flatten(code: Code, into: number[] = []): number[] {
  if (typeof code === "number") into.push(code);
  else for (const part of code) flatten(part, into);
  return into;
}

function vector(items: readonly Code[]): Code {
  return [unsigned(items.length), ...items];
}

function name(text: string): Code {
  const bytes = new TextEncoder().encode(text);
  return [unsigned(bytes.length), [...bytes]];
}

function limits({ minimum, maximum }: Limits): Code {
  return maximum === undefined ? [0, unsigned(minimum)] : [1, unsigned(minimum), unsigned(maximum)];
}

/** A function to be written. */
export interface FunctionSource {
  readonly type: FunctionType;
  readonly locals?: readonly ValueType[];
  /** Without the closing `end`. */
  readonly body: Code;
  /** For the name section. */
  readonly name?: string;
}

/** Kinds of exports and imports as the binary format numbers them. */
export const External = { function: 0, table: 1, memory: 2, global: 3 } as const;

/** A module under construction. Indices count as in the module's index spaces: import functions before adding any. */
export class ModuleWriter {
  readonly #types: FunctionType[] = [];
  readonly #imports: Code[] = [];
  readonly #functions: FunctionSource[] = [];
  readonly #tables: Code[] = [];
  readonly #memories: Code[] = [];
  readonly #globals: Code[] = [];
  readonly #exports: Code[] = [];
  readonly #elements: Code[] = [];
  readonly #data: Code[] = [];
  #start: number | undefined;
  #importedFunctions = 0;

  /** The index of a function type. */
  type(type: FunctionType): number {
    const same = (other: FunctionType): boolean =>
      other.params.join() === type.params.join() && other.results.join() === type.results.join();
    const known = this.#types.findIndex(same);
    return known >= 0 ? known : this.#types.push(type) - 1;
  }

  importFunction(module: string, field: string, type: FunctionType): number {
    if (this.#functions.length > 0) throw new Crash("functions are imported before any is added");
    this.#imports.push([name(module), name(field), External.function, unsigned(this.type(type))]);
    return this.#importedFunctions++;
  }

  importMemory(module: string, field: string, size: Limits): void {
    this.#imports.push([name(module), name(field), External.memory, limits(size)]);
  }

  importGlobal(module: string, field: string, type: ValueType, mutable: boolean): void {
    this.#imports.push([name(module), name(field), External.global, VALUE_TYPE_BYTES[type], mutable ? 1 : 0]);
  }

  /** Adds a function and gives its index. */
  function(source: FunctionSource): number {
    this.type(source.type);
    return this.#importedFunctions + this.#functions.push(source) - 1;
  }

  /** A table of functions. */
  table(size: Limits): void {
    this.#tables.push([VALUE_TYPE_BYTES.funcref, limits(size)]);
  }

  memory(size: Limits): void {
    this.#memories.push(limits(size));
  }

  /** `initial` is a constant expression without its `end`. */
  global(type: ValueType, mutable: boolean, initial: Code): void {
    this.#globals.push([VALUE_TYPE_BYTES[type], mutable ? 1 : 0, initial, END]);
  }

  export(field: string, kind: number, index: number): void {
    this.#exports.push([name(field), kind, unsigned(index)]);
  }

  start(index: number): void {
    this.#start = index;
  }

  /** A segment of functions for table 0; without a destination (a constant expression) it is passive. */
  elements(functions: readonly number[], destination?: Code): void {
    const items = vector(functions.map(unsigned));
    this.#elements.push(destination === undefined ? [1, 0, items] : [0, destination, END, items]);
  }

  /** A segment of bytes for memory 0; without a destination (a constant expression) it is passive. */
  data(bytes: Uint8Array, destination?: Code): void {
    const content = [unsigned(bytes.length), [...bytes]];
    this.#data.push(destination === undefined ? [1, content] : [0, destination, END, content]);
  }

  /** A block type: none, one result, or the index of a type. */
  blockType(type: FunctionType): Code {
    const [only] = type.results;
    if (type.params.length === 0 && only === undefined) return 0x40;
    if (type.params.length === 0 && type.results.length === 1 && only !== undefined) return VALUE_TYPE_BYTES[only];
    return signed(this.type(type));
  }

  /** The module. */
  bytes(): Uint8Array {
    const bodies = this.#functions.map(encodeBody);
    const types = this.#functions.map((f) => unsigned(this.type(f.type)));
    const sections: Code[] = [
      section(1, this.#types.map(encodeType)),
      section(2, this.#imports),
      section(3, types),
      section(4, this.#tables),
      section(5, this.#memories),
      section(6, this.#globals),
      section(7, this.#exports),
      this.#start === undefined ? [] : sized(8, unsigned(this.#start)),
      section(9, this.#elements),
      this.#data.length === 0 ? [] : sized(12, unsigned(this.#data.length)),
      section(10, bodies),
      section(11, this.#data),
      this.#names(),
    ];
    return Uint8Array.from(flatten([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, sections]));
  }

  #names(): Code {
    const named = this.#functions.flatMap((f, i) =>
      f.name === undefined ? [] : [[unsigned(this.#importedFunctions + i), name(f.name)]],
    );
    return named.length === 0 ? [] : sized(0, [name("name"), sized(1, vector(named))]);
  }
}

function sized(id: number, content: Code): Code {
  const bytes = flatten(content);
  return [id, unsigned(bytes.length), bytes];
}

function section(id: number, items: readonly Code[]): Code {
  return items.length === 0 ? [] : sized(id, vector(items));
}

function encodeType({ params, results }: FunctionType): Code {
  const types = (list: readonly ValueType[]): Code => vector(list.map((type) => VALUE_TYPE_BYTES[type]));
  return [0x60, types(params), types(results)];
}

function encodeBody({ locals = [], body }: FunctionSource): Code {
  const groups: [number, ValueType][] = [];
  for (const type of locals) {
    const last = groups.at(-1);
    if (last?.[1] === type) last[0]++;
    else groups.push([1, type]);
  }
  const declarations = vector(groups.map(([count, type]) => [unsigned(count), VALUE_TYPE_BYTES[type]]));
  const bytes = flatten([declarations, body, END]);
  return [unsigned(bytes.length), bytes];
}
