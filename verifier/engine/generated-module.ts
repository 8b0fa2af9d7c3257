/** A module of generated code under construction (section 5.5 of the WebAssembly specification). */
import { A } from "./assembly.ts";
import { ByteWriter } from "./bytes.ts";
import { type NativeSignature, type NativeType, signatureKey, TYPE_BYTES } from "./native-type.ts";

/** Kinds of imports and exports in the binary format. */
export const Kind = { function: 0, table: 1, memory: 2, global: 3 } as const;

/** The module name of all imports. */
export const IMPORTS = "e";

/** Indices count as in the module's index spaces: imports of a kind come before what is defined. */
export class GeneratedModule {
  readonly #types = new Map<string, number>();
  readonly #typeBytes = new ByteWriter();
  readonly #imports = new Items();
  readonly #functions = new Items();
  readonly #tables = new Items();
  readonly #memories = new Items();
  readonly #globals = new Items();
  readonly #exports = new Items();
  readonly #bodies = new Items();

  type(signature: NativeSignature): number {
    const key = signatureKey(signature);
    const known = this.#types.get(key);
    if (known !== undefined) return known;
    this.#types.set(key, this.#types.size);
    this.#typeBytes.put(0x60);
    for (const list of [signature.params, signature.results]) {
      this.#typeBytes.u32(list.length);
      for (const type of list) this.#typeBytes.put(TYPE_BYTES[type]);
    }
    return this.#types.size - 1;
  }

  importFunction(name: string, signature: NativeSignature): void {
    const type = this.type(signature);
    this.#import(name, Kind.function).u32(type);
  }

  /** A memory of any size. */
  importMemory(name: string): void {
    this.#import(name, Kind.memory).put(0, 0);
  }

  /** A table of functions, of any size. */
  importTable(name: string): void {
    this.#import(name, Kind.table).put(0x70, 0, 0);
  }

  /** A mutable global. */
  importGlobal(name: string, type: NativeType): void {
    this.#import(name, Kind.global).put(TYPE_BYTES[type], 1);
  }

  function(signature: NativeSignature, body: ByteWriter): void {
    this.#functions.next().u32(this.type(signature));
    this.#bodies.next().sized(body);
  }

  /** Sizes in pages. */
  memory(minimum: number, maximum: number): void {
    const memory = this.#memories.next();
    memory.put(1);
    memory.u32(minimum);
    memory.u32(maximum);
  }

  /** A table of `size` functions, which are null at first. */
  table(size: number): void {
    const table = this.#tables.next();
    table.put(0x70, 1);
    table.u32(size);
    table.u32(size);
  }

  /** A mutable global of zero. */
  global(type: "i32" | "i64"): void {
    this.#globals.next().put(TYPE_BYTES[type], 1, type === "i32" ? A.i32Const : A.i64Const, 0, A.end);
  }

  export(name: string, kind: number, index: number): void {
    const item = this.#exports.next();
    item.name(name);
    item.put(kind);
    item.u32(index);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const module = new ByteWriter();
    module.put(0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    const sections: [number, Items][] = [
      [2, this.#imports],
      [3, this.#functions],
      [4, this.#tables],
      [5, this.#memories],
      [6, this.#globals],
      [7, this.#exports],
      [10, this.#bodies],
    ];
    section(module, 1, this.#types.size, this.#typeBytes);
    for (const [id, items] of sections) section(module, id, items.count, items.bytes);
    return module.bytes();
  }

  #import(name: string, kind: number): ByteWriter {
    const item = this.#imports.next();
    item.name(IMPORTS);
    item.name(name);
    item.put(kind);
    return item;
  }
}

/** The items of a section, one behind the other. */
class Items {
  count = 0;
  readonly bytes = new ByteWriter();

  next(): ByteWriter {
    this.count++;
    return this.bytes;
  }
}

function section(module: ByteWriter, id: number, count: number, items: ByteWriter): void {
  if (count === 0) return;
  const content = new ByteWriter();
  content.u32(count);
  content.append(items.bytes());
  module.put(id);
  module.sized(content);
}
