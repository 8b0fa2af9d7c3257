/**
 * The module that transactions of the typed convention reach a foreign one through: it exports the
 * functions of other modules again, and loads and stores that carry as many bytes as one call
 * holds.
 */
import { Problem } from "../../verifier/errors.ts";
import { asm, type Code } from "../../verifier/wasm/assembler.ts";
import { External, ModuleWriter } from "../../verifier/wasm/module-writer.ts";
import { isCallable } from "../../verifier/program/drivers/typed.ts";
import type { ModuleSource } from "../../verifier/program/build.ts";
import { decode } from "../../verifier/wasm/decode.ts";
import type { FunctionType, Module, ValueType } from "../../verifier/wasm/types.ts";
import { GUEST } from "./program.ts";

/** The name under which it is linked. */
export const HARNESS = "harness";

/**
 * Sizes of the accesses in bytes: `load128`, `store128` and so on; the larger two in words of 64
 * bits.
 */
export const ACCESS_SIZES = [128, 8, 1] as const;

const I64_LOAD = 0x29;
const I64_STORE = 0x37;
const I64_LOAD8_U = 0x31;
const I64_STORE8 = 0x3c;

/**
 * Generates the harness of a foreign module, which is linked as {@link GUEST}, and of those that
 * support it. A function that one of them exports has the name `module.export`.
 */
export function harness(modules: readonly ModuleSource[]): ModuleSource {
  const writer = new ModuleWriter();
  const exports: { name: string; index: number }[] = [];
  for (const { name, bytes } of modules) {
    const module = decode(bytes);
    if (name === GUEST) importMemory(writer, module);
    for (const exported of module.exports) {
      const type = exported.kind === "function" ? module.functions[exported.index]?.type : undefined;
      if (type === undefined || !isCallable(type)) continue;
      const index = writer.importFunction(name, exported.name, type);
      exports.push({ name: `${name}.${exported.name}`, index });
    }
  }
  for (const size of ACCESS_SIZES) addAccesses(writer, size);
  for (const { name, index } of exports) writer.export(name, External.function, index);
  return { name: HARNESS, bytes: writer.bytes() };
}

/** Where a foreign module's memory is: its own, or one that it imports. */
export function memoryOf(module: Module): { readonly module: string; readonly name: string } {
  const exported = module.exports.find(({ kind }) => kind === "memory");
  if (exported !== undefined) return { module: GUEST, name: exported.name };
  const imported = module.memories[0]?.imported;
  if (imported === undefined) throw new Problem("the module neither exports a memory nor imports one");
  return imported;
}

function importMemory(writer: ModuleWriter, guest: Module): void {
  const { module, name } = memoryOf(guest);
  writer.importMemory(module, name, { minimum: 0 });
}

function addAccesses(writer: ModuleWriter, size: number): void {
  const words = Math.ceil(size / 8);
  const values = Array<ValueType>(words).fill("i64");
  const add = (name: string, type: FunctionType, body: Code): void => {
    writer.export(`${name}${size}`, External.function, writer.function({ name: `${name}${size}`, type, body }));
  };
  const [load, store] = size === 1 ? [I64_LOAD8_U, I64_STORE8] : [I64_LOAD, I64_STORE];
  const each = (code: (word: number) => Code): Code => values.map((_, word) => code(word));
  add(
    "load",
    { params: ["i32"], results: values },
    each((word) => [asm.get(0), asm.access(load, 8 * word)]),
  );
  add(
    "store",
    { params: ["i32", ...values], results: [] },
    each((word) => [asm.get(0), asm.get(1 + word), asm.access(store, 8 * word)]),
  );
}
