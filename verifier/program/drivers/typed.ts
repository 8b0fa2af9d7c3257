/**
 * The driver of the typed convention: a transaction names an export by number and gives eight bytes an argument; the output is
 * eight bytes a result. A payload that fits no export traps.
 *
 *     number u32 | zero u32 | arguments, 8 bytes each
 */
import type { FunctionType, ValueType } from "../../wasm/types.ts";
import { asm, ModuleWriter, type Code } from "../assembler.ts";
import { addLoop, I64, importHost, importLoop } from "./loop.ts";

/** A function that transactions may call. */
export interface TypedExport {
  readonly name: string;
  readonly type: FunctionType;
}

/** Bytes before the arguments of a typed payload. */
export const TYPED_HEADER = 8;

/** Bytes of an argument or a result. */
export const TYPED_VALUE = 8;

/** Whether the convention has an encoding for every parameter and result. */
export function isCallable({ params, results }: FunctionType): boolean {
  return [...params, ...results].every((type) => type === "i32" || type === "i64");
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

/** Most exports that a typed program may have, each an open block of the driver. */
export const MAX_TYPED_EXPORTS = 10_000;

/**
 * Generates the driver.
 * @param guest - the name under which the guest is linked
 * @param exports - the guest's exported functions, in the order of its export section
 */
export function typedDriver(guest: string, exports: readonly TypedExport[]): Uint8Array {
  const writer = new ModuleWriter();
  const host = importLoop(writer);
  const outputAppend = importHost(writer, "output_append");
  const targets = exports.map(({ name, type }) =>
    isCallable(type) ? writer.importFunction(guest, name, type) : undefined,
  );
  const load = (offset: number): Code => [
    [asm.get(OFFSET), asm.i64(BigInt(offset)), I64.add],
    asm.call(host.inputLoad),
  ];
  const locals = new ResultLocals(exports.map((e) => e.type.results));

  const callOf = ({ type }: TypedExport, target: number | undefined): Code => {
    if (target === undefined) return UNREACHABLE;
    const size = TYPED_HEADER + TYPED_VALUE * type.params.length;
    const results = locals.assign(type.results);
    return [
      [asm.get(LENGTH), asm.i64(BigInt(size)), I64_NE, asm.when(UNREACHABLE)],
      type.params.map((t, i) => [load(TYPED_HEADER + TYPED_VALUE * i), t === "i32" ? I32_WRAP_I64 : []]),
      asm.call(target),
      results.map(({ local }) => asm.set(local)).reverse(),
      results.map(({ local, type: t }) => [
        [asm.get(local), t === "i32" ? I64_EXTEND_I32_U : []],
        asm.call(outputAppend),
      ]),
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
  const calls = exports.map((e, k): Code => [callOf(e, targets[k]), END]);
  const nest: Code = [exports.map(() => open), open, choose, END, calls];
  const execute = writer.function({
    name: "execute",
    type: { params: ["i64", "i64"], results: [] },
    locals: locals.types,
    body: [nest, UNREACHABLE],
  });
  addLoop(writer, host, execute);
  return writer.bytes();
}

function range(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** Locals that hold the results of whatever export is called: as many of each type as any export needs. */
class ResultLocals {
  readonly types: readonly ValueType[];
  readonly #firstI64: number;

  constructor(results: readonly (readonly ValueType[])[]) {
    const most = (type: ValueType): number =>
      results.reduce((n, list) => Math.max(n, list.filter((t) => t === type).length), 0);
    const i32 = most("i32");
    this.#firstI64 = FIRST_LOCAL + i32;
    this.types = [...Array<ValueType>(i32).fill("i32"), ...Array<ValueType>(most("i64")).fill("i64")];
  }

  /** A local for each result, in order. */
  assign(results: readonly ValueType[]): { local: number; type: ValueType }[] {
    const next = { i32: FIRST_LOCAL, i64: this.#firstI64 };
    return results.map((type) => ({ local: type === "i64" ? next.i64++ : next.i32++, type }));
  }
}
