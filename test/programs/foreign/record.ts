/** Runs a foreign program under V8 and writes down every call that crosses into it, for others to repeat. */
import { parse } from "@bytecodealliance/jco";
import type { ModuleSource } from "../../../verifier/program/build.ts";
import { decode } from "../../../verifier/wasm/decode.ts";
import type { FunctionType, ValueType } from "../../../verifier/wasm/types.ts";
import { ACCESS_SIZES, harness, HARNESS, memoryOf } from "./harness.ts";
import { type Embedder, type ForeignProgram, GUEST } from "./program.ts";

/** A call of the harness and what it gave, as bits. */
export interface Call {
  readonly name: string;
  readonly args: readonly bigint[];
  readonly results: readonly bigint[];
}

/** A foreign program's run under V8. */
export interface Recording {
  /** In the order of instantiation; the harness is the last. */
  readonly modules: readonly ModuleSource[];
  readonly calls: readonly Call[];
  /** What the program says it has computed. */
  readonly answer: string;
  /** The foreign module's memory at the end. */
  readonly memory: Uint8Array;
  /** Bits of the globals that the foreign module exports, at the end. */
  readonly globals: ReadonlyMap<string, bigint>;
}

/** Runs a foreign program under V8. */
export async function record(program: Pick<ForeignProgram, "module" | "support" | "run">): Promise<Recording> {
  const support = await Promise.all((program.support ?? []).map(assemble));
  const guest = { name: GUEST, bytes: program.module() };
  const isLate = ({ bytes }: ModuleSource): boolean =>
    decode(bytes).memories.some(({ imported }) => imported?.module === GUEST);
  const linked = [...support.filter((module) => !isLate(module)), guest, ...support.filter(isLate)];
  const modules = [...linked, harness(linked)];
  const instances = instantiate(compile(modules));
  const recorder = new Recorder(instances, modules.at(-1)!.bytes);
  const answer = program.run(recorder);
  const module = decode(guest.bytes);
  const place = memoryOf(module);
  const memory = instances.get(place.module)!.exports[place.name] as WebAssembly.Memory;
  const globals = module.exports.flatMap(({ kind, name, index }): [string, bigint][] => {
    if (kind !== "global") return [];
    const global = instances.get(GUEST)!.exports[name] as WebAssembly.Global;
    return [[name, bitsOf(module.globals[index]!.type, global.value as number | bigint)]];
  });
  return {
    modules,
    calls: recorder.calls,
    answer,
    memory: new Uint8Array(memory.buffer),
    globals: new Map(globals),
  };
}

async function assemble({ name, text }: NonNullable<ForeignProgram["support"]>[number]): Promise<ModuleSource> {
  return { name, bytes: Uint8Array.from(await parse(text)) };
}

/** A module that V8 has compiled, and the name under which others import from it. */
export interface CompiledModule {
  readonly name: string;
  readonly module: WebAssembly.Module;
}

/** Compiles modules for {@link instantiate}. */
export function compile(modules: readonly ModuleSource[]): CompiledModule[] {
  return modules.map(({ name, bytes }) => ({ name, module: new WebAssembly.Module(Uint8Array.from(bytes)) }));
}

/** Instantiates modules. Functions may be imported from later modules, and such as nobody provides throw. */
export function instantiate(modules: readonly CompiledModule[]): Map<string, WebAssembly.Instance> {
  const instances = new Map<string, WebAssembly.Instance>();
  for (const { name, module } of modules) {
    const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
    for (const { module: from, name: field } of WebAssembly.Module.imports(module)) {
      const later = (...args: unknown[]): unknown => {
        const found = instances.get(from)?.exports[field] as ((...args: unknown[]) => unknown) | undefined;
        if (found === undefined) throw new Error(`nobody provides ${from}.${field}, and it was called`);
        return found(...args);
      };
      (imports[from] ??= {})[field] = instances.get(from)?.exports[field] ?? later;
    }
    instances.set(name, new WebAssembly.Instance(module, imports));
  }
  return instances;
}

class Recorder implements Embedder {
  readonly calls: Call[] = [];
  readonly #guest: WebAssembly.Instance;
  readonly #harness: WebAssembly.Instance;
  readonly #types: ReadonlyMap<string, FunctionType>;

  constructor(instances: ReadonlyMap<string, WebAssembly.Instance>, bytes: Uint8Array) {
    this.#guest = instances.get(GUEST)!;
    this.#harness = instances.get(HARNESS)!;
    const { exports, functions } = decode(bytes);
    this.#types = new Map(exports.map(({ name, index }) => [name, functions[index]!.type]));
  }

  call(name: string, ...args: readonly (number | bigint)[]): number | bigint | undefined {
    return this.#call(`${GUEST}.${name}`, args)[0];
  }

  support(name: string, ...args: readonly (number | bigint)[]): number | bigint | undefined {
    return this.#call(name, args)[0];
  }

  global(name: string): number {
    const global = this.#guest.exports[name];
    if (!(global instanceof WebAssembly.Global)) throw new Error(`the program exports no global "${name}"`);
    return Number(global.value);
  }

  write(address: number, bytes: Uint8Array): void {
    this.#each(bytes.length, (offset, size) => {
      const words = new Uint8Array(Math.max(size, 8));
      words.set(bytes.subarray(offset, offset + size));
      this.#call(`store${size}`, [address + offset, ...new BigInt64Array(words.buffer)]);
    });
  }

  read(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    this.#each(length, (offset, size) => {
      const words = BigInt64Array.from(this.#call(`load${size}`, [address + offset]) as bigint[]);
      bytes.set(new Uint8Array(words.buffer, 0, size), offset);
    });
    return bytes;
  }

  /** Cuts a range into accesses, large ones first. */
  #each(length: number, access: (offset: number, size: number) => void): void {
    let offset = 0;
    for (const size of ACCESS_SIZES) for (; offset + size <= length; offset += size) access(offset, size);
  }

  #call(name: string, args: readonly (number | bigint)[]): (number | bigint)[] {
    const type = this.#types.get(name);
    const fn = this.#harness.exports[name] as ((...args: unknown[]) => unknown) | undefined;
    if (fn === undefined || type === undefined) throw new Error(`the program exports no function "${name}"`);
    if (args.length !== type.params.length) throw new Error(`"${name}" takes ${type.params.length} arguments`);
    const result = fn(...args);
    const results = (type.results.length > 1 ? result : type.results.map(() => result)) as (number | bigint)[];
    this.calls.push({
      name,
      args: args.map((value, i) => bitsOf(type.params[i]!, value)),
      results: results.map((value, i) => bitsOf(type.results[i]!, value)),
    });
    return results;
  }
}

/** A number's bits; an i32 and an f32 have 32 of them. */
export function bitsOf(type: ValueType, value: number | bigint): bigint {
  const view = new DataView(new ArrayBuffer(8));
  if (type === "f32") view.setFloat32(4, Number(value));
  else if (type === "f64") view.setFloat64(0, Number(value));
  else return BigInt.asUintN(type === "i32" ? 32 : 64, BigInt(value));
  return view.getBigUint64(0);
}

/** The number that JavaScript has for bits. */
export function numberOf(type: ValueType, bits: bigint): number | bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, bits);
  if (type === "i64") return view.getBigInt64(0);
  if (type === "f64") return view.getFloat64(0);
  return type === "f32" ? view.getFloat32(4) : view.getInt32(4);
}
