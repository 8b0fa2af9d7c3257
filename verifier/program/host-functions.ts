/**
 * The functions that a program may import from the machine: module `arbiter`. Each is one
 * instruction, or a check and its move.
 */
import { Op } from "../instructions/table.ts";
import type { FunctionType, ValueType } from "../wasm/types.ts";

/**
 * The module name under which the machine's own functions are imported; no linked module may bear
 * it.
 */
export const HOST_MODULE = "arbiter";

/** A function of the machine. */
export interface HostFunction {
  readonly name: string;
  readonly type: FunctionType;
  /** Opcode of its instruction. */
  readonly op: number;
  /**
   * A guest that could commit and then trap would break the promise that a trap leaves no trace.
   */
  readonly driverOnly: boolean;
  /**
   * Whether it moves bytes from the input to the module's memory, or from the memory to the output.
   */
  readonly moves?: "input" | "output";
}

const signature = (params: readonly ValueType[], results: readonly ValueType[] = []): FunctionType => ({
  params,
  results,
});

const FUNCTIONS: readonly HostFunction[] = [
  { name: "fuel", type: signature([], ["i64"]), op: Op.fuel, driverOnly: false },
  { name: "input_length", type: signature([], ["i64"]), op: Op.inputLength, driverOnly: false },
  { name: "input_load", type: signature(["i64"], ["i64"]), op: Op.inputLoad, driverOnly: false },
  {
    name: "input_read",
    type: signature(["i32", "i64", "i32"]),
    op: Op.inputRead,
    driverOnly: false,
    moves: "input",
  },
  { name: "output_write", type: signature(["i32", "i32"]), op: Op.outputWrite, driverOnly: false, moves: "output" },
  { name: "output_append", type: signature(["i64"]), op: Op.outputAppend, driverOnly: false },
  { name: "checkpoint", type: signature(["i64", "i32"]), op: Op.checkpoint, driverOnly: true },
  { name: "commit", type: signature([]), op: Op.commit, driverOnly: true },
  { name: "leave", type: signature(["i32", "i32"]), op: Op.leave, driverOnly: true },
  { name: "yield", type: signature([]), op: Op.yield, driverOnly: true },
  { name: "finish", type: signature([]), op: Op.finish, driverOnly: true },
  { name: "receipt", type: signature(["i64"]), op: Op.receipt, driverOnly: true },
  { name: "outcome", type: signature([], ["i64"]), op: Op.outcome, driverOnly: true },
  // To the machine a reference is a number of 64 bits: these change nothing but the type.
  { name: "funcref_to_bits", type: signature(["funcref"], ["i64"]), op: Op.nop, driverOnly: true },
  { name: "funcref_from_bits", type: signature(["i64"], ["funcref"]), op: Op.nop, driverOnly: true },
  { name: "externref_to_bits", type: signature(["externref"], ["i64"]), op: Op.nop, driverOnly: true },
  { name: "externref_from_bits", type: signature(["i64"], ["externref"]), op: Op.nop, driverOnly: true },
];

/**
 * The name under which the driver of a deferred program imports what initializes the instance at a
 * position: () → ().
 */
export function instantiationImport(position: number): string {
  return `instantiate ${position}`;
}

/** The functions of module `arbiter` by name. */
export const HOST_FUNCTIONS: ReadonlyMap<string, HostFunction> = new Map(FUNCTIONS.map((f) => [f.name, f]));
