/**
 * Constant expressions, element segments and data segments (sections 5.4.9, 5.5.12 and 5.5.14 of
 * the WebAssembly specification).
 */
import { readInstruction } from "./decode-instruction.ts";
import type { InstructionContext } from "./decode-instruction.ts";
import { readReferenceType, requireFeature } from "./decode-types.ts";
import { DecodeError, UnsupportedError } from "./errors.ts";
import { LIMITS } from "./limits.ts";
import { Op } from "../instructions/table.ts";
import type { Reader } from "./reader.ts";
import type {
  ConstantExpression,
  DataSegment,
  ElementItem,
  ElementSegment,
  Instruction,
  ReferenceType,
  SegmentMode,
} from "./types.ts";

/**
 * Reads instructions up to the `end` that closes them; whether they are constant is for the
 * validator to say.
 */
export function readConstantExpression(reader: Reader, context: InstructionContext): ConstantExpression {
  const offset = reader.position;
  const instructions: Instruction[] = [];
  for (let depth = 0; ;) {
    const instruction = readInstruction(reader, context);
    if (instruction.immediate.kind === "block") depth++;
    if (instruction.op === Op.end && depth-- === 0) return { offset, instructions };
    instructions.push(instruction);
    if (instructions.length > LIMITS.constantExpression) {
      const what = `a constant expression of more than ${LIMITS.constantExpression} instructions`;
      throw new UnsupportedError(what, "limit", offset);
    }
  }
}

/** Bits of the number that opens an element segment. */
const NOT_ACTIVE = 1;
const EXPLICIT = 2;
const EXPRESSIONS = 4;

/** One element segment. */
export function readElementSegment(reader: Reader, context: InstructionContext): ElementSegment {
  const offset = reader.position;
  const flags = reader.u32();
  if (flags > 7) throw new DecodeError("malformed elements segment kind", offset);
  const isDeclarative = (flags & NOT_ACTIVE) !== 0 && (flags & EXPLICIT) !== 0;
  if (isDeclarative) requireFeature(context.features, "reference-types", "a declarative element segment", offset);
  if (flags !== 0) requireFeature(context.features, "bulk-table", `an element segment of kind ${flags}`, offset);
  let mode: SegmentMode = { kind: isDeclarative ? "declarative" : "passive" };
  if ((flags & NOT_ACTIVE) === 0) {
    const index = (flags & EXPLICIT) === 0 ? 0 : reader.u32();
    mode = { kind: "active", index, destination: readConstantExpression(reader, context) };
  }
  const hasType = (flags & (NOT_ACTIVE | EXPLICIT)) !== 0;
  if ((flags & EXPRESSIONS) !== 0) {
    const type = hasType ? readReferenceType(reader, context.features) : "funcref";
    return { mode, type, items: readExpressionItems(reader, type, context), offset };
  }
  if (hasType) {
    const kindOffset = reader.position;
    if (reader.u8() !== 0) throw new DecodeError("malformed element kind", kindOffset);
  }
  const count = reader.count("element items", LIMITS.elementItems);
  const items: ElementItem[] = [];
  for (let i = 0; i < count; i++) items.push(reader.u32());
  return { mode, type: "funcref", items, offset };
}

function readExpressionItems(reader: Reader, type: ReferenceType, context: InstructionContext): ElementItem[] {
  const count = reader.count("element items", LIMITS.elementItems);
  const inner = { ...context, elementExpression: true };
  const items: ElementItem[] = [];
  const globals = new Map<number, ConstantExpression>();
  for (let i = 0; i < count; i++) {
    const item = shorten(readConstantExpression(reader, inner), type);
    items.push(share(item, globals));
  }
  return items;
}

/**
 * Items that take the same global are one expression, with the offset of the first: a segment may
 * hold millions.
 */
function share(item: ElementItem, globals: Map<number, ConstantExpression>): ElementItem {
  if (item === null || typeof item === "number" || item.instructions.length !== 1) return item;
  const immediate = item.instructions[0]?.immediate;
  if (immediate?.kind !== "global") return item;
  const known = globals.get(immediate.global);
  if (known === undefined) globals.set(immediate.global, item);
  return known ?? item;
}

/** The two usual expressions are kept as what they yield. */
function shorten(expression: ConstantExpression, type: ReferenceType): ElementItem {
  const [only, more] = expression.instructions;
  if (only === undefined || more !== undefined) return expression;
  if (only.op === Op.refNull && only.immediate.kind === "reference" && only.immediate.type === type) return null;
  if (only.op === Op.refFunc && only.immediate.kind === "function" && type === "funcref") {
    return only.immediate.function;
  }
  return expression;
}

/** One data segment. */
export function readDataSegment(reader: Reader, context: InstructionContext): DataSegment {
  const offset = reader.position;
  const flags = reader.u32();
  if (flags > 2) throw new DecodeError("malformed data segment kind", offset);
  if (flags !== 0) requireFeature(context.features, "bulk-memory", `a data segment of kind ${flags}`, offset);
  let mode: SegmentMode = { kind: "passive" };
  if (flags !== 1) {
    const index = flags === 0 ? 0 : reader.u32();
    mode = { kind: "active", index, destination: readConstantExpression(reader, context) };
  }
  return { mode, bytes: reader.take(reader.u32()), offset };
}
