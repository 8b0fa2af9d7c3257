/** One instruction of the binary format (section 5.4 of the WebAssembly specification). */
import { readBlockType, readHeapType, readValueTypes, requireFeature } from "./decode-types.ts";
import { DecodeError, located, UnsupportedError, ValidationError } from "./errors.ts";
import type { Features } from "./features.ts";
import { LIMITS } from "./limits.ts";
import { Op, rowOf } from "../instructions/table.ts";
import type { Operation } from "../instructions/operation.ts";
import type { Reader } from "./reader.ts";
import type { FunctionType, Immediate, Instruction } from "./types.ts";

/** What instructions refer to while they are decoded. */
export interface InstructionContext {
  readonly features: Features;
  readonly types: readonly FunctionType[];
  readonly dataCount?: number;
  /**
   * Allows `ref.func` and `ref.null func` without reference types, as element expressions have them
   * from `bulk-table`.
   */
  readonly elementExpression?: boolean;
}

const NONE: Immediate = { kind: "none" };

type Access = Extract<Immediate, { kind: "access" }>;

/**
 * Reads the instruction at the reader's position.
 *
 * @throws UnsupportedError if the instruction belongs to a feature that is off, after its
 *   immediates have been found well formed.
 * @throws DecodeError for an unknown opcode or malformed immediates; ValidationError for an
 *   unknown type.
 */
export function readInstruction(reader: Reader, context: InstructionContext): Instruction {
  const offset = reader.position;
  const row = readOperation(reader);
  try {
    const immediate = row.immediate === "none" ? NONE : readImmediate(reader, row, context, offset);
    if (row.proposal !== "mvp" && !(context.features as ReadonlySet<string>).has(row.proposal)) {
      if (!isElementItem(row, immediate, context)) throw new UnsupportedError(row.mnemonic, row.proposal, offset);
    }
    return { op: row.op, offset, immediate };
  } catch (error) {
    throw located(error, { instruction: row.mnemonic });
  }
}

function isElementItem(row: Operation, immediate: Immediate, context: InstructionContext): boolean {
  if (context.elementExpression !== true || !context.features.has("bulk-table")) return false;
  return row.op === Op.refFunc || (immediate.kind === "reference" && immediate.type === "funcref");
}

function readOperation(reader: Reader): Operation {
  const offset = reader.position;
  const first = reader.u8();
  const sub = first >= 0xfb && first <= 0xfe ? reader.u32() : undefined;
  const op = sub === undefined ? first : prefixed(first, sub);
  const row = op === undefined ? undefined : rowOf(op);
  if (row !== undefined) return row;
  const bytes = sub === undefined ? [first] : [first, sub];
  throw new DecodeError(`illegal opcode ${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}`, offset);
}

function prefixed(prefix: number, sub: number): number | undefined {
  if (prefix === 0xfe) return sub < 0x100 ? 0xfa00 | sub : undefined;
  if (sub < 0x100) return (prefix << 8) | sub;
  return prefix === 0xfd && sub < 0x200 ? 0xfe00 | (sub - 0x100) : undefined;
}

function readImmediate(reader: Reader, row: Operation, context: InstructionContext, offset: number): Immediate {
  const kind = row.immediate;
  switch (kind) {
    case "none":
      return NONE;
    case "block":
      return { kind, type: readBlockType(reader, context.features, context.types) };
    case "label":
      return { kind, label: reader.u32() };
    case "labels": {
      const count = reader.count("labels", LIMITS.branchTable);
      const labels: number[] = [];
      for (let i = 0; i < count; i++) labels.push(reader.u32());
      return { kind, labels, fallback: reader.u32() };
    }
    case "function":
      return { kind, function: reader.u32() };
    case "indirect": {
      const typeOffset = reader.position;
      const typeIndex = reader.u32();
      const table = reader.u32();
      const type = context.types[typeIndex];
      if (type === undefined) throw unknownType(typeIndex, context.types.length, typeOffset);
      return { kind, typeIndex, type, table };
    }
    case "local":
      return { kind, local: reader.u32() };
    case "global":
      return { kind, global: reader.u32() };
    case "table":
      return { kind, table: reader.u32() };
    case "tables": {
      const destination = reader.u32();
      return { kind, destination, source: reader.u32() };
    }
    case "table-element": {
      const element = reader.u32();
      return { kind, element, table: reader.u32() };
    }
    case "element":
      return { kind, element: reader.u32() };
    case "access":
      return readMemoryArgument(reader, row, context);
    case "access-lane": {
      const argument = readMemoryArgument(reader, row, context);
      return { ...argument, kind, lane: reader.u8() };
    }
    case "memory":
      return { kind, memory: reader.u32() };
    case "memories": {
      const destination = reader.u32();
      return { kind, destination, source: reader.u32() };
    }
    case "memory-data": {
      const data = reader.u32();
      const memory = reader.u32();
      requireDataCount(context, offset);
      return { kind, data, memory };
    }
    case "data": {
      const data = reader.u32();
      requireDataCount(context, offset);
      return { kind, data };
    }
    case "i32":
      return { kind, value: reader.s32() };
    case "i64":
      return { kind, value: reader.s64() };
    case "f32":
      return { kind, bits: reader.fixed32() };
    case "f64":
      return { kind, bits: reader.fixed64() };
    case "v128":
      return { kind, bytes: reader.take(16) };
    case "lane":
      return { kind, lane: reader.u8() };
    case "lanes":
      return { kind, lanes: reader.take(16) };
    case "types":
      return { kind, types: readValueTypes(reader, context.features, "types", LIMITS.results) };
    case "reference":
      return { kind, type: readHeapType(reader) };
    case "refused":
      readRefused(reader, row.layout, context);
      return NONE;
  }
}

function unknownType(index: number, count: number, offset: number): ValidationError {
  return new ValidationError(`unknown type ${index}: there are ${count}`, offset);
}

/**
 * Without a data count an instruction's data index could not be checked in one pass (section
 * 5.5.16).
 */
function requireDataCount(context: InstructionContext, offset: number): void {
  if (context.features.has("bulk-memory") && context.dataCount === undefined) {
    throw new DecodeError("data count section required", offset);
  }
}

/** Alignment, with the flag of an explicit memory index in bit 6, and offset (section 5.4.6). */
function readMemoryArgument(reader: Reader, row: Operation, context: InstructionContext): Access {
  const start = reader.position;
  const flags = reader.u32();
  if (flags >= 0x80) throw new DecodeError("malformed memop flags", start);
  const isIndexed = (flags & 0x40) !== 0;
  const memory = isIndexed ? reader.u32() : 0;
  const offset = reader.u64();
  if (isIndexed) requireFeature(context.features, "multi-memory", `${row.mnemonic} of memory ${memory}`, start);
  return { kind: "access", alignment: flags & 0x3f, offset, memory };
}

/**
 * Reads immediates that are not kept, to tell a malformed instruction from one that is not
 * supported.
 */
function readRefused(reader: Reader, layout: string, context: InstructionContext): void {
  for (const letter of layout) {
    if (letter === "u") reader.u32();
    else if (letter === "h") reader.s33();
    else if (letter === "b") reader.u8();
    else if (letter === "t") readBlockType(reader, context.features, context.types);
    else if (letter === "m") {
      if ((reader.u32() & 0x40) !== 0) reader.u32();
      reader.u64();
    } else {
      const count = reader.count("catch clauses", LIMITS.branchTable);
      for (let i = 0; i < count; i++) {
        // Kinds 0 and 1 name a tag before the label.
        if (reader.u8() < 2) reader.u32();
        reader.u32();
      }
    }
  }
}
