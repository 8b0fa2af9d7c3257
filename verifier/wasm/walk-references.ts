/**
 * Whether what an instruction refers to is there (the conditions on indices in section 3.4 of the
 * WebAssembly specification).
 */
import { ValidationError } from "./errors.ts";
import { Op } from "../instructions/table.ts";
import type { Operation } from "../instructions/operation.ts";
import type { Instruction, MemoryArgument, Module } from "./types.ts";

/**
 * Checks the indices, alignment and lane of an instruction's immediates; labels and locals are left
 * to the walk.
 *
 * @throws ValidationError at the instruction.
 */
export function checkReferences(module: Module, instruction: Instruction, row: Operation): void {
  const { op, offset, immediate } = instruction;
  switch (immediate.kind) {
    case "function":
      require("function", immediate.function, module.functions.length, offset);
      if (op === Op.refFunc && !declaredFunctions(module).has(immediate.function)) {
        const advice = "name it in an element segment, export or global";
        throw new ValidationError(`undeclared function reference ${immediate.function}: ${advice}`, offset);
      }
      return;
    case "indirect":
      require("table", immediate.table, module.tables.length, offset);
      if (module.tables[immediate.table]?.type !== "funcref") {
        throw new ValidationError(`type mismatch: table ${immediate.table} does not hold functions`, offset);
      }
      return;
    case "global":
      require("global", immediate.global, module.globals.length, offset);
      if (op === Op.globalSet && module.globals[immediate.global]?.mutable !== true) {
        throw new ValidationError(`immutable global ${immediate.global}`, offset);
      }
      return;
    case "table":
      require("table", immediate.table, module.tables.length, offset);
      return;
    case "tables": {
      const { destination, source } = immediate;
      require("table", destination, module.tables.length, offset);
      require("table", source, module.tables.length, offset);
      requireSameType(module.tables[destination]?.type, module.tables[source]?.type, offset);
      return;
    }
    case "table-element": {
      const { element, table } = immediate;
      require("table", table, module.tables.length, offset);
      require("elem segment", element, module.elements.length, offset);
      requireSameType(module.tables[table]?.type, module.elements[element]?.type, offset);
      return;
    }
    case "element":
      require("elem segment", immediate.element, module.elements.length, offset);
      return;
    case "access":
      checkAccess(module, immediate, row, offset);
      return;
    case "access-lane":
      checkAccess(module, immediate, row, offset);
      checkLane(immediate.lane, row.lanes, offset);
      return;
    case "lane":
      checkLane(immediate.lane, row.lanes, offset);
      return;
    case "lanes":
      for (const lane of immediate.lanes) checkLane(lane, 32, offset);
      return;
    case "memory":
      require("memory", immediate.memory, module.memories.length, offset);
      return;
    case "memories":
      require("memory", immediate.destination, module.memories.length, offset);
      require("memory", immediate.source, module.memories.length, offset);
      return;
    case "memory-data":
      require("memory", immediate.memory, module.memories.length, offset);
      require("data segment", immediate.data, module.dataCount ?? 0, offset);
      return;
    case "data":
      require("data segment", immediate.data, module.dataCount ?? 0, offset);
      return;
    default:
  }
}

function require(what: string, index: number, count: number, offset: number): void {
  if (index >= count) throw new ValidationError(`unknown ${what} ${index}: there are ${count}`, offset);
}

function requireSameType(destination: string | undefined, source: string | undefined, offset: number): void {
  if (destination !== source) {
    throw new ValidationError(`type mismatch: a table of ${destination} cannot take ${source}`, offset);
  }
}

function checkAccess(module: Module, argument: MemoryArgument, row: Operation, offset: number): void {
  const { memory, alignment } = argument;
  require("memory", memory, module.memories.length, offset);
  if (alignment > row.alignment) {
    const bytes = `2^${alignment} bytes promised, ${2 ** row.alignment} accessed`;
    throw new ValidationError(`alignment must not be larger than natural: ${bytes}`, offset);
  }
  if (argument.offset > 0xffff_ffff) {
    throw new ValidationError(`offset out of range: ${argument.offset}, addresses have 32 bits`, offset);
  }
}

function checkLane(lane: number, lanes: number, offset: number): void {
  if (lane >= lanes) throw new ValidationError(`invalid lane index ${lane}: there are ${lanes} lanes`, offset);
}

const declared = new WeakMap<Module, ReadonlySet<number>>();

/**
 * The functions that a module mentions outside bodies and its start, to which alone `ref.func` may
 * refer (section 3.5.18).
 */
function declaredFunctions(module: Module): ReadonlySet<number> {
  const known = declared.get(module);
  if (known !== undefined) return known;
  const found = new Set<number>();
  const collect = (instructions: readonly Instruction[]): void => {
    for (const { op, immediate } of instructions) {
      if (op === Op.refFunc && immediate.kind === "function") found.add(immediate.function);
    }
  };
  for (const { initial } of module.globals) collect(initial?.instructions ?? []);
  for (const { kind, index } of module.exports) if (kind === "function") found.add(index);
  for (const { items } of module.elements) {
    for (const item of items) {
      if (typeof item === "number") found.add(item);
      else if (item !== null) collect(item.instructions);
    }
  }
  declared.set(module, found);
  return found;
}
