/** Validation of modules (chapter 3 of the WebAssembly specification). */
import { printableName } from "../printable.ts";
import { UnsupportedError, ValidationError } from "./errors.ts";
import { describeFunction } from "./names.ts";
import { LIMITS } from "./limits.ts";
import { Op, operationOf } from "../instructions/table.ts";
import type { ConstantExpression, ExternalKind, Limits, Module, SegmentMode, ValueType } from "./types.ts";
import { walk } from "./walk.ts";

/**
 * Validates a decoded module, bodies included.
 *
 * @throws ValidationError if the module breaks a rule, DecodeError if a body is malformed,
 *   UnsupportedError if the module needs a feature that is off.
 */
export function validate(module: Module): void {
  validateDeclarations(module);
  for (const { index, body } of module.functions) if (body !== undefined) walk(module, index);
}

/**
 * Validates all of a decoded module but its bodies, for those that walk each of them anyway.
 *
 * @throws ValidationError if the module breaks a rule, UnsupportedError if it needs a feature that
 *   is off.
 */
export function validateDeclarations(module: Module): void {
  for (const { limits, offset } of module.tables) checkTable(limits, offset);
  for (const { limits, offset } of module.memories) checkMemory(limits, offset);
  module.globals.forEach(({ initial, type }, index) => {
    if (initial !== undefined) checkConstant(module, initial, type, index);
  });
  checkExports(module);
  checkStart(module);
  checkElements(module);
  for (const { mode } of module.data) checkDestination(module, mode, "memory", module.memories.length);
}

function checkLimits({ minimum, maximum }: Limits, offset: number): void {
  if (maximum !== undefined && minimum > maximum) {
    const problem = `size minimum must not be greater than maximum: ${minimum} > ${maximum}`;
    throw new ValidationError(problem, offset);
  }
}

function checkTable(limits: Limits, offset: number): void {
  const size = Math.max(limits.minimum, limits.maximum ?? 0);
  if (size > 0xffff_ffff) throw new ValidationError(`table size must be at most 2^32 - 1: ${size}`, offset);
  checkLimits(limits, offset);
}

function checkMemory(limits: Limits, offset: number): void {
  const size = Math.max(limits.minimum, limits.maximum ?? 0);
  if (size > LIMITS.pages) {
    throw new ValidationError(`memory size must be at most ${LIMITS.pages} pages (4GiB): ${size}`, offset);
  }
  checkLimits(limits, offset);
}

function checkExports(module: Module): void {
  const counts: Readonly<Record<ExternalKind, number>> = {
    function: module.functions.length,
    table: module.tables.length,
    memory: module.memories.length,
    global: module.globals.length,
  };
  const names = new Set<string>();
  for (const { name, kind, index, offset } of module.exports) {
    if (index >= counts[kind]) throw unknown(kind, index, counts[kind], offset);
    if (names.has(name)) throw new ValidationError(`duplicate export name ${printableName(name)}`, offset);
    names.add(name);
  }
}

function checkStart({ start, functions, names }: Module): void {
  if (start === undefined) return;
  const entry = functions[start.function];
  if (entry === undefined) throw unknown("function", start.function, functions.length, start.offset);
  if (entry.type.params.length > 0 || entry.type.results.length > 0) {
    const problem = "start function must take nothing and return nothing";
    throw new ValidationError(problem, start.offset, { function: describeFunction(names, start.function) });
  }
}

function checkElements(module: Module): void {
  for (const { mode, type, items, offset } of module.elements) {
    checkDestination(module, mode, "table", module.tables.length, offset);
    if (mode.kind === "active" && module.tables[mode.index]?.type !== type) {
      const problem = `type mismatch: table ${mode.index} cannot take elements of type ${type}`;
      throw new ValidationError(problem, offset);
    }
    for (const item of items) {
      if (typeof item === "number") {
        if (item >= module.functions.length) throw unknown("function", item, module.functions.length, offset);
      } else if (item !== null) checkConstant(module, item, type, module.globals.length);
    }
  }
}

function checkDestination(
  module: Module,
  mode: SegmentMode,
  kind: "table" | "memory",
  count: number,
  offset?: number,
): void {
  if (mode.kind !== "active") return;
  if (mode.index >= count) throw unknown(kind, mode.index, count, offset ?? mode.destination.offset);
  checkConstant(module, mode.destination, "i32", module.globals.length);
}

/** Instructions that constant expressions have from `extended-const`, with their type. */
const EXTENDED: ReadonlyMap<number, ValueType> = new Map([
  [Op.i32Add, "i32"],
  [Op.i32Sub, "i32"],
  [Op.i32Mul, "i32"],
  [Op.i64Add, "i64"],
  [Op.i64Sub, "i64"],
  [Op.i64Mul, "i64"],
]);

/**
 * Checks that an expression is constant and yields one value of a type (section 3.4.15).
 *
 * @param globals - How many globals of the index space it may refer to.
 */
function checkConstant(module: Module, expression: ConstantExpression, type: ValueType, globals: number): void {
  const stack: ValueType[] = [];
  for (const { op, offset, immediate } of expression.instructions) {
    const { mnemonic, signature } = operationOf(op);
    const at = { instruction: mnemonic };
    const extended = EXTENDED.get(op);
    if (extended !== undefined) {
      if (!module.features.has("extended-const")) {
        throw new UnsupportedError(`${mnemonic} in a constant expression`, "extended-const", offset, at);
      }
      const [right, left] = [stack.pop(), stack.pop()];
      if (left !== extended || right !== extended) {
        const problem = `type mismatch: expected two ${extended}, found ${left ?? "nothing"} and ${right ?? "nothing"}`;
        throw new ValidationError(problem, offset, at);
      }
      stack.push(extended);
    } else if (immediate.kind === "global" && op === Op.globalGet) {
      stack.push(globalType(module, immediate.global, globals, offset));
    } else if (immediate.kind === "function" && op === Op.refFunc) {
      const count = module.functions.length;
      if (immediate.function >= count) throw unknown("function", immediate.function, count, offset);
      stack.push("funcref");
    } else if (immediate.kind === "reference") stack.push(immediate.type);
    else if (mnemonic.endsWith(".const") && signature?.results[0] !== undefined) stack.push(signature.results[0]);
    else throw new ValidationError("constant expression required", offset, at);
  }
  if (stack.length !== 1 || stack[0] !== type) {
    const found = stack.length === 0 ? "nothing" : stack.slice(0, 5).join(" ") + (stack.length > 5 ? " …" : "");
    const problem = `type mismatch: a constant expression of type ${type} yields ${found}`;
    throw new ValidationError(problem, expression.offset);
  }
}

function globalType(module: Module, index: number, count: number, offset: number): ValueType {
  const at = { instruction: "global.get" };
  const global = module.globals[index];
  if (global === undefined || index >= count) throw unknown("global", index, count, offset);
  if (global.mutable) throw new ValidationError(`constant expression required: global ${index} may change`, offset, at);
  if (global.imported === undefined && !module.features.has("extended-const")) {
    throw new UnsupportedError("a global of the module in a constant expression", "extended-const", offset, at);
  }
  return global.type;
}

function unknown(what: string, index: number, count: number, offset: number): ValidationError {
  return new ValidationError(`unknown ${what} ${index}: there are ${count}`, offset);
}
