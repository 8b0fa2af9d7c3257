/**
 * Runs a foreign program under V8 and writes down every call that crosses into it, for others to
 * repeat.
 */
import { parse } from "@bytecodealliance/jco";
import { Problem } from "../../verifier/errors.ts";
import type { ModuleSource } from "../../verifier/program/build.ts";
import { decode } from "../../verifier/wasm/decode.ts";
import type { FunctionType } from "../../verifier/wasm/types.ts";
import { ACCESS_SIZES, harness, HARNESS, memoryOf } from "./harness.ts";
import { bitsOf, compile, instantiate } from "./instances.ts";
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
    if (!(global instanceof WebAssembly.Global)) throw new Problem(`the program exports no global "${name}"`);
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
    if (fn === undefined || type === undefined) throw new Problem(`the program exports no function "${name}"`);
    if (args.length !== type.params.length) throw new Problem(`"${name}" takes ${type.params.length} arguments`);
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
