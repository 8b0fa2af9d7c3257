/**
 * The custom section "dylink.0" of modules that are made to be loaded into a memory and a table
 * that others use too: Emscripten's side and main modules, and clang's with `-shared` (WebAssembly
 * tool conventions, DynamicLinking.md).
 */
import { Reader } from "../../wasm/reader.ts";
import type { ImportName, Module } from "../../wasm/types.ts";

const SECTION = "dylink.0";

/** What a module wants to be given. */
export interface DylinkInfo {
  /** Bytes of memory and their alignment, elements of the table and theirs. */
  readonly memorySize: number;
  readonly memoryAlignment: number;
  readonly tableSize: number;
  readonly tableAlignment: number;
  /** Whether nothing at all may provide an import: its address is 0 then. */
  isWeak(imported: ImportName): boolean;
}

const MEMORY_INFO = 1;
const IMPORT_INFO = 4;

/** Binding of a symbol that need not be there. */
const WEAK = 1;
const BINDING = 3;

/**
 * Reads the section; undefined if a module has none.
 * @throws DecodeError if it is malformed
 */
export function dylinkInfo({ bytes, custom }: Pick<Module, "bytes" | "custom">): DylinkInfo | undefined {
  const section = custom.find(({ name }) => name === SECTION);
  if (section === undefined) return undefined;
  const reader = new Reader(bytes, section.start, section.end);
  const weak = new Set<string>();
  let [memorySize, memoryAlignment, tableSize, tableAlignment] = [0, 0, 0, 0];
  while (!reader.done) {
    const id = reader.u8();
    const size = reader.u32();
    const content = new Reader(bytes, reader.position, Math.min(reader.position + size, section.end));
    if (id === MEMORY_INFO) {
      memorySize = content.u32();
      memoryAlignment = content.u32();
      tableSize = content.u32();
      tableAlignment = content.u32();
    } else if (id === IMPORT_INFO) {
      for (let count = content.u32(); count > 0; count--) {
        const name = symbol(content.name(), content.name());
        if ((content.u32() & BINDING) === WEAK) weak.add(name);
      }
    }
    reader.position += size;
  }
  return {
    memorySize,
    memoryAlignment: 2 ** memoryAlignment,
    tableSize,
    tableAlignment: 2 ** tableAlignment,
    isWeak: ({ module, name }) => weak.has(symbol(module, name)),
  };
}

const symbol = (module: string, name: string): string => JSON.stringify([module, name]);
