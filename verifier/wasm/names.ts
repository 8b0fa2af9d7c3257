/**
 * Names for people: the custom section "name" (appendix "Name Section" of the WebAssembly
 * specification). A malformed part of it is left out and harms nothing.
 */
import { ModuleError } from "./errors.ts";
import type { FunctionReference } from "./errors.ts";
import { Reader } from "./reader.ts";
import type { CustomSection, ExportEntry, FunctionEntry, Names } from "./types.ts";

/** What the names are read from. */
export interface NameSource {
  readonly bytes: Uint8Array;
  readonly custom: readonly CustomSection[];
  readonly functions: readonly Pick<FunctionEntry, "index" | "imported">[];
  readonly exports: readonly ExportEntry[];
}

const NONE: ReadonlyMap<number, string> = new Map();

/**
 * Collects the names of a module. A function without an entry in the name section goes by its first
 * export, else by where it is imported from.
 */
export function readNames({ bytes, custom, functions, exports }: NameSource): Names {
  const names = new Map<number, string>();
  const locals = new Map<number, Reader>();
  const section = custom.find(({ name }) => name === "name");
  const found: { module?: string } = {};
  if (section !== undefined) {
    forEachSubsection(new Reader(bytes, section.start, section.end), (id, content) => {
      if (id === 0) found.module = content.name();
      else if (id === 1) readNameMap(content, functions.length, names);
      else if (id === 2) splitLocals(content, functions.length, locals);
    });
  }
  for (const entry of exports) {
    if (entry.kind === "function" && !names.has(entry.index)) names.set(entry.index, entry.name);
  }
  for (const { index, imported } of functions) {
    if (imported === undefined) break;
    if (!names.has(index)) names.set(index, `${imported.module}.${imported.name}`);
  }
  return {
    ...found,
    functions: names,
    locals(functionIndex) {
      const content = locals.get(functionIndex);
      if (content === undefined) return NONE;
      const map = new Map<number, string>();
      tolerate(() => readNameMap(new Reader(content.bytes, content.position, content.end), 2 ** 32, map));
      return map;
    },
  };
}

/** How errors refer to a function. */
export function describeFunction(names: Names, index: number): FunctionReference {
  const name = names.functions.get(index);
  return name === undefined ? { index } : { index, name };
}

function forEachSubsection(reader: Reader, visit: (id: number, content: Reader) => void): void {
  tolerate(() => {
    while (!reader.done) {
      const id = reader.u8();
      const content = reader.part(reader.size("a subsection"));
      tolerate(() => {
        visit(id, content);
      });
    }
  });
}

/**
 * Reads pairs of index and name into `map`, as far as they are well formed; the first name of an
 * index counts.
 */
function readNameMap(reader: Reader, indices: number, map: Map<number, string>): void {
  const count = reader.u32();
  for (let i = 0; i < count; i++) {
    const index = reader.u32();
    const name = reader.name();
    if (index < indices && !map.has(index)) map.set(index, name);
  }
}

/** Finds the stretch of each function's names of locals. */
function splitLocals(reader: Reader, functions: number, locals: Map<number, Reader>): void {
  const count = reader.u32();
  for (let i = 0; i < count; i++) {
    const index = reader.u32();
    const start = reader.position;
    const entries = reader.u32();
    for (let k = 0; k < entries; k++) {
      reader.u32();
      reader.take(reader.size("a name"));
    }
    if (index < functions && !locals.has(index)) locals.set(index, new Reader(reader.bytes, start, reader.position));
  }
}

/** Lets pass what is wrong with the bytes, and nothing else. */
function tolerate(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
  }
}
