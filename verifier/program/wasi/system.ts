/**
 * WASI for the modules that import it: a linked module like any other, so that each of its steps
 * can be proven.
 */
import { decode } from "../../wasm/decode.ts";
import type { ImportName } from "../../wasm/types.ts";
import type { Loader } from "../dylink/loader.ts";
import { LinkError } from "../errors.ts";
import type { LinkModule } from "../linkage.ts";
import { BRIDGE_MODULE, bridgeModule, emptyMemoryModule } from "./bridge.ts";
import { SHIM } from "./shim.ts";
import { UNSTABLE_MODULE, unstableModule } from "./unstable.ts";

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

/** Whether a module imports from WASI: from one of two modules, or from a given one. */
export function importsWasi({ module }: LinkModule, from: readonly string[] = [WASI_MODULE, UNSTABLE_MODULE]): boolean {
  return module.functions.some(({ imported }) => imported !== undefined && from.includes(imported.module));
}

/**
 * The modules that have to be linked to a program: none, if nothing imports WASI or the program
 * brings a module of that name. The memory that pointers mean is that of the last module that
 * imports WASI.
 * @param loader - of modules that share a memory, if there are any
 * @throws LinkError if that module has a memory of its own and does not export it
 */
export function wasiModules(modules: readonly LinkModule[], loader?: Loader): SystemModule[] {
  const has = (name: string): boolean => modules.some((module) => module.name === name);
  const needsUnstable = !has(UNSTABLE_MODULE) && modules.some((module) => importsWasi(module, [UNSTABLE_MODULE]));
  const user = modules.findLast((module) => importsWasi(module, needsUnstable ? undefined : [WASI_MODULE]));
  if (user === undefined || has(WASI_MODULE)) return [];
  const memory = loader?.environments.has(user.name) === true ? loader.memory : memoryOf(user);
  const shim = shimBytes();
  return [
    ...(memory === undefined ? [{ name: EMPTY_MODULE, bytes: emptyMemoryModule(), isDriver: false }] : []),
    {
      name: BRIDGE_MODULE,
      bytes: bridgeModule(memory ?? { module: EMPTY_MODULE, name: "memory" }, WASI_MODULE),
      isDriver: false,
    },
    // It ends the transaction when the guest exits.
    { name: WASI_MODULE, bytes: shim, isDriver: true },
    ...(needsUnstable
      ? [{ name: UNSTABLE_MODULE, bytes: unstableModule(WASI_MODULE, decode(shim)), isDriver: false }]
      : []),
  ];
}

/** The name under which the first memory of a module can be imported; undefined if it has none. */
function memoryOf({ name, module }: LinkModule): Pick<ImportName, "module" | "name"> | undefined {
  if (module.exports.some((e) => e.kind === "memory" && e.name === "memory")) return { module: name, name: "memory" };
  const [first] = module.memories;
  if (first === undefined) return undefined;
  if (first.imported !== undefined) return first.imported;
  throw new LinkError(name, `it imports from ${WASI_MODULE}, so it has to export its memory as "memory"`);
}

/** The module itself. */
export function shimBytes(): Uint8Array {
  return Uint8Array.from(atob(SHIM), (character) => character.charCodeAt(0));
}
