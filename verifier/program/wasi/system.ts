/** WASI preview 1 for the modules that import it: a linked module like any other, so that each of its steps can be proven. */
import { LinkError } from "../errors.ts";
import type { LinkModule } from "../linkage.ts";
import { BRIDGE_MODULE, bridgeModule, emptyMemoryModule } from "./bridge.ts";
import { SHIM } from "./shim.ts";

/** The module name that programs import WASI preview 1 from. */
export const WASI_MODULE = "wasi_snapshot_preview1";

/** The module with the memory of a guest that has none. */
const EMPTY_MODULE = "wasi_no_memory";

/** A module of the system. */
export interface SystemModule {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Whether it may delimit transactions. */
  readonly isDriver: boolean;
}

/** Whether a module imports from WASI. */
export function importsWasi({ module }: LinkModule): boolean {
  return module.functions.some(({ imported }) => imported?.module === WASI_MODULE);
}

/**
 * The modules that have to be linked to a program: none, if nothing imports WASI or the program brings a module of that name.
 * The memory that pointers mean is that of the last module that imports WASI.
 * @throws LinkError if that module does not export its memory
 */
export function wasiModules(modules: readonly LinkModule[]): SystemModule[] {
  const user = modules.findLast(importsWasi);
  if (user === undefined || modules.some(({ name }) => name === WASI_MODULE)) return [];
  const isExported = user.module.exports.some(({ kind, name }) => kind === "memory" && name === "memory");
  if (!isExported && user.module.memories.length > 0) {
    throw new LinkError(user.name, `it imports from ${WASI_MODULE}, so it has to export its memory as "memory"`);
  }
  const memory = isExported ? user.name : EMPTY_MODULE;
  return [
    ...(isExported ? [] : [{ name: EMPTY_MODULE, bytes: emptyMemoryModule(), isDriver: false }]),
    { name: BRIDGE_MODULE, bytes: bridgeModule(memory, WASI_MODULE), isDriver: false },
    // It ends the transaction when the guest exits.
    { name: WASI_MODULE, bytes: shimBytes(), isDriver: true },
  ];
}

/** The module itself. */
export function shimBytes(): Uint8Array {
  return Uint8Array.from(atob(SHIM), (character) => character.charCodeAt(0));
}
