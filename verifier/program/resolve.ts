/**
 * Finds what imports refer to (section 4.5.4 of the WebAssembly specification, "Matching" in
 * section 3.3).
 */
import { Crash } from "../errors.ts";
import type {
  ConstantExpression,
  ExportEntry,
  ExternalKind,
  FunctionEntry,
  GlobalEntry,
  ImportName,
  Limits,
  Module,
} from "../wasm/types.ts";
import { evaluate, numberOf, type ConstantValue } from "./constant.ts";
import { LinkError } from "./errors.ts";
import { HOST_FUNCTIONS, HOST_MODULE, type HostFunction } from "./host-functions.ts";
import { type Definition, describeLimits, describeType, type LinkModule, type LinkOptions } from "./linkage.ts";

/** An export of the module at a position. */
interface Exported {
  readonly position: number;
  readonly exported: ExportEntry;
}

/** Answers what the indices of all modules of a program stand for. */
export class Resolver {
  readonly modules: readonly LinkModule[];
  readonly #options: LinkOptions;
  readonly #positions = new Map<string, number>();
  readonly #exports: readonly ReadonlyMap<string, ExportEntry>[];
  readonly #globals = new Map<string, ConstantValue | "pending">();

  /** @throws LinkError for a name that is taken */
  constructor(modules: readonly LinkModule[], options: LinkOptions) {
    this.modules = modules;
    this.#options = options;
    this.#exports = modules.map(({ module }) => new Map(module.exports.map((e) => [e.name, e])));
    modules.forEach(({ name }, position) => {
      if (name === HOST_MODULE)
        throw new LinkError(name, `the name "${HOST_MODULE}" is that of the machine itself`, "choose another");
      if (this.#positions.has(name))
        throw new LinkError(name, "another module has the same name", "rename one of them");
      this.#positions.set(name, position);
    });
  }

  /** The module at a position of the program. */
  at(position: number): LinkModule {
    const found = this.modules[position];
    if (found === undefined) throw new Crash(`there is no module ${position}`);
    return found;
  }

  /**
   * Follows imports to the definition that an index stands for; host functions, and functions that
   * nothing provides where that is allowed, stay with the module that imports them. What the import
   * wants is compared with the definition, not with how modules in between declare it.
   * @throws LinkError if an import is unknown, of another type, or leads back to itself
   */
  definition(position: number, kind: ExternalKind, index: number): Definition {
    const found = this.#follow(position, kind, index);
    if (found.position !== position || found.index !== index) this.#compare({ position, index }, kind, found);
    return found;
  }

  #follow(position: number, kind: ExternalKind, index: number): Definition {
    const seen = new Set<string>();
    let at: Definition = { position, index };
    for (;;) {
      const { name, module } = this.at(at.position);
      const imported = entryOf(module, kind, at.index).imported;
      if (imported === undefined) return at;
      if (kind === "function" && imported.module === HOST_MODULE) return at;
      const place = `${at.position} ${at.index}`;
      if (seen.has(place))
        throw new LinkError(name, `the import of ${describeImport(kind, imported)} leads back to itself`);
      seen.add(place);
      if (kind === "function" && this.missing(at.position, at.index) !== undefined) return at;
      at = this.#source(at, kind, imported);
    }
  }

  /** The modules, by position, that the imports of a module name. */
  importedModules(position: number): number[] {
    const { module } = this.at(position);
    const entries = [...module.functions, ...module.tables, ...module.memories, ...module.globals];
    const found = entries.flatMap(({ imported }) =>
      imported === undefined ? [] : (this.#exported(position, imported)?.position ?? []),
    );
    return [...new Set(found)];
  }

  /**
   * The import under an index of functions, if nothing provides it with the type that it wants, and
   * that is allowed.
   */
  missing(position: number, index: number): ImportName | undefined {
    const { module } = this.at(position);
    const imported = entryOf(module, "function", index).imported;
    if (this.#options.allowMissingImports !== true || imported === undefined) return undefined;
    if (imported.module === HOST_MODULE) return undefined;
    const found = this.#exported(position, imported);
    return found !== undefined && this.#isOfType(found, module.functions[index]) ? undefined : imported;
  }

  /** Whether what a module exports is a function of the type that another one imports. */
  #isOfType({ position, exported }: Exported, wanted: FunctionEntry | undefined): boolean {
    const entry = this.at(position).module.functions[exported.index];
    if (exported.kind !== "function" || entry === undefined || wanted === undefined) return false;
    return describeType(entry.type) === describeType(wanted.type);
  }

  /**
   * The host function that a module imports under an index.
   * @throws LinkError if there is none of that name and type, or the module must not use it
   */
  host(position: number, index: number): HostFunction | undefined {
    const { name, module, isDriver } = this.at(position);
    const entry = module.functions[index];
    if (entry?.imported?.module !== HOST_MODULE) return undefined;
    const host = HOST_FUNCTIONS.get(entry.imported.name);
    const what = describeImport("function", entry.imported);
    if (host === undefined) {
      const known = [...HOST_FUNCTIONS.values()].filter((f) => !f.driverOnly).map((f) => f.name);
      throw new LinkError(name, `unknown import: ${what}; the machine provides ${known.join(", ")}`);
    }
    if (describeType(host.type) !== describeType(entry.type)) {
      const found = describeType(host.type);
      throw new LinkError(
        name,
        `incompatible import type: ${what} is wanted as ${describeType(entry.type)}, but is ${found}`,
      );
    }
    if (host.driverOnly && !isDriver) {
      throw new LinkError(
        name,
        `${what} delimits transactions or unpacks references, only the generated driver may import it`,
      );
    }
    if (host.moves !== undefined && module.memories.length === 0) {
      throw new LinkError(name, `${what} needs a memory, but the module has none`);
    }
    return host;
  }

  /**
   * The value of a global before anything has run.
   * @throws LinkError if globals of several modules are defined by each other
   */
  globalValue(position: number, index: number): ConstantValue {
    const definition = this.definition(position, "global", index);
    const key = `${definition.position} ${definition.index}`;
    const known = this.#globals.get(key);
    const { name, module } = this.at(definition.position);
    if (known === "pending") throw new LinkError(name, `the value of global ${definition.index} depends on itself`);
    if (known !== undefined) return known;
    const initial = module.globals[definition.index]?.initial;
    if (initial === undefined) throw new Crash(`global ${definition.index} has no initial value`);
    this.#globals.set(key, "pending");
    const value = this.constant(definition.position, initial);
    this.#globals.set(key, value);
    return value;
  }

  /**
   * What a constant expression of a module yields.
   * @throws LinkError if globals of several modules are defined by each other
   */
  constant(position: number, expression: ConstantExpression): ConstantValue {
    return evaluate(expression, {
      global: (index) => this.globalValue(position, index),
      function: (index) => this.definition(position, "function", index),
    });
  }

  /**
   * Where an active segment goes: the first byte, or the first element.
   * @throws LinkError as `constant`
   */
  destination(position: number, expression: ConstantExpression): number {
    return Number(numberOf(this.constant(position, expression)));
  }

  #source(at: Definition, kind: ExternalKind, imported: ImportName): Definition {
    const { name, module } = this.at(at.position);
    const what = describeImport(kind, imported);
    const wanted = describeEntry(module, kind, at.index);
    const found = this.#exported(at.position, imported);
    if (found === undefined) {
      const problem = `unknown import: ${what} ${wanted}: ${this.#describeLack(at.position, imported)}`;
      throw new LinkError(name, problem, remedy(kind, imported));
    }
    const { position, exported } = found;
    if (exported.kind !== kind) throw this.#incompatible(at, kind, { position, index: exported.index }, exported.kind);
    return { position, index: exported.index };
  }

  #compare(importer: Definition, kind: ExternalKind, definition: Definition): void {
    const [from, to] = [this.at(definition.position).module, this.at(importer.position).module];
    const checksSize = this.#options.isDeferred !== true;
    if (!matches(from, to, kind, { exported: definition.index, imported: importer.index, checksSize }))
      throw this.#incompatible(importer, kind, definition, kind);
  }

  #incompatible(importer: Definition, kind: ExternalKind, found: Definition, foundKind: ExternalKind): LinkError {
    const { name, module } = this.at(importer.position);
    const { imported } = entryOf(module, kind, importer.index);
    const what = imported === undefined ? kind : describeImport(kind, imported);
    const wanted = `${kind} ${describeEntry(module, kind, importer.index)}`;
    const is = `${foundKind} ${describeEntry(this.at(found.position).module, foundKind, found.index)}`;
    const problem = `incompatible import type: ${what} is wanted as ${wanted}, but is ${is}`;
    return new LinkError(name, problem, imported && remedy(kind, imported));
  }

  /** What an import of a module names, of whatever kind and type. */
  #exported(importer: number, imported: ImportName): Exported | undefined {
    const position = (this.at(importer).scope ?? this.#positions).get(imported.module);
    const exported = position === undefined ? undefined : this.#exports[position]?.get(imported.name);
    return position === undefined || exported === undefined ? undefined : { position, exported };
  }

  #describeLack(importer: number, imported: ImportName): string {
    const known = this.at(importer).scope ?? this.#positions;
    return known.has(imported.module)
      ? `module "${imported.module}" exports nothing of that name`
      : `there is no module "${imported.module}" (linked: ${[...known.keys()].join(", ")})`;
  }
}

/**
 * What the author of a program can do about an import that nothing fits. The options are those of
 * the command line.
 */
function remedy(kind: ExternalKind, { module }: ImportName): string {
  const link = `link a module that provides it (--link ${module}=FILE)`;
  return kind === "function" ? `${link}, or let it trap when it is called (--allow-missing-imports)` : link;
}

function describeImport(kind: ExternalKind, { module, name }: ImportName): string {
  return `${kind} ${JSON.stringify(module)} ${JSON.stringify(name)}`;
}

function entryOf(module: Module, kind: ExternalKind, index: number): { readonly imported?: ImportName } {
  const space = { function: module.functions, table: module.tables, memory: module.memories, global: module.globals }[
    kind
  ];
  const entry = space[index];
  if (entry === undefined) throw new Crash(`there is no ${kind} ${index}`);
  return entry;
}

const describeGlobal = ({ type, mutable }: GlobalEntry): string => (mutable ? `mutable ${type}` : type);

function describeEntry(module: Module, kind: ExternalKind, index: number): string {
  const fn = module.functions[index];
  const table = module.tables[index];
  const memory = module.memories[index];
  const global = module.globals[index];
  if (kind === "function" && fn !== undefined) return describeType(fn.type);
  if (kind === "table" && table !== undefined) return `${table.type} ${describeLimits(table.limits)}`;
  if (kind === "memory" && memory !== undefined) return describeLimits(memory.limits);
  if (kind === "global" && global !== undefined) return describeGlobal(global);
  throw new Crash(`there is no ${kind} ${index}`);
}

interface Indices {
  readonly exported: number;
  readonly imported: number;
  /** Whether a memory or table has to begin with what the importer needs. */
  readonly checksSize: boolean;
}

/** Whether what a module exports is what another one wants. */
function matches(from: Module, to: Module, kind: ExternalKind, { exported, imported, checksSize }: Indices): boolean {
  switch (kind) {
    case "table": {
      const [have, want] = [from.tables[exported], to.tables[imported]];
      return (
        have !== undefined &&
        want !== undefined &&
        have.type === want.type &&
        fits(have.limits, want.limits, checksSize)
      );
    }
    case "memory": {
      const [have, want] = [from.memories[exported], to.memories[imported]];
      return have !== undefined && want !== undefined && fits(have.limits, want.limits, checksSize);
    }
    default:
      return describeEntry(from, kind, exported) === describeEntry(to, kind, imported);
  }
}

function fits(have: Limits, want: Limits, checksSize: boolean): boolean {
  if (checksSize && have.minimum < want.minimum) return false;
  return want.maximum === undefined || (have.maximum !== undefined && have.maximum <= want.maximum);
}
