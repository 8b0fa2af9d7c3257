/**
 * Decoder of WebAssembly modules (chapter 5 of the WebAssembly specification): bytes → sections →
 * `Module`.
 *
 * What a module needs beyond the given features is refused here and, for the instructions of
 * bodies, in `walk`.
 */
import { readConstantExpression, readDataSegment, readElementSegment } from "./decode-segments.ts";
import {
  readFunctionType,
  readLimits,
  readMutability,
  readReferenceType,
  readValueType,
  requireFeature,
} from "./decode-types.ts";
import { DecodeError, located, ModuleError, UnsupportedError, ValidationError } from "./errors.ts";
import { DEFAULT_FEATURES, type Features } from "./features.ts";
import { LIMITS } from "./limits.ts";
import { describeFunction, readNames } from "./names.ts";
import { Reader } from "./reader.ts";
import type {
  CustomSection,
  DataSegment,
  ElementSegment,
  ExportEntry,
  ExternalKind,
  FunctionBody,
  FunctionEntry,
  FunctionType,
  GlobalEntry,
  ImportName,
  MemoryEntry,
  Module,
  TableEntry,
} from "./types.ts";

/** A module while its sections are read. */
interface Draft {
  readonly bytes: Uint8Array;
  readonly features: Features;
  readonly types: FunctionType[];
  readonly functions: Omit<FunctionEntry, "type" | "body">[];
  readonly bodies: FunctionBody[];
  readonly tables: TableEntry[];
  readonly memories: MemoryEntry[];
  readonly globals: GlobalEntry[];
  readonly exports: ExportEntry[];
  readonly elements: ElementSegment[];
  readonly data: DataSegment[];
  readonly custom: CustomSection[];
  start?: { readonly function: number; readonly offset: number };
  dataCount?: number;
}

interface Section {
  readonly name: string;
  /** Place in the order of sections. */
  readonly rank: number;
  readonly read: (reader: Reader, draft: Draft) => void;
}

const SECTIONS: Readonly<Record<number, Section>> = {
  1: { name: "type", rank: 1, read: readTypes },
  2: { name: "import", rank: 2, read: readImports },
  3: { name: "function", rank: 3, read: readFunctions },
  4: { name: "table", rank: 4, read: readTables },
  5: { name: "memory", rank: 5, read: readMemories },
  6: { name: "global", rank: 7, read: readGlobals },
  7: { name: "export", rank: 8, read: readExports },
  8: { name: "start", rank: 9, read: readStart },
  9: { name: "element", rank: 10, read: readElements },
  10: { name: "code", rank: 12, read: readCode },
  11: { name: "data", rank: 13, read: readData },
  12: { name: "data count", rank: 11, read: readDataCount },
  13: { name: "tag", rank: 6, read: readTags },
};

const CUSTOM = 0;
const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const VERSION = [0x01, 0x00, 0x00, 0x00];

/**
 * Decodes a module.
 *
 * @param bytes - The module, which must not change as long as the result is in use.
 * @param features - What it may need; the default is what this project runs.
 * @returns The module. Its bodies are not decoded yet and nothing but the type of functions is
 *   validated: see `validate` and `walk`.
 * @throws DecodeError if it is malformed, UnsupportedError if it needs something that is not in
 *   `features` or exceeds a limit, ValidationError if a function has an unknown type.
 */
export function decode(bytes: Uint8Array, features: Features = DEFAULT_FEATURES): Module {
  if (bytes.length > LIMITS.module) {
    throw new UnsupportedError(`${bytes.length} bytes, at most ${LIMITS.module}`, "limit", 0);
  }
  const reader = new Reader(bytes);
  readPreamble(reader);
  const draft: Draft = {
    bytes,
    features,
    types: [],
    functions: [],
    bodies: [],
    tables: [],
    memories: [],
    globals: [],
    exports: [],
    elements: [],
    data: [],
    custom: [],
  };
  readSections(reader, draft);
  return complete(draft);
}

function readPreamble(reader: Reader): void {
  for (const [expected, problem] of [
    [MAGIC, "magic header not detected"],
    [VERSION, "unknown binary version"],
  ] as const) {
    const offset = reader.position;
    const found = reader.take(4);
    if (expected.some((byte, position) => byte !== found[position])) throw new DecodeError(problem, offset);
  }
}

function readSections(reader: Reader, draft: Draft): void {
  let rank = 0;
  while (!reader.done) {
    const offset = reader.position;
    const id = reader.u8();
    const section = SECTIONS[id];
    if (section === undefined && id !== CUSTOM) throw new DecodeError(`malformed section id ${id}`, offset);
    const content = reader.part(reader.size("a section"));
    if (section === undefined) {
      draft.custom.push(readCustom(content));
      if (draft.custom.length > LIMITS.customSections) {
        throw new UnsupportedError(`more than ${LIMITS.customSections} custom sections`, "limit", offset);
      }
      continue;
    }
    if (section.rank <= rank) {
      const what = section.rank === rank ? "is there twice" : "comes too late";
      throw new DecodeError(`unexpected content after last section: the ${section.name} section ${what}`, offset);
    }
    rank = section.rank;
    section.read(content, draft);
    content.finish(`the content of the ${section.name} section`);
  }
}

function readCustom(reader: Reader): CustomSection {
  const name = reader.name();
  return { name, start: reader.position, end: reader.end };
}

/** What can only be said when all sections are there. */
function complete(draft: Draft): Module {
  const { bytes, features, types, bodies, data, dataCount } = draft;
  const defined = draft.functions.filter(({ imported }) => imported === undefined).length;
  if (defined !== bodies.length) {
    const counts = `${defined} functions, ${bodies.length} bodies`;
    throw new DecodeError(`function and code section have inconsistent lengths: ${counts}`, bytes.length);
  }
  if (dataCount !== undefined && dataCount !== data.length) {
    const counts = `${dataCount} announced, ${data.length} given`;
    throw new DecodeError(`data count and data section have inconsistent lengths: ${counts}`, bytes.length);
  }
  const imports = draft.functions.length - defined;
  const names = readNames(draft);
  const functions = draft.functions.map((entry, index): FunctionEntry => {
    const type = types[entry.typeIndex];
    if (type === undefined) {
      const problem = `unknown type ${entry.typeIndex}: there are ${types.length}`;
      throw new ValidationError(problem, entry.offset, { function: describeFunction(names, index) });
    }
    const body = bodies[index - imports];
    return { ...entry, type, ...(body === undefined ? {} : { body }) };
  });
  return {
    bytes,
    features,
    types,
    functions,
    tables: draft.tables,
    memories: draft.memories,
    globals: draft.globals,
    exports: draft.exports,
    elements: draft.elements,
    data,
    custom: draft.custom,
    names,
    ...(draft.start === undefined ? {} : { start: draft.start }),
    ...(dataCount === undefined ? {} : { dataCount }),
  };
}

function readTypes(reader: Reader, draft: Draft): void {
  const count = reader.count("types", LIMITS.types);
  for (let i = 0; i < count; i++) draft.types.push(readFunctionType(reader, draft.features));
}

function readImports(reader: Reader, draft: Draft): void {
  const count = reader.count("imports", LIMITS.imports);
  for (let i = 0; i < count; i++) {
    const offset = reader.position;
    const imported: ImportName = { module: reader.name(), name: reader.name(), offset };
    const kindOffset = reader.position;
    const kind = reader.u8();
    if (kind === 0) {
      draft.functions.push({ index: draft.functions.length, typeIndex: reader.u32(), offset, imported });
    } else if (kind === 1) readTable(reader, draft, imported);
    else if (kind === 2) readMemory(reader, draft, imported);
    else if (kind === 3) {
      const type = readValueType(reader, draft.features);
      draft.globals.push({ type, mutable: readMutability(reader), offset, imported });
    } else if (kind === 4) throw new UnsupportedError("an imported tag", "exceptions", offset);
    else throw new DecodeError("malformed import kind", kindOffset);
  }
}

function readFunctions(reader: Reader, draft: Draft): void {
  const count = reader.count("functions", LIMITS.functions - draft.functions.length);
  for (let i = 0; i < count; i++) {
    const offset = reader.position;
    draft.functions.push({ index: draft.functions.length, typeIndex: reader.u32(), offset });
  }
}

function readTables(reader: Reader, draft: Draft): void {
  const count = reader.count("tables", LIMITS.tables);
  for (let i = 0; i < count; i++) readTable(reader, draft);
}

function readTable(reader: Reader, draft: Draft, imported?: ImportName): void {
  const offset = imported?.offset ?? reader.position;
  if (imported === undefined && reader.peek() === 0x40) {
    throw new UnsupportedError("a table with an initial value", "function-references", offset);
  }
  const type = readReferenceType(reader, draft.features);
  const limits = readLimits(reader, "table");
  if (draft.tables.length > 0) requireFeature(draft.features, "reference-types", "several tables", offset);
  draft.tables.push({ type, limits, offset, ...(imported === undefined ? {} : { imported }) });
}

function readMemories(reader: Reader, draft: Draft): void {
  const count = reader.count("memories", LIMITS.memories);
  for (let i = 0; i < count; i++) readMemory(reader, draft);
}

function readMemory(reader: Reader, draft: Draft, imported?: ImportName): void {
  const offset = imported?.offset ?? reader.position;
  const limits = readLimits(reader, "memory");
  if (draft.memories.length > 0) requireFeature(draft.features, "multi-memory", "several memories", offset);
  draft.memories.push({ limits, offset, ...(imported === undefined ? {} : { imported }) });
}

function readTags(reader: Reader): void {
  const offset = reader.position;
  reader.count("tags", LIMITS.exports);
  throw new UnsupportedError("a tag section", "exceptions", offset);
}

function readGlobals(reader: Reader, draft: Draft): void {
  const count = reader.count("globals", LIMITS.globals - draft.globals.length);
  for (let i = 0; i < count; i++) {
    const offset = reader.position;
    const type = readValueType(reader, draft.features);
    const mutable = readMutability(reader);
    draft.globals.push({ type, mutable, offset, initial: readConstantExpression(reader, draft) });
  }
}

const EXTERNAL_KINDS: readonly ExternalKind[] = ["function", "table", "memory", "global"];

function readExports(reader: Reader, draft: Draft): void {
  const count = reader.count("exports", LIMITS.exports);
  for (let i = 0; i < count; i++) {
    const offset = reader.position;
    const name = reader.name();
    const kindOffset = reader.position;
    const code = reader.u8();
    const index = reader.u32();
    const kind = EXTERNAL_KINDS[code];
    if (code === 4) throw new UnsupportedError("an exported tag", "exceptions", offset);
    if (kind === undefined) throw new DecodeError("malformed export kind", kindOffset);
    draft.exports.push({ name, kind, index, offset });
  }
}

function readStart(reader: Reader, draft: Draft): void {
  const offset = reader.position;
  draft.start = { function: reader.u32(), offset };
}

function readElements(reader: Reader, draft: Draft): void {
  const count = reader.count("element segments", LIMITS.elements);
  for (let i = 0; i < count; i++) draft.elements.push(readElementSegment(reader, draft));
}

function readDataCount(reader: Reader, draft: Draft): void {
  requireFeature(draft.features, "bulk-memory", "a data count section", reader.position);
  draft.dataCount = reader.u32();
}

function readData(reader: Reader, draft: Draft): void {
  const count = reader.count("data segments", LIMITS.data);
  for (let i = 0; i < count; i++) draft.data.push(readDataSegment(reader, draft));
}

function readCode(reader: Reader, draft: Draft): void {
  const count = reader.count("function bodies", LIMITS.functions);
  const imports = draft.functions.findIndex(({ imported }) => imported === undefined);
  for (let i = 0; i < count; i++) {
    const index = i + (imports < 0 ? draft.functions.length : imports);
    try {
      draft.bodies.push(readBody(reader, draft, draft.functions[index]?.typeIndex));
    } catch (error) {
      throw located(error, { function: describeFunction(readNames({ ...draft, custom: findCustom(draft) }), index) });
    }
  }
}

function readBody(reader: Reader, draft: Draft, typeIndex: number | undefined): FunctionBody {
  const offset = reader.position;
  const size = reader.u32();
  if (size > reader.remaining) {
    const problem = `unexpected end of section or function: a body of ${size} bytes, ${reader.remaining} are left`;
    throw new DecodeError(problem, offset);
  }
  if (size > LIMITS.body)
    throw new UnsupportedError(`a body of ${size} bytes, at most ${LIMITS.body}`, "limit", offset);
  const body = reader.part(size);
  const start = body.position;
  const groups = body.count("groups of locals", LIMITS.body);
  let locals = draft.types[typeIndex ?? -1]?.params.length ?? 0;
  for (let i = 0; i < groups; i++) {
    const groupOffset = body.position;
    locals += body.u32();
    if (locals > 0xffff_ffff) throw new DecodeError("too many locals", groupOffset);
    readValueType(body, draft.features);
  }
  if (locals > LIMITS.locals) {
    throw new UnsupportedError(`${locals} parameters and locals, at most ${LIMITS.locals}`, "limit", start);
  }
  return { start, code: body.position, end: body.end };
}

/**
 * The custom sections of a module whose other sections may be anything, for the names in an error.
 */
function findCustom({ bytes, custom }: Draft): readonly CustomSection[] {
  const found = [...custom];
  const reader = new Reader(bytes, 8);
  try {
    while (!reader.done) {
      const id = reader.u8();
      const content = reader.part(reader.size("a section"));
      if (id === CUSTOM) found.push(readCustom(content));
    }
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
  }
  return found;
}
