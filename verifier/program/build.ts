/** From modules to a program: decode, validate, generate the driver, link, lower. */
import { Problem } from "../errors.ts";
import { keccak256 } from "../merkle/keccak.ts";
import type { ProgramImage } from "../state/image.ts";
import { programRoot } from "../state/program.ts";
import { decode } from "../wasm/decode.ts";
import { UnsupportedError } from "../wasm/errors.ts";
import { remedyFor, toolchainOf } from "../wasm/toolchain.ts";
import type { ExternalKind, Module } from "../wasm/types.ts";
import { validate, validateDeclarations } from "../wasm/validate.ts";
import { COMMAND_ENTRY, commandDriver } from "./drivers/command.ts";
import { MAX_DISPATCHED } from "./drivers/dispatch.ts";
import { DRIVER_ENTRY, DRIVER_MODULE } from "./drivers/loop.ts";
import { PAYLOAD_DEALLOCATE, PAYLOAD_EXPORTS, payloadDriver } from "./drivers/payload.ts";
import { REACTOR_ENTRY } from "./drivers/reactor.ts";
import { typedDriver, type TypedExport } from "./drivers/typed.ts";
import { ENVIRONMENT, type Loader, loaderFor } from "./dylink/loader.ts";
import { LinkError } from "./errors.ts";
import { DEFAULT_LIMITS, headerFor, type ProgramLimits } from "./layout.ts";
import { link } from "./link.ts";
import { describeType, type Linkage, type LinkModule, type LinkOptions } from "./linkage.ts";
import { entryFunction, lower, placeCells } from "./lower.ts";
import { ProgramMap } from "./map.ts";
import { WASI_MODULE, wasiModules } from "./wasi/system.ts";

/** How transactions reach the guest. */
export type Convention = "typed" | "payload" | "command";

/** A module as a compiler emits it, under the name by which other modules import from it. */
export interface ModuleSource {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Hears how far the building of a program is, after every function: a phase, and functions done in
 * it. Bodies are validated while they are lowered; of the last phase only its beginning is told.
 */
export type OnBuild = (phase: "lowering" | "hashing", done: number, total: number) => void;

/** How a program is built. */
export interface BuildOptions {
  readonly convention: Convention;
  /** What is left out is as in `DEFAULT_LIMITS`. */
  readonly limits?: Partial<ProgramLimits>;
  /**
   * Whether a function that is imported and that nothing provides traps when it is called;
   * otherwise it is an error.
   */
  readonly allowMissingImports?: boolean;
  readonly onProgress?: OnBuild | undefined;
}

/** A program, ready to run. */
export interface Program {
  readonly convention: Convention;
  readonly limits: ProgramLimits;
  readonly image: ProgramImage;
  /** Program root, 32 bytes. */
  readonly root: Uint8Array;
  readonly map: ProgramMap;
  /**
   * Exported functions of the guest, in the order of its export section: their numbers in the typed
   * convention.
   */
  readonly exports: readonly TypedExport[];
  /**
   * Where memories, tables, globals and functions lie, by position of the module; the driver is the
   * last, WASI before it.
   */
  readonly instances: Linkage["instances"];
  /** Every function with code, wrappers of host functions included. */
  readonly functions: Linkage["functions"];
}

/**
 * Builds a program.
 * @param modules - instantiated in this order, but each after those that it imports from; the
 *   last is the guest that transactions are for
 * @throws ModuleError (DecodeError, ValidationError, UnsupportedError) for a module that cannot
 *   be accepted
 * @throws LinkError if the modules do not fit together, or the guest does not fit the convention
 * @throws Problem for a limit that is no u32
 */
export function buildProgram(modules: readonly ModuleSource[], options: BuildOptions): Program {
  const limits = completeLimits(options.limits);
  for (const { name } of modules) {
    if (name === DRIVER_MODULE)
      throw new LinkError(name, `the name "${DRIVER_MODULE}" is that of the generated driver`, "choose another");
  }
  try {
    return buildInOneWalk(modules, limits, options);
  } catch (error) {
    // What is wrong with a module itself is told before what is wrong with the program.
    for (const { bytes } of modules) load(bytes);
    throw error;
  }
}

/**
 * Builds a program, and validates each body in the same walk that lowers it: a second walk takes a
 * sixth of the time. An invalid body may lead to another error than its own.
 */
function buildInOneWalk(modules: readonly ModuleSource[], limits: ProgramLimits, options: BuildOptions): Program {
  const guests = modules.map(({ name, bytes }): LinkModule => ({ name, module: declared(bytes), isDriver: false }));
  const guest = guests.at(-1);
  if (guest === undefined) throw new LinkError(DRIVER_MODULE, "a program needs at least one module");
  const exports = exportedFunctions(guest.module);
  const loader = loaderFor(guests);
  const wasi = wasiModules(guests, loader);
  const usesWasi = wasi.some(({ name }) => name === WASI_MODULE);
  const bytes = generateDriver(guest, exports, options.convention, usesWasi);
  const system = [
    ...(loader?.modules ?? []).map((module) => ({ ...module, isDriver: false })),
    ...wasi,
    { name: DRIVER_MODULE, bytes, isDriver: true },
  ];
  const sources = [...modules, ...system].map((m) => m.bytes);
  const linked = assembleProgram(
    withEnvironments(
      [
        ...guests,
        ...system.map((m): LinkModule => ({ name: m.name, module: declared(m.bytes), isDriver: m.isDriver })),
      ],
      loader,
    ),
    limits,
    sourcesRoot(sources),
    { allowMissingImports: options.allowMissingImports ?? false },
    options.onProgress,
  );
  return { convention: options.convention, limits, exports, ...linked };
}

/** Gives each module that is loaded into a shared memory an `env` of its own. */
function withEnvironments(modules: readonly LinkModule[], loader: Loader | undefined): readonly LinkModule[] {
  if (loader === undefined) return modules;
  const positions = new Map(modules.map(({ name }, position) => [name, position]));
  return modules.map((module): LinkModule => {
    const environment = positions.get(loader.environments.get(module.name) ?? "");
    return environment === undefined
      ? module
      : { ...module, scope: new Map([...positions, [ENVIRONMENT, environment]]) };
  });
}

/** Decodes a module and validates all of it but its bodies. */
function declared(bytes: Uint8Array): Module {
  const module = decode(bytes);
  validateDeclarations(module);
  return module;
}

/**
 * Links and lowers modules, the last of which is the driver. Bodies are validated on the way.
 * @throws LinkError
 */
export function assembleProgram(
  modules: readonly LinkModule[],
  limits: ProgramLimits,
  sources: Uint8Array,
  options: LinkOptions = {},
  onProgress?: OnBuild,
): Pick<Program, "image" | "root" | "map" | "instances" | "functions"> {
  const linkage = link(modules, limits, options);
  const driver = linkage.instances.at(-1);
  if (driver === undefined) throw new LinkError(DRIVER_MODULE, "a program needs at least one module");
  const entry = entryFunction(driver, DRIVER_ENTRY);
  let done = 0;
  const lowered = lower(linkage, entry, () => onProgress?.("lowering", ++done, linkage.functions.length));
  if (entry.frame > limits.slotLimit) {
    throw new LinkError(
      driver.name,
      `the limit of ${limits.slotLimit} slots is less than the ${entry.frame} of its first frame`,
    );
  }
  const { regions, pages, dataBytes, cellCount: cells } = linkage;
  const header = headerFor({ words: lowered.code.length, cells, regions, pages, dataBytes, limits });
  if (header === undefined) throw new LinkError(driver.name, "the program is larger than the machine's deepest trees");
  const image: ProgramImage = {
    header,
    code: lowered.code.words(),
    memory: linkage.memory,
    cells: placeCells(linkage),
    sizes: linkage.sizes,
    sourcesRoot: sources,
  };
  onProgress?.("hashing", 0, 1);
  return {
    image,
    root: programRoot(image),
    map: new ProgramMap(lowered),
    instances: linkage.instances,
    functions: linkage.functions,
  };
}

/**
 * Limits, with `DEFAULT_LIMITS` for what is left out.
 * @throws Problem for one that is no u32
 */
export function completeLimits(given: Partial<ProgramLimits> = {}): ProgramLimits {
  const limits = { ...DEFAULT_LIMITS, ...given };
  for (const [name, value] of Object.entries<number | undefined>(limits)) {
    if (value !== undefined && (!Number.isInteger(value) || value < 0 || value >= 2 ** 32))
      throw new Problem(`the limit ${name} is no u32: ${value}`);
  }
  return limits;
}

/**
 * Decodes and validates. What is not supported is refused with an option of the compiler that made
 * the module.
 * @throws ModuleError (DecodeError, ValidationError, UnsupportedError)
 */
export function load(bytes: Uint8Array): Module {
  try {
    const module = decode(bytes);
    validate(module);
    return module;
  } catch (error) {
    if (!(error instanceof UnsupportedError) || error.proposal === "limit") throw error;
    throw error.withRemedy(remedyFor(error.proposal, toolchainOf(bytes)));
  }
}

function exportedFunctions(module: Module): TypedExport[] {
  return module.exports.flatMap(({ kind, name, index }) => {
    const type = module.functions[index]?.type;
    return kind === "function" && type !== undefined ? [{ name, type }] : [];
  });
}

function generateDriver(
  guest: LinkModule,
  exports: readonly TypedExport[],
  convention: Convention,
  usesWasi: boolean,
): Uint8Array {
  const initializes = exports.some(({ name, type }) => name === REACTOR_ENTRY && describeType(type) === "() → ()");
  if (convention === "typed") {
    if (exports.length > MAX_DISPATCHED) {
      throw new LinkError(
        guest.name,
        `it exports ${exports.length} functions, the typed convention takes ${MAX_DISPATCHED}`,
      );
    }
    return typedDriver(guest.name, exports, { initializes, usesWasi });
  }
  const need = (kind: ExternalKind, name: string, wanted: string): void => {
    const found = guest.module.exports.find((e) => e.name === name);
    const type = found?.kind === "function" ? guest.module.functions[found.index]?.type : undefined;
    const actual = found === undefined ? "nothing" : type === undefined ? found.kind : `function ${describeType(type)}`;
    if (found?.kind === kind && (type === undefined || `function ${describeType(type)}` === wanted)) return;
    throw new LinkError(
      guest.name,
      `the ${convention} convention wants it to export ${wanted} as "${name}", it exports ${actual}`,
    );
  };
  if (convention === "command") {
    need("function", COMMAND_ENTRY, "function () → ()");
    return commandDriver(guest.name, usesWasi);
  }
  need("memory", "memory", "a memory");
  for (const [name, type] of PAYLOAD_EXPORTS) need("function", name, `function ${describeType(type)}`);
  const deallocates = guest.module.exports.some((e) => e.name === "deallocate");
  if (deallocates) need("function", "deallocate", `function ${describeType(PAYLOAD_DEALLOCATE)}`);
  return payloadDriver(guest.name, { deallocates, initializes, usesWasi });
}

/** keccak-256 of the concatenated keccak-256 hashes of modules. 32 bytes. */
export function sourcesRoot(sources: readonly Uint8Array[]): Uint8Array {
  const hashes = new Uint8Array(32 * sources.length);
  sources.forEach((bytes, i) => {
    hashes.set(keccak256(bytes), 32 * i);
  });
  return keccak256(hashes);
}
