/**
 * What the drivers of guests that are called again and again do around the calls: a library of
 * functions, and no command.
 */
import type { FunctionType } from "../../wasm/types.ts";
import { asm, type Code } from "../../wasm/assembler.ts";
import type { ModuleWriter } from "../../wasm/module-writer.ts";
import { WASI_MODULE } from "../wasi/system.ts";

/** The export that is called once before all others, if there is one of this type. */
export const REACTOR_ENTRY = "_initialize";

/** What the guest needs. */
export interface ReactorOptions {
  /** Whether it exports `_initialize`. */
  readonly initializes: boolean;
  /** Whether WASI is linked, whose clock goes on with each transaction. */
  readonly usesWasi: boolean;
}

/** What to do when. */
export interface Reactor {
  /** Index of what is called before the first transaction. */
  readonly initialize: number | undefined;
  /** At the beginning of each transaction. */
  readonly enter: Code;
}

/** Imports what the options ask for. */
export function importReactor(writer: ModuleWriter, guest: string, options: ReactorOptions): Reactor {
  const type: FunctionType = { params: [], results: [] };
  const initialize = options.initializes ? writer.importFunction(guest, REACTOR_ENTRY, type) : undefined;
  const enter = options.usesWasi ? asm.call(writer.importFunction(WASI_MODULE, "enter", type)) : [];
  return { initialize, enter };
}
