/**
 * The predecessor of WASI preview 1, which old compilers import. Its functions are those of preview
 * 1 under another module name, but for four, whose parameters or structures differ.
 */
import { External, ModuleWriter } from "../../wasm/module-writer.ts";
import type { Module } from "../../wasm/types.ts";

/** The module name that programs import WASI's snapshot 0 from. */
export const UNSTABLE_MODULE = "wasi_unstable";

/** What the implementation's names of the four begin with. */
const OTHERWISE = "unstable_";

/** Functions that snapshot 0 does not have, and what is for the driver. */
const NEWER: ReadonlySet<string> = new Set(["sock_accept", "command", "enter"]);

/**
 * Generates the module: it exports what it imports.
 * @param wasi - the name of the implementation
 * @param implementation - the module of that name, decoded
 */
export function unstableModule(wasi: string, implementation: Module): Uint8Array {
  const writer = new ModuleWriter();
  const names = new Set(implementation.exports.map(({ name }) => name));
  for (const { kind, name, index } of implementation.exports) {
    const type = implementation.functions[index]?.type;
    if (kind !== "function" || type === undefined || NEWER.has(name) || names.has(OTHERWISE + name)) continue;
    const isOtherwise = name.startsWith(OTHERWISE);
    const imported = writer.importFunction(wasi, name, type);
    writer.export(isOtherwise ? name.slice(OTHERWISE.length) : name, External.function, imported);
  }
  return writer.bytes();
}
