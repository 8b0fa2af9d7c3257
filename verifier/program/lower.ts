/** Lowers a linked program to one sequence of instruction words. */
import { Crash } from "../errors.ts";
import { Op } from "../instructions/table.ts";
import { ENTRY_PC } from "../machine/record.ts";
import { packReference, REFERENCE_LIMITS } from "../machine/word.ts";
import { CodeBuffer, type Origin } from "./code.ts";
import { LinkError } from "./errors.ts";
import type { ImportName } from "../wasm/types.ts";
import type { CodeFunction, FunctionTarget, Initializer, Instance, Linkage } from "./linkage.ts";
import { lowerFunction, type LowerContext } from "./lower-function.ts";
import { emitHost, emitMemoryInit, emitTableInit } from "./lower-plain.ts";

/** What a stretch of code belongs to. */
export interface CodeRange {
  /** pc of its first word; it reaches to the next range. */
  readonly start: number;
  readonly instance: Instance;
  /** Index in the module; undefined for code that initializes an instance. */
  readonly function?: number;
}

/** A lowered program. */
export interface LoweredCode {
  readonly code: CodeBuffer;
  /** By ascending start; word 0 belongs to none. */
  readonly ranges: readonly CodeRange[];
}

/**
 * Lowers all functions; `finish` stands at 0 and the entry function begins at 1.
 * @param entry - a function without parameters and results that has a body; it first calls what
 *   initializes the instances
 * @param onFunction - told after each function
 * @throws LinkError for a function that is referred to and has too large a frame, or too late a
 *   type
 */
export function lower(linkage: Linkage, entry: CodeFunction, onFunction?: () => void): LoweredCode {
  const code = new CodeBuffer(roomFor(linkage));
  const ranges: CodeRange[] = [];
  const context: LowerContext = {
    code,
    calls: [],
    references: [],
    regions: linkage.regions,
    typeId: (type) => linkage.typeId(type),
    reference: (instance, index) => linkage.reference(instance, index),
  };
  const enter = (instance: Instance, index?: number): void => {
    ranges.push({ start: code.length, instance, ...(index === undefined ? {} : { function: index }) });
  };
  code.emit({ op: Op.finish }, { op: Op.end, offset: 0 });
  enter(entry.instance, entry.index);
  if (code.length !== ENTRY_PC) throw new Crash("the entry function comes first");
  lowerFunction(context, entry, linkage.prologue);
  // Lowering may add wrappers to the list, which are then lowered in their turn.
  for (const fn of linkage.functions) {
    if (fn === entry) continue;
    enter(fn.instance, fn.index);
    if (fn.wraps !== undefined) lowerWrapper(context, fn);
    else if (fn.missing !== undefined) lowerMissing(context, fn, fn.missing);
    else lowerFunction(context, fn);
    onFunction?.();
  }
  for (const initializer of linkage.initializers) {
    enter(initializer.function.instance);
    lowerInitializer(context, initializer);
  }
  for (const { pc, callee } of context.calls) code.setCallee(pc, callee.entry, callee.frame);
  for (const { pc, target } of context.references) code.setImmediate(pc, referenceTo(target));
  return { code, ranges };
}

/** Words that the code of a program is likely to have: compilers emit two bytes for one, or more. */
function roomFor({ instances }: Linkage): number {
  let bytes = 0;
  for (const { module } of instances) for (const { body } of module.functions) if (body) bytes += body.end - body.code;
  return 256 + Math.ceil(bytes / 2);
}

/**
 * The initial cells, with references to functions that have been placed.
 * @throws LinkError as `lower`
 */
export function placeCells(linkage: Linkage): Map<number, bigint> {
  const cells = new Map<number, bigint>();
  for (const [cell, value] of linkage.cells) {
    if (typeof value === "bigint") cells.set(cell, value);
    else cells.set(cell, referenceTo(value));
  }
  return cells;
}

function referenceTo({ instance, index, typeId, entry, frame }: CodeFunction): bigint {
  const place = `function ${index} cannot be referred to`;
  if (frame >= REFERENCE_LIMITS.frame) {
    const problem = `its frame has ${frame} slots, a reference takes fewer than ${REFERENCE_LIMITS.frame}`;
    throw new LinkError(instance.name, `${place}: ${problem}`, "split the function");
  }
  if (typeId >= REFERENCE_LIMITS.type) {
    const problem = `the program has more than ${REFERENCE_LIMITS.type} function types`;
    throw new LinkError(instance.name, `${place}: ${problem}`, "link fewer modules");
  }
  return packReference({ type: typeId, entry, frame });
}

/**
 * A host function that a reference stands for: the arguments are copied above the return address,
 * where the instruction wants them.
 */
function lowerWrapper({ code, regions }: LowerContext, fn: CodeFunction): void {
  const { params, results } = fn.type;
  const origin: Origin = { op: Op.call, offset: fn.instance.module.functions[fn.index]?.offset ?? 0 };
  const count = params.length;
  const floor = count + 1;
  fn.entry = code.length;
  fn.frame = floor + Math.max(count, results.length);
  if (fn.wraps === undefined) throw new Crash("the function is no wrapper");
  params.forEach((_, i) => code.emit({ op: Op.localGet, top: floor + i, a: i }, origin));
  emitHost({ regions, emit: (fields) => code.emit(fields, origin) }, fn.wraps, floor + count);
  code.emit({ op: Op.return, flags: results.length, top: floor + results.length, a: count, b: 0 }, origin);
}

/** A function that nothing provides. */
function lowerMissing({ code }: LowerContext, fn: CodeFunction, { offset }: ImportName): void {
  const floor = fn.type.params.length + 1;
  fn.entry = code.emit({ op: Op.unreachable, top: floor }, { op: Op.unreachable, offset });
  fn.frame = floor;
}

/** Active segments that could not be folded, and the start function. */
function lowerInitializer(context: LowerContext, { function: fn, steps }: Initializer): void {
  const { code, regions } = context;
  const { instance } = fn;
  const floor = 1;
  fn.entry = code.length;
  fn.frame = floor + 3;
  for (const step of steps) {
    if (step.kind === "start") {
      const origin = { op: Op.call, offset: instance.module.start?.offset ?? 0 };
      emitStart(context, step.function, floor, origin);
      continue;
    }
    const isData = step.kind === "data";
    const segment = (isData ? instance.module.data : instance.module.elements)[step.segment];
    const linked = (isData ? instance.data : instance.elements)[step.segment];
    if (segment === undefined || linked === undefined) throw new Crash(`there is no segment ${step.segment}`);
    const origin = { op: isData ? Op.memoryInit : Op.tableInit, offset: segment.offset };
    const target = { regions, emit: (fields: Parameters<CodeBuffer["emit"]>[0]) => code.emit(fields, origin) };
    const length = "bytes" in segment ? segment.bytes.length : segment.items.length;
    [step.destination, 0, length].forEach((value, i) =>
      target.emit({ op: Op.i32Const, top: floor + i, imm: BigInt(value) }),
    );
    const memory = instance.memories[step.target];
    const table = instance.tables[step.target];
    if (isData && memory !== undefined) emitMemoryInit(target, memory, linked, floor + 3);
    else if (table !== undefined) emitTableInit(target, table, linked, floor + 3);
    target.emit({ op: isData ? Op.dataDrop : Op.elemDrop, top: floor, a: linked.sizeCell });
  }
  code.emit({ op: Op.return, top: floor }, { op: Op.end, offset: 0 });
}

function emitStart({ code, calls, regions }: LowerContext, target: FunctionTarget, top: number, origin: Origin): void {
  if (target.kind === "host") emitHost({ regions, emit: (fields) => code.emit(fields, origin) }, target, top);
  else calls.push({ pc: code.emit({ op: Op.call, top }, origin), callee: target });
}

/**
 * The function that a program begins with.
 * @throws LinkError if the export is no such function
 */
export function entryFunction(instance: Instance, name: string): CodeFunction {
  const exported = instance.module.exports.find((e) => e.kind === "function" && e.name === name);
  const target = exported === undefined ? undefined : instance.functions[exported.index];
  if (
    target?.kind !== "code" ||
    target.wraps !== undefined ||
    target.type.params.length + target.type.results.length > 0
  ) {
    throw new LinkError(instance.name, `it exports no function "${name}" without parameters and results to begin with`);
  }
  return target;
}
