/** Instances of modules in V8, and the numbers that go in and out of them. */
import { Problem } from "../../verifier/errors.ts";
import type { ModuleSource } from "../../verifier/program/build.ts";
import type { ValueType } from "../../verifier/wasm/types.ts";

/** A module that V8 has compiled, and the name under which others import from it. */
export interface CompiledModule {
  readonly name: string;
  readonly module: WebAssembly.Module;
}

/** Compiles modules for {@link instantiate}. */
export function compile(modules: readonly ModuleSource[]): CompiledModule[] {
  return modules.map(({ name, bytes }) => ({ name, module: new WebAssembly.Module(Uint8Array.from(bytes)) }));
}

/**
 * Instantiates modules. Functions may be imported from later modules, and such as nobody provides
 * throw.
 */
export function instantiate(modules: readonly CompiledModule[]): Map<string, WebAssembly.Instance> {
  const instances = new Map<string, WebAssembly.Instance>();
  for (const { name, module } of modules) {
    const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
    for (const { module: from, name: field } of WebAssembly.Module.imports(module)) {
      const later = (...args: unknown[]): unknown => {
        const found = instances.get(from)?.exports[field] as ((...args: unknown[]) => unknown) | undefined;
        if (found === undefined) throw new Problem(`nobody provides ${from}.${field}, and it was called`);
        return found(...args);
      };
      (imports[from] ??= {})[field] = instances.get(from)?.exports[field] ?? later;
    }
    instances.set(name, new WebAssembly.Instance(module, imports));
  }
  return instances;
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
