/**
 * A function that calls one of many by the number in a payload, and gives out what it returns:
 *
 *     number u32 | zero u32 | arguments, 8 bytes each    →    results, 8 bytes each
 *
 * A payload that fits none traps.
 */
import { Crash } from "../../errors.ts";
import type { FunctionType, ValueType } from "../../wasm/types.ts";
import { asm, type Code } from "../../wasm/assembler.ts";
import type { ModuleWriter } from "../../wasm/module-writer.ts";
import { I64, type LoopImports } from "./loop.ts";

/** Bytes before the arguments. */
export const DISPATCH_HEADER = 8;

/** Bytes of an argument or a result. */
export const DISPATCH_VALUE = 8;

/** Most functions to choose from, each an open block of the driver. */
export const MAX_DISPATCHED = 10_000;

/**
 * Per type, the code that makes a value of an i64, and the other way round; what is not in it
 * cannot be passed.
 */
export type Conversions = ReadonlyMap<ValueType, { readonly fromI64: Code; readonly toI64: Code }>;

/** A function to choose. */
export interface Dispatched {
  readonly type: FunctionType;
  /** Its index in the driver. */
  readonly index: number;
}

const OFFSET = 0;
const LENGTH = 1;
const FIRST_LOCAL = 2;

const UNREACHABLE = 0x00;
const BLOCK = 0x02;
const EMPTY = 0x40;
const END = 0x0b;
const RETURN = 0x0f;
const I32_WRAP_I64 = 0xa7;
const I32_REINTERPRET_F32 = 0xbc;
const I64_REINTERPRET_F64 = 0xbd;
const F32_REINTERPRET_I32 = 0xbe;
const F64_REINTERPRET_I64 = 0xbf;

/** Conversions of numbers; narrow ones lose and gain zeros. */
export const NUMBER_CONVERSIONS: Conversions = new Map([
  ["i32", { fromI64: I32_WRAP_I64, toI64: I64.extendI32U }],
  ["i64", { fromI64: [], toI64: [] }],
  ["f32", { fromI64: [I32_WRAP_I64, F32_REINTERPRET_I32], toI64: [I32_REINTERPRET_F32, I64.extendI32U] }],
  ["f64", { fromI64: F64_REINTERPRET_I64, toI64: I64_REINTERPRET_F64 }],
]);

/** What the function needs. */
export interface DispatchOptions {
  readonly host: Pick<LoopImports, "inputLoad">;
  /** Index of the host function `output_append`. */
  readonly outputAppend: number;
  readonly conversions: Conversions;
  /** What it does first. */
  readonly enter?: Code;
}

/**
 * Adds the function (payload's offset i64, payload's length i64) → () and gives its index.
 * @param functions - by number; choosing one that is undefined traps
 */
export function addDispatch(
  writer: ModuleWriter,
  functions: readonly (Dispatched | undefined)[],
  options: DispatchOptions,
): number {
  const { host, outputAppend, conversions, enter = [] } = options;
  const load = (offset: number): Code => [
    [asm.get(OFFSET), asm.i64(BigInt(offset)), I64.add],
    asm.call(host.inputLoad),
  ];
  const results = functions.flatMap((fn) => (fn === undefined ? [] : [fn.type.results]));
  const locals = new ResultLocals([...conversions.keys()], results);
  const conversion = (type: ValueType): { readonly fromI64: Code; readonly toI64: Code } => {
    const found = conversions.get(type);
    if (found === undefined) throw new Crash(`a value of type ${type} cannot be passed`);
    return found;
  };

  const callOf = (fn: Dispatched | undefined): Code => {
    if (fn === undefined) return UNREACHABLE;
    const { params } = fn.type;
    const size = DISPATCH_HEADER + DISPATCH_VALUE * params.length;
    const returned = locals.assign(fn.type.results);
    return [
      [asm.get(LENGTH), asm.i64(BigInt(size)), I64.ne, asm.when(UNREACHABLE)],
      params.map((t, i) => [load(DISPATCH_HEADER + DISPATCH_VALUE * i), conversion(t).fromI64]),
      asm.call(fn.index),
      returned.map(({ local }) => asm.set(local)).reverse(),
      returned.map(({ local, type }) => [[asm.get(local), conversion(type).toI64], asm.call(outputAppend)]),
      RETURN,
    ];
  };

  const count = functions.length;
  const inRange: Code = asm.when(load(0), I32_WRAP_I64, asm.brTable(range(1, count), count + 1));
  const choose: Code = [
    [asm.get(LENGTH), asm.i64(BigInt(DISPATCH_HEADER)), I64.ltU, asm.when(UNREACHABLE)],
    [load(0), asm.i64(BigInt(count)), I64.ltU, inRange],
    asm.br(count),
  ];
  // Nested blocks, written flat: block k ends where the call of function k begins, and the
  // outermost one ends in a trap.
  const open: Code = [BLOCK, EMPTY];
  const calls = functions.map((fn): Code => [callOf(fn), END]);
  const nest: Code = [functions.map(() => open), open, choose, END, calls];
  return writer.function({
    name: "execute",
    type: { params: ["i64", "i64"], results: [] },
    locals: locals.types,
    body: [enter, nest, UNREACHABLE],
  });
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/**
 * Locals that hold the results of whatever function is called: as many of each type as any of them
 * needs.
 */
class ResultLocals {
  readonly types: readonly ValueType[];

  constructor(possible: readonly ValueType[], results: readonly (readonly ValueType[])[]) {
    const most = (type: ValueType): number =>
      results.reduce((n, list) => Math.max(n, list.filter((t) => t === type).length), 0);
    this.types = possible.flatMap((type) => Array<ValueType>(most(type)).fill(type));
  }

  /** A local for each result, in order. */
  assign(results: readonly ValueType[]): { local: number; type: ValueType }[] {
    const used = new Map<ValueType, number>();
    return results.map((type) => {
      const before = used.get(type) ?? 0;
      used.set(type, before + 1);
      return { local: FIRST_LOCAL + this.types.indexOf(type) + before, type };
    });
  }
}
