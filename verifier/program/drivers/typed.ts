/**
 * The driver of the typed convention: a transaction names an export by number and gives eight bytes
 * an argument; the output is eight bytes a result. A payload that fits no export traps.
 */
import type { FunctionType, ValueType } from "../../wasm/types.ts";
import { ModuleWriter } from "../../wasm/module-writer.ts";
import { addDispatch, NUMBER_CONVERSIONS } from "./dispatch.ts";
import { addLoop, importHost, importLoop } from "./loop.ts";
import { importReactor, type ReactorOptions } from "./reactor.ts";

/** A function that transactions may call. */
export interface TypedExport {
  readonly name: string;
  readonly type: FunctionType;
}

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
  const functions = exports.map(({ name, type }) =>
    isCallable(type) ? { type, index: writer.importFunction(guest, name, type) } : undefined,
  );
  const { enter, initialize } = importReactor(writer, guest, options);
  const conversions = NUMBER_CONVERSIONS;
  const execute = addDispatch(writer, functions, { host, outputAppend, conversions, enter });
  addLoop(writer, host, execute, { initialize });
  return writer.bytes();
}
