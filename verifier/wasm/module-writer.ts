/**
 * Writes WebAssembly modules (section 5.5 of the specification): driver modules, hashing code,
 * generated code, and the modules of tests.
 */
import { Crash } from "../errors.ts";
import { type Code, signed, vector, unsigned, writeCode } from "./assembler.ts";
import { ByteWriter } from "./byte-writer.ts";
import type { FunctionType, Limits, ReferenceType, ValueType } from "./types.ts";

/** Bytes of value types in the binary format. */
export const TYPE_BYTES: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  funcref: 0x70,
  externref: 0x6f,
};

/** A block type without parameters and results. */
export const EMPTY = 0x40;

/** Kinds of exports and imports as the binary format numbers them. */
export const External = { function: 0, table: 1, memory: 2, global: 3 } as const;

const END = 0x0b;

/** A function to be written. */
export interface FunctionSource {
  readonly type: FunctionType;
  readonly locals?: readonly ValueType[];
  /** Without the closing `end`. */
  readonly body: Code;
  /** For the name section. */
  readonly name?: string;
}

/** A function's body without its length: runs of locals, then code with its closing `end`. */
export function functionBody(locals: readonly ValueType[], code: Code): ByteWriter {
  const runs: { count: number; readonly type: ValueType }[] = [];
  for (const type of locals) {
    const last = runs.at(-1);
    if (last?.type === type) last.count++;
    else runs.push({ count: 1, type });
  }
  const body = new ByteWriter();
  writeCode([vector(runs.map(({ count, type }) => [unsigned(count), TYPE_BYTES[type]])), code], body);
  return body;
}

/**
 * A module under construction. Indices count as in the module's index spaces: import functions
 * before adding any.
 */
export class ModuleWriter {
  readonly #indices = new Map<string, number>();
  readonly #types = new Items();
  readonly #imports = new Items();
  readonly #functions = new Items();
  readonly #tables = new Items();
  readonly #memories = new Items();
  readonly #globals = new Items();
  readonly #exports = new Items();
  readonly #elements = new Items();
  readonly #bodies = new Items();
  readonly #data = new Items();
  readonly #names = new Items();
  #start: number | undefined;
  #importedFunctions = 0;

  /** The index of a function type. */
  type({ params, results }: FunctionType): number {
    const key = `${params.join(" ")}>${results.join(" ")}`;
    const known = this.#indices.get(key);
    if (known !== undefined) return known;
    const list = (types: readonly ValueType[]): Code => vector(types.map((type) => TYPE_BYTES[type]));
    this.#types.add([0x60, list(params), list(results)]);
    this.#indices.set(key, this.#types.count - 1);
    return this.#types.count - 1;
  }

  /** Imports a function and gives its index. */
  importFunction(module: string, field: string, type: FunctionType): number {
    if (this.#functions.count > 0) throw new Crash("functions are imported before any is added");
    const index = this.type(type);
    this.#import(module, field, [External.function, unsigned(index)]);
    return this.#importedFunctions++;
  }

  importMemory(module: string, field: string, size: Limits): void {
    this.#import(module, field, [External.memory, limits(size)]);
  }

  importTable(module: string, field: string, type: ReferenceType, size: Limits): void {
    this.#import(module, field, [External.table, TYPE_BYTES[type], limits(size)]);
  }

  importGlobal(module: string, field: string, type: ValueType, mutable: boolean): void {
    this.#import(module, field, [External.global, TYPE_BYTES[type], mutable ? 1 : 0]);
  }

  /** Adds a function and gives its index. */
  function({ type, locals = [], body, name }: FunctionSource): number {
    return this.functionOf(type, functionBody(locals, [body, END]), name);
  }

  /** Adds a function by what {@link functionBody} gave, and gives its index. */
  functionOf(type: FunctionType, body: ByteWriter, name?: string): number {
    this.#functions.add(unsigned(this.type(type)));
    this.#bodies.next().sized(body);
    const index = this.#importedFunctions + this.#functions.count - 1;
    if (name !== undefined) {
      const entry = this.#names.next();
      entry.u32(index);
      entry.name(name);
    }
    return index;
  }

  /** A table of functions, which are null at first. */
  table(size: Limits): void {
    this.#tables.add([TYPE_BYTES.funcref, limits(size)]);
  }

  /** Sizes in pages. */
  memory(size: Limits): void {
    this.#memories.add(limits(size));
  }

  /** `initial` is a constant expression without its `end`. */
  global(type: ValueType, mutable: boolean, initial: Code): void {
    this.#globals.add([TYPE_BYTES[type], mutable ? 1 : 0, initial, END]);
  }

  export(field: string, kind: number, index: number): void {
    const item = this.#exports.next();
    item.name(field);
    item.put(kind);
    item.u32(index);
  }

  start(index: number): void {
    this.#start = index;
  }

  /**
   * A segment of functions for table 0; without a destination (a constant expression) it is
   * passive.
   */
  elements(functions: readonly number[], destination?: Code): void {
    const items = vector(functions.map(unsigned));
    this.#elements.add(destination === undefined ? [1, 0, items] : [0, destination, END, items]);
  }

  /**
   * A segment of bytes for memory 0; without a destination (a constant expression) it is passive.
   */
  data(bytes: Uint8Array, destination?: Code): void {
    const content = [unsigned(bytes.length), bytes];
    this.#data.add(destination === undefined ? [1, content] : [0, destination, END, content]);
  }

  /** A block type: none, one result, or the index of a type. */
  blockType(type: FunctionType): Code {
    const [only] = type.results;
    if (type.params.length > 0 || type.results.length > 1) return signed(this.type(type));
    return only === undefined ? EMPTY : TYPE_BYTES[only];
  }

  /** The module. */
  bytes(): Uint8Array<ArrayBuffer> {
    const module = new ByteWriter();
    module.put(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    section(module, 1, this.#types);
    section(module, 2, this.#imports);
    section(module, 3, this.#functions);
    section(module, 4, this.#tables);
    section(module, 5, this.#memories);
    section(module, 6, this.#globals);
    section(module, 7, this.#exports);
    if (this.#start !== undefined) sized(module, 8, unsigned(this.#start));
    section(module, 9, this.#elements);
    if (this.#data.count > 0) sized(module, 12, unsigned(this.#data.count));
    section(module, 10, this.#bodies);
    section(module, 11, this.#data);
    if (this.#names.count > 0) {
      const names = new ByteWriter();
      names.name("name");
      section(names, 1, this.#names);
      sized(module, 0, names.bytes());
    }
    return module.bytes();
  }

  #import(module: string, field: string, description: Code): void {
    const item = this.#imports.next();
    item.name(module);
    item.name(field);
    writeCode(description, item);
  }
}

/** The items of a section, one after the other. */
class Items {
  count = 0;
  readonly bytes = new ByteWriter();

  /** Where the next item is to be written. */
  next(): ByteWriter {
    this.count++;
    return this.bytes;
  }

  add(item: Code): void {
    writeCode(item, this.next());
  }
}

function limits({ minimum, maximum }: Limits): Code {
  return maximum === undefined ? [0, unsigned(minimum)] : [1, unsigned(minimum), unsigned(maximum)];
}

function sized(into: ByteWriter, id: number, content: Code): void {
  const bytes = new ByteWriter();
  writeCode(content, bytes);
  into.put(id);
  into.sized(bytes);
}

/** Writes a section, unless it is empty. */
function section(into: ByteWriter, id: number, { count, bytes }: Items): void {
  if (count > 0) sized(into, id, [unsigned(count), bytes.bytes()]);
}
