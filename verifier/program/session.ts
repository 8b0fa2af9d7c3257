/**
 * Sessions: programs whose modules are instantiated by transactions, in any order, and of whose
 * modules every exported function can be invoked. Scripts of the official test suite are played on
 * them.
 *
 * A transaction's payload is `index into calls u32 | zero u32 | eight bytes an argument`, its
 * output eight bytes a result.
 */
import { Crash } from "../errors.ts";
import type { FunctionType } from "../wasm/types.ts";
import { assembleProgram, completeLimits, load, sourcesRoot, type Program } from "./build.ts";
import { MAX_DISPATCHED } from "./drivers/dispatch.ts";
import { DRIVER_MODULE } from "./drivers/loop.ts";
import { sessionDriver, type SessionTarget } from "./drivers/session.ts";
import { LinkError } from "./errors.ts";
import type { ProgramLimits } from "./layout.ts";
import type { LinkModule } from "./linkage.ts";

/** A module of a session. */
export interface SessionModule {
  /** For messages and maps only; unique. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /**
   * Which module of the session, by position in the list, each module name of its imports stands
   * for.
   */
  readonly scope: ReadonlyMap<string, number>;
}

/** What a transaction can do; modules by their position in the list. */
export type SessionCall =
  | { readonly kind: "instantiate"; readonly module: number }
  | { readonly kind: "invoke"; readonly module: number; readonly name: string; readonly type: FunctionType };

/** A session, ready to run. */
export interface Session extends Pick<Program, "image" | "root" | "map" | "instances" | "functions"> {
  /** By their number in payloads. */
  readonly calls: readonly SessionCall[];
}

/**
 * Builds a session.
 *
 * In its initial state globals have their values, memories and tables their least size.
 * Instantiating a module runs all of its active segments and its start function as code; a trap in
 * between leaves what was done, if the transaction keeps. Imported memories and tables are checked
 * for kind, type and maximum, but not for their size, which may have grown when the importer is
 * instantiated.
 *
 * @param limits - what is left out is as in `DEFAULT_LIMITS`
 * @throws ModuleError (DecodeError, ValidationError, UnsupportedError) for a module that cannot
 *   be accepted
 * @throws LinkError if the modules do not fit together or export too many functions
 * @throws Problem for a limit that is no u32
 */
export function buildSession(modules: readonly SessionModule[], limits: Partial<ProgramLimits> = {}): Session {
  const complete = completeLimits(limits);
  const guests = modules.map(({ name, bytes, scope }): LinkModule => {
    if (name === DRIVER_MODULE)
      throw new LinkError(name, `the name "${DRIVER_MODULE}" is that of the generated driver`);
    return { name, module: load(bytes), isDriver: false, scope };
  });
  const calls = callsOf(guests);
  if (calls.length > MAX_DISPATCHED) {
    const problem = `the session has ${calls.length} modules and exported functions, a driver takes ${MAX_DISPATCHED}`;
    throw new LinkError(DRIVER_MODULE, problem);
  }
  const bytes = sessionDriver(calls.map((call) => targetOf(guests, call)));
  const driver: LinkModule = { name: DRIVER_MODULE, module: load(bytes), isDriver: true };
  const sources = sourcesRoot([...modules.map((m) => m.bytes), bytes]);
  return { calls, ...assembleProgram([...guests, driver], complete, sources, { isDeferred: true }) };
}

/** First all instantiations, then the exports of each module in their order. */
function callsOf(guests: readonly LinkModule[]): SessionCall[] {
  const invocations = guests.flatMap(({ module }, position) =>
    module.exports.flatMap(({ kind, name, index }): SessionCall[] => {
      const type = module.functions[index]?.type;
      return kind === "function" && type !== undefined ? [{ kind: "invoke", module: position, name, type }] : [];
    }),
  );
  return [...guests.map((_, module): SessionCall => ({ kind: "instantiate", module })), ...invocations];
}

function targetOf(guests: readonly LinkModule[], call: SessionCall): SessionTarget {
  if (call.kind === "instantiate") return { position: call.module };
  const guest = guests[call.module];
  if (guest === undefined) throw new Crash(`there is no module ${call.module}`);
  return { module: guest.name, name: call.name, type: call.type };
}
