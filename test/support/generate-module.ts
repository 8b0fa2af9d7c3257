/**
 * Random valid modules with arithmetic, conversions, locals, globals, memory, tables, references,
 * calls, blocks with parameters and several results, branches that cut, dead code, bulk
 * instructions, segments of all modes, and extended constant expressions. They always terminate.
 *
 * Floats go in and out as the integers of their bits, for JavaScript may change those of a NaN.
 * Which NaN arithmetic gives is left to the engine by the specification; so that all agree, the
 * code may replace it by the canonical one each time. References go in as the index of one, and out
 * as whether they are null; exported tables keep the references themselves.
 *
 * A module is a function of a list of numbers, so fast-check shrinks a failing one to a short list;
 * a list that has run out gives zeros, which choose the simplest thing everywhere.
 */
import fc from "fast-check";
import { asm, type Code } from "../../verifier/wasm/assembler.ts";
import { External, ModuleWriter } from "../../verifier/wasm/module-writer.ts";
import type { FunctionType } from "../../verifier/wasm/types.ts";
import { Draw } from "./draw.ts";
import { BodyWriter, COUNTER, COUNTER_START, type Environment } from "./generate-body.ts";
import { drawElements, drawTables, sum } from "./generate-tables.ts";
import {
  elementSection,
  type ElementSource,
  isReference,
  refs,
  type TableSource,
  tableSection,
  type Value,
  withSections,
} from "./references.ts";
import { constant, ENTER, type Integer, LEAVE, outside, type Scalar } from "./scalars.ts";

/** A call of an export. */
export interface GeneratedCall {
  readonly name: string;
  /** Signed values in the range of the parameters' types. */
  readonly args: readonly bigint[];
}

/** A module and what to do with it. */
export interface GeneratedModule {
  readonly bytes: Uint8Array;
  /** Exported functions that may be called: they take and give integers only. */
  readonly exports: readonly { readonly name: string; readonly type: FunctionType }[];
  /** Calls in order; earlier ones change memory, globals and tables for later ones. */
  readonly calls: readonly GeneratedCall[];
}

/**
 * An exported function (externref, i32) that sets one of the references that externref parameters
 * stand for.
 */
export const INSTALL = "install";

/** References that parameters can stand for, and results that are kept. */
const SLOTS = 8;

/**
 * Tables for the wrappers, after those that bodies use: what parameters stand for, and what results
 * were.
 */
const WRAPPER_TABLES = ["funcref", "externref", "funcref", "externref"] as const;

interface Wrappers {
  readonly writer: ModuleWriter;
  /** Index of the first of their tables. */
  readonly table: number;
}

/** Makes a module of the numbers. */
export function generateModule(draw: Draw, canonicalizes = true): GeneratedModule {
  const writer = new ModuleWriter();
  const functions = Array.from({ length: 1 + draw.below(6) }, (): FunctionType => ({
    params: draw.values(3),
    results: draw.values(3),
  }));
  const globals: Value[] = ["i32", ...draw.values(4)];
  const tables = drawTables(draw);
  const elements = drawElements(draw, tables, functions.length);
  const dataSegments = draw.below(3);
  writer.memory({ minimum: 1, maximum: 3 });
  globals.forEach((type) => writer.global(type, true, initial(draw, type, functions.length)));
  addData(draw, writer, dataSegments);
  // Drawn before the bodies, which may use up the numbers.
  const calls = Array.from({ length: 1 + draw.below(6) }, (): GeneratedCall => {
    const index = draw.below(functions.length);
    const args = functions[index]?.params.map((type) => draw.bits(isReference(type) ? "i32" : (type as Scalar))) ?? [];
    return { name: `call${index}`, args };
  });
  const env: Environment = { draw, writer, functions, globals, canonicalizes, tables, elements, dataSegments };
  for (const type of functions) {
    const locals = draw.values(4);
    // After those that the body may use: where a NaN is looked at.
    writer.function({ type, locals: [...locals, "f32", "f64"], body: new BodyWriter(env, type, locals).write() });
  }
  const exports = functions.map((type, index) => addWrapper({ writer, table: tables.length }, type, index));
  exportState(writer, tables.length + WRAPPER_TABLES.length, globals);
  const install = [asm.get(1), asm.i32(SLOTS - 1), AND, asm.get(0), refs.set(tables.length + 1)];
  const type: FunctionType = { params: ["externref", "i32"], results: [] };
  writer.export(INSTALL, External.function, writer.function({ type, body: install }));
  const bytes = withTables(writer.bytes(), tables, elements, functions.length);
  return { bytes, exports, calls };
}

const AND = 0x71;

/** Constant expressions of all kinds. */
function initial(draw: Draw, type: Value, functions: number): Code {
  if (type === "externref") return refs.null(type);
  if (type === "funcref") return draw.chance(3) ? refs.null(type) : refs.func(draw.below(functions));
  const first = constant(type, draw.bits(type));
  if (type === "f32" || type === "f64" || draw.chance(2)) return first;
  const op = draw.pick(type === "i32" ? [0x6a, 0x6b, 0x6c] : [0x7c, 0x7d, 0x7e]);
  return [first, constant(type, draw.bits(type)), op];
}

/**
 * Adds the tables, those of the wrappers too. A segment that fills one of these names every
 * function, so that all may be referred to.
 */
function withTables(
  bytes: Uint8Array,
  tables: readonly TableSource[],
  elements: readonly ElementSource[],
  functions: number,
): Uint8Array {
  const own = WRAPPER_TABLES.map((type): TableSource => ({ type, minimum: SLOTS, maximum: SLOTS }));
  const items = Array.from({ length: functions }, (_, i) => i);
  const all: ElementSource = { type: "funcref", items, mode: { table: tables.length, offset: asm.i32(1) } };
  return withSections(bytes, { 4: tableSection([...tables, ...own]), 9: elementSection([...elements, all]) });
}

/**
 * Exports memory, tables, globals that are references, and functions that give the bits of the
 * others.
 */
function exportState(writer: ModuleWriter, tables: number, globals: readonly Value[]): void {
  writer.export("memory", External.memory, 0);
  for (let i = 0; i < tables; i++) writer.export(`table${i}`, External.table, i);
  globals.forEach((type, i) => {
    if (isReference(type)) return writer.export(`global${i}`, External.global, i);
    const body = [asm.globalGet(i), LEAVE[type]];
    const reader = writer.function({ type: { params: [], results: [outside(type)] }, body });
    writer.export(`global${i}`, External.function, reader);
  });
}

const stand = (type: Value): Integer => (isReference(type) ? "i32" : outside(type));

/** Exports a function that resets the counter and calls another one. */
function addWrapper(
  { writer, table }: Wrappers,
  type: FunctionType,
  index: number,
): GeneratedModule["exports"][number] {
  const first = type.params.length;
  const params = type.params as Value[];
  const results = type.results as Value[];
  const enter = (t: Value, i: number): Code =>
    isReference(t)
      ? [asm.get(i), asm.i32(SLOTS - 1), AND, refs.get(t === "funcref" ? table : table + 1)]
      : [asm.get(i), ENTER[t]];
  const leave = (t: Value, i: number): Code =>
    isReference(t)
      ? [
          asm.i32(i),
          asm.get(first + i),
          refs.set(t === "funcref" ? table + 2 : table + 3),
          asm.get(first + i),
          refs.isNull,
        ]
      : [asm.get(first + i), LEAVE[t]];
  const body = [
    asm.i32(COUNTER_START),
    asm.globalSet(COUNTER),
    params.map(enter),
    asm.call(index),
    results.map((_, i) => asm.set(first + i)).reverse(),
    results.map(leave),
  ];
  const wrapped = { params: params.map(stand), results: results.map(stand) };
  const name = `call${index}`;
  writer.export(name, External.function, writer.function({ type: wrapped, locals: results, body }));
  return { name, type: wrapped };
}

/** Passive segments of data, and an active one that fits. */
function addData(draw: Draw, writer: ModuleWriter, passive: number): void {
  for (let i = 0; i < passive; i++) writer.data(Uint8Array.from({ length: draw.below(50) }, () => draw.below(256)));
  writer.data(
    Uint8Array.from({ length: draw.below(80) }, () => draw.below(256)),
    sum(draw, draw.below(100)),
  );
}

/** Random modules; `size` numbers decide, the more the larger. */
export function moduleArbitrary(size = 4000, canonicalizes = true): fc.Arbitrary<GeneratedModule> {
  const number = fc.noBias(fc.nat(65_535));
  return fc
    .array(number, { minLength: Math.floor(size / 2), maxLength: size, size: "max" })
    .map((numbers) => generateModule(new Draw(numbers), canonicalizes));
}
