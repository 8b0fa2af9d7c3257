/** Types of the binary format (section 5.3 of the WebAssembly specification). */
import { DecodeError, UnsupportedError, ValidationError } from "./errors.ts";
import type { Feature, Proposal } from "../instructions/proposal.ts";
import type { Features } from "./features.ts";
import { LIMITS } from "./limits.ts";
import type { Reader } from "./reader.ts";
import type { FunctionType, Limits, ReferenceType, ValueType } from "./types.ts";

/** Throws UnsupportedError unless the feature is on. */
export function requireFeature(features: Features, feature: Feature, construct: string, offset: number): void {
  if (!features.has(feature)) throw new UnsupportedError(construct, feature, offset);
}

const NUMBER_TYPES: Readonly<Record<number, ValueType>> = { 0x7f: "i32", 0x7e: "i64", 0x7d: "f32", 0x7c: "f64" };

/** Codes of reference types that later proposals brought. */
const LATER_REFERENCES: Readonly<Record<number, readonly [string, Proposal]>> = {
  0x74: ["nullexnref", "exceptions"],
  0x73: ["nullfuncref", "gc"],
  0x72: ["nullexternref", "gc"],
  0x71: ["nullref", "gc"],
  0x6e: ["anyref", "gc"],
  0x6d: ["eqref", "gc"],
  0x6c: ["i31ref", "gc"],
  0x6b: ["structref", "gc"],
  0x6a: ["arrayref", "gc"],
  0x69: ["exnref", "exceptions"],
  0x64: ["(ref …)", "function-references"],
  0x63: ["(ref null …)", "function-references"],
};

/** Codes of composite types other than functions. */
const LATER_COMPOSITES: Readonly<Record<number, string>> = {
  0x5e: "an array type",
  0x5f: "a struct type",
  0x50: "a type with supertypes",
  0x4f: "a final type with supertypes",
  0x4e: "a group of recursive types",
};

/** A value type; one that no feature of the module accepts is refused by its name. */
export function readValueType(reader: Reader, features: Features): ValueType {
  const offset = reader.position;
  const code = reader.u8();
  const number = NUMBER_TYPES[code];
  if (number !== undefined) return number;
  if (code === 0x7b) {
    requireFeature(features, "simd", "type v128", offset);
    return "v128";
  }
  const reference = referenceType(code, offset);
  if (reference === undefined) throw new DecodeError("malformed value type", offset);
  requireFeature(features, "reference-types", `type ${reference}`, offset);
  return reference;
}

/** A reference type; funcref is always accepted, as every table of WebAssembly 1.0 has it. */
export function readReferenceType(reader: Reader, features: Features): ReferenceType {
  const offset = reader.position;
  const type = referenceType(reader.u8(), offset);
  if (type === undefined) throw new DecodeError("malformed reference type", offset);
  if (type !== "funcref") requireFeature(features, "reference-types", `type ${type}`, offset);
  return type;
}

/** The immediate of `ref.null`, a heap type: `func` or `extern`, or what needs a later proposal. */
export function readHeapType(reader: Reader): ReferenceType {
  const offset = reader.position;
  const code = reader.peek();
  if (code !== undefined && (code & 0xc0) === 0x40) {
    const type = referenceType(reader.u8(), offset);
    if (type === undefined) throw new DecodeError("malformed heap type", offset);
    return type;
  }
  const index = reader.s33();
  if (index < 0) throw new DecodeError("malformed heap type", offset);
  throw new UnsupportedError(`a reference to type ${index}`, "function-references", offset);
}

function referenceType(code: number, offset: number): ReferenceType | undefined {
  if (code === 0x70) return "funcref";
  if (code === 0x6f) return "externref";
  const later = LATER_REFERENCES[code];
  if (later !== undefined) throw new UnsupportedError(`type ${later[0]}`, later[1], offset);
  return undefined;
}

/** An entry of the type section. */
export function readFunctionType(reader: Reader, features: Features): FunctionType {
  const offset = reader.position;
  const code = reader.u8();
  if (code !== 0x60) {
    const later = LATER_COMPOSITES[code];
    if (later !== undefined) throw new UnsupportedError(later, "gc", offset);
    // The code is a signed LEB128 number of one byte.
    throw new DecodeError(code < 0x80 ? "malformed definition type" : "integer representation too long", offset);
  }
  const params = readValueTypes(reader, features, "parameters", LIMITS.parameters);
  const resultsOffset = reader.position;
  const results = readValueTypes(reader, features, "results", LIMITS.results);
  if (results.length > 1) {
    requireFeature(features, "multi-value", `a function of ${results.length} results`, resultsOffset);
  }
  return { params, results };
}

/** A vector of value types. */
export function readValueTypes(reader: Reader, features: Features, what: string, limit: number): ValueType[] {
  const count = reader.count(what, limit);
  const types: ValueType[] = [];
  for (let i = 0; i < count; i++) types.push(readValueType(reader, features));
  return types;
}

const EMPTY: FunctionType = { params: [], results: [] };
const SINGLE: Readonly<Record<ValueType, FunctionType>> = {
  i32: { params: [], results: ["i32"] },
  i64: { params: [], results: ["i64"] },
  f32: { params: [], results: ["f32"] },
  f64: { params: [], results: ["f64"] },
  v128: { params: [], results: ["v128"] },
  funcref: { params: [], results: ["funcref"] },
  externref: { params: [], results: ["externref"] },
};

/**
 * The type of a block: nothing, one result, or an entry of the type section.
 *
 * @throws ValidationError if there is no such entry.
 */
export function readBlockType(reader: Reader, features: Features, types: readonly FunctionType[]): FunctionType {
  const offset = reader.position;
  const code = reader.peek();
  if (code === 0x40) {
    reader.u8();
    return EMPTY;
  }
  // A negative number of one byte is a value type, anything else an index.
  if (code !== undefined && (code & 0xc0) === 0x40) return SINGLE[readValueType(reader, features)];
  const index = reader.s33();
  if (index < 0) throw new DecodeError("malformed block type", offset);
  requireFeature(features, "multi-value", `a block of type ${index}`, offset);
  const type = types[index];
  if (type === undefined) throw new ValidationError(`unknown type ${index}: there are ${types.length}`, offset);
  return type;
}

/**
 * Limits of a table or memory (section 5.3.12).
 *
 * @param construct - `table` or `memory`, for errors.
 */
export function readLimits(reader: Reader, construct: string): Limits {
  const offset = reader.position;
  const flags = reader.u8();
  if (flags > 7) throw new DecodeError("malformed limits flags", offset);
  if ((flags & 4) !== 0) throw new UnsupportedError(`a ${construct} with 64-bit addresses`, "memory64", offset);
  if ((flags & 2) !== 0) throw new UnsupportedError(`a shared ${construct}`, "threads", offset);
  const minimum = readLimit(reader);
  return flags === 0 ? { minimum } : { minimum, maximum: readLimit(reader) };
}

/**
 * A size that is 64 bits wide in the binary format, so that one beyond 32 bits is invalid, not
 * malformed.
 */
function readLimit(reader: Reader): number {
  const offset = reader.position;
  const limit = reader.u64();
  // Engines read 32 bits where addresses have 32 bits.
  if (limit <= 0xffff_ffff && reader.position > offset + 5) {
    throw new DecodeError("integer representation too long", offset);
  }
  return limit;
}

/** The byte that says whether a global may change. */
export function readMutability(reader: Reader): boolean {
  const offset = reader.position;
  const code = reader.u8();
  if (code > 1) throw new DecodeError("malformed mutability", offset);
  return code === 1;
}
