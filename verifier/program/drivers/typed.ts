/**
 * The driver of the typed convention: a transaction names an export by number and gives eight bytes an argument; the output is
 * eight bytes a result. A payload that fits no export traps.
 *
 *     number u32 | zero u32 | arguments, 8 bytes each
 */
import type { FunctionType, ValueType } from "../../wasm/types.ts";
import { asm, ModuleWriter, type Code } from "../assembler.ts";
import { addLoop, I64, importHost, importLoop } from "./loop.ts";
import { importReactor, type ReactorOptions } from "./reactor.ts";

/** A function that transactions may call. */
export interface TypedExport {
  readonly name: string;
  readonly type: FunctionType;
}

/** Bytes before the arguments of a typed payload. */
export const TYPED_HEADER = 8;

/** Bytes of an argument or a result. */
export const TYPED_VALUE = 8;

/** Types of numbers: those that the convention has an encoding for. */
export type NumberType = "i32" | "i64" | "f32" | "f64";

const NUMBER_TYPES: readonly NumberType[] = ["i32", "i64", "f32", "f64"];

/** A function type of numbers. */
export interface CallableType extends FunctionType {
  readonly params: readonly NumberType[];
  readonly results: readonly NumberType[];
}

/** Whether the convention has an encoding for every parameter and result. */
export function isCallable(type: FunctionType): type is CallableType {
  return [...type.params, ...type.results].every((t) => (NUMBER_TYPES as readonly ValueType[]).includes(t));
}

const OFFSET = 0;
const LENGTH = 1;
const FIRST_LOCAL = 2;

const UNREACHABLE = 0x00;
const BLOCK = 0x02;
const EMPTY = 0x40;
const END = 0x0b;
const RETURN = 0x0f;
const I64_NE = 0x52;
const I32_WRAP_I64 = 0xa7;
const I64_EXTEND_I32_U = 0xad;
const I32_REINTERPRET_F32 = 0xbc;
const I64_REINTERPRET_F64 = 0xbd;
const F32_REINTERPRET_I32 = 0xbe;
const F64_REINTERPRET_I64 = 0xbf;

/** From eight bytes to a value, and from a value to eight bytes; narrow ones lose and gain zeros. */
const FROM_I64: Readonly<Record<NumberType, Code>> = {
  i32: I32_WRAP_I64,
  i64: [],
  f32: [I32_WRAP_I64, F32_REINTERPRET_I32],
  f64: F64_REINTERPRET_I64,
};
const TO_I64: Readonly<Record<NumberType, Code>> = {
  i32: I64_EXTEND_I32_U,
  i64: [],
  f32: [I32_REINTERPRET_F32, I64_EXTEND_I32_U],
  f64: I64_REINTERPRET_F64,
};

/** Most exports that a typed program may have, each an open block of the driver. */
export const MAX_TYPED_EXPORTS = 10_000;

/**
 * Generates the driver.
 * @param guest - the name under which the guest is linked
 * @param exports - the guest's exported functions, in the order of its export section
 */
export function typedDriver(
  guest: string,
  exports: readonly TypedExport[],
  options: ReactorOptions = { initializes: false, usesWasi: false },
): Uint8Array {
  const writer = new ModuleWriter();
  const host = importLoop(writer);
  const outputAppend = importHost(writer, "output_append");
  const targets = exports.map(({ name, type }) =>
    isCallable(type) ? writer.importFunction(guest, name, type) : undefined,
  );
  const { enter, initialize } = importReactor(writer, guest, options);
  const load = (offset: number): Code => [
    [asm.get(OFFSET), asm.i64(BigInt(offset)), I64.add],
    asm.call(host.inputLoad),
  ];
  const callable = exports.map(({ type }) => (isCallable(type) ? type : undefined));
  const locals = new ResultLocals(callable.flatMap((type) => (type === undefined ? [] : [type.results])));

  const callOf = (type: CallableType | undefined, target: number | undefined): Code => {
    if (type === undefined || target === undefined) return UNREACHABLE;
    const size = TYPED_HEADER + TYPED_VALUE * type.params.length;
    const results = locals.assign(type.results);
    return [
      [asm.get(LENGTH), asm.i64(BigInt(size)), I64_NE, asm.when(UNREACHABLE)],
      type.params.map((t, i) => [load(TYPED_HEADER + TYPED_VALUE * i), FROM_I64[t]]),
      asm.call(target),
      results.map(({ local }) => asm.set(local)).reverse(),
      results.map(({ local, type: t }) => [[asm.get(local), TO_I64[t]], asm.call(outputAppend)]),
      RETURN,
    ];
  };

  const count = exports.length;
  const inRange: Code = asm.when(load(0), I32_WRAP_I64, asm.brTable(range(1, count), count + 1));
  const choose: Code = [
    [asm.get(LENGTH), asm.i64(BigInt(TYPED_HEADER)), I64.ltU, asm.when(UNREACHABLE)],
    [load(0), asm.i64(BigInt(count)), I64.ltU, inRange],
    asm.br(count),
  ];
  // Nested blocks, written flat: block k ends where the call of export k begins, and the outermost one ends in a trap.
  const open: Code = [BLOCK, EMPTY];
  const calls = callable.map((type, k): Code => [callOf(type, targets[k]), END]);
  const nest: Code = [exports.map(() => open), open, choose, END, calls];
  const execute = writer.function({
    name: "execute",
    type: { params: ["i64", "i64"], results: [] },
    locals: locals.types,
    body: [enter, nest, UNREACHABLE],
  });
  addLoop(writer, host, execute, { initialize });
  return writer.bytes();
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** Locals that hold the results of whatever export is called: as many of each type as any export needs. */
class ResultLocals {
  readonly types: readonly ValueType[];
  /** The first local of each type. */
  readonly #first: Readonly<Record<NumberType, number>>;

  constructor(results: readonly (readonly NumberType[])[]) {
    const most = (type: NumberType): number =>
      results.reduce((n, list) => Math.max(n, list.filter((t) => t === type).length), 0);
    this.types = NUMBER_TYPES.flatMap((type) => Array<ValueType>(most(type)).fill(type));
    const before = (type: NumberType): number => this.types.indexOf(type);
    this.#first = { i32: before("i32"), i64: before("i64"), f32: before("f32"), f64: before("f64") };
  }

  /** A local for each result, in order. */
  assign(results: readonly NumberType[]): { local: number; type: NumberType }[] {
    const next = { ...this.#first };
    return results.map((type) => ({ local: FIRST_LOCAL + next[type]++, type }));
  }
}
