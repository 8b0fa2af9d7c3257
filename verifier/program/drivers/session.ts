/**
 * The driver of a session: a transaction instantiates a module, or calls an exported function of
 * any of them. References pass through it by their 64 bits (verifier/machine/word.ts).
 */
import type { FunctionType } from "../../wasm/types.ts";
import { asm, type Code } from "../../wasm/assembler.ts";
import { ModuleWriter } from "../../wasm/module-writer.ts";
import { HOST_MODULE, instantiationImport } from "../host-functions.ts";
import { addDispatch, NUMBER_CONVERSIONS, type Conversions, type Dispatched } from "./dispatch.ts";
import { addLoop, importHost, importLoop } from "./loop.ts";

/**
 * What a transaction can do: a call of an export, or the instantiation of the module at a position.
 */
export type SessionTarget =
  { readonly module: string; readonly name: string; readonly type: FunctionType } | { readonly position: number };

const INSTANTIATION: FunctionType = { params: [], results: [] };

/** Generates the driver; a transaction names a target by its place in the list. */
export function sessionDriver(targets: readonly SessionTarget[]): Uint8Array {
  const writer = new ModuleWriter();
  const host = importLoop(writer);
  const outputAppend = importHost(writer, "output_append");
  const convert = (name: string): Code => asm.call(importHost(writer, name));
  const conversions: Conversions = new Map([
    ...NUMBER_CONVERSIONS,
    ["funcref", { fromI64: convert("funcref_from_bits"), toI64: convert("funcref_to_bits") }],
    ["externref", { fromI64: convert("externref_from_bits"), toI64: convert("externref_to_bits") }],
  ]);
  const functions = targets.map((target): Dispatched => {
    if ("position" in target) {
      const index = writer.importFunction(HOST_MODULE, instantiationImport(target.position), INSTANTIATION);
      return { type: INSTANTIATION, index };
    }
    return { type: target.type, index: writer.importFunction(target.module, target.name, target.type) };
  });
  addLoop(writer, host, addDispatch(writer, functions, { host, outputAppend, conversions }));
  return writer.bytes();
}
