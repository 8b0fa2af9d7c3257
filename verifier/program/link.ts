/**
 * Links modules into one program: resolves imports, and gives everything its place in the trees.
 */
import { Crash } from "../errors.ts";
import type { ElementItem, FunctionEntry, FunctionType, ImportName, Module } from "../wasm/types.ts";
import { NULL_REFERENCE, type ConstantValue } from "./constant.ts";
import { LinkError } from "./errors.ts";
import { tableGrowth } from "./growth.ts";
import { HOST_MODULE, instantiationImport } from "./host-functions.ts";
import { planInitialization, type InitializationPlan } from "./initialize.ts";
import {
  FIRST_CELL,
  greatestSize,
  LEAF_BYTES,
  MAX_MEMORIES,
  MAX_PAGES,
  regionsFor,
  type ProgramLimits,
  type Regions,
} from "./layout.ts";
import type {
  CellValue,
  CodeFunction,
  Definition,
  FunctionTarget,
  HostTarget,
  Initialization,
  Initializer,
  Instance,
  LinkedGlobal,
  LinkedMemory,
  LinkedSegment,
  LinkedTable,
  Linkage,
  LinkModule,
  LinkOptions,
} from "./linkage.ts";
import { Resolver } from "./resolve.ts";

/** Cells have 32-bit indices. */
const MAX_CELLS = 2 ** 32;

/**
 * Links modules. Any of them may import from any other; unless that is deferred they are
 * instantiated in their order, but each after those that it imports from.
 * @throws LinkError if an import finds nothing that fits it, or the program is larger than the
 *   machine or the limits
 */
export function link(modules: readonly LinkModule[], limits: ProgramLimits, options: LinkOptions = {}): Linkage {
  return new Linker(modules, limits, options).link();
}

class Linker {
  readonly #resolver: Resolver;
  readonly #limits: ProgramLimits;
  readonly #plan: InitializationPlan;
  readonly #instances: readonly Instance[];
  readonly #functions: CodeFunction[] = [];
  readonly #types = new Map<string, number>();
  readonly #wrappers = new Map<HostTarget, CodeFunction>();
  /**
   * What initializes the instances that have to be, or may be by the driver, by position, in the
   * order of the plan.
   */
  readonly #initializers = new Map<number, CodeFunction>();
  readonly #isDeferred: boolean;
  readonly #cells = new Map<number, CellValue>();
  readonly #memory: { region: number; offset: number; bytes: Uint8Array }[] = [];
  #nextCell = FIRST_CELL;
  #memories = 0;
  #sizes = 0n;
  #pages = 0;
  #dataBytes = 0;

  constructor(modules: readonly LinkModule[], limits: ProgramLimits, options: LinkOptions) {
    this.#resolver = new Resolver(modules, options);
    this.#limits = limits;
    this.#isDeferred = options.isDeferred ?? false;
    this.#plan = planInitialization(this.#resolver, this.#isDeferred);
    this.#instances = modules.map(({ name, module, isDriver }, position) => ({
      position,
      name,
      module,
      isDriver,
      functions: [],
      memories: [],
      tables: [],
      globals: [],
      data: [],
      elements: [],
    }));
    for (const position of this.#plan.order) {
      const instance = this.#instance(position);
      const isCallable = this.#isDeferred && !instance.isDriver;
      if (!isCallable && (this.#plan.steps[position] ?? []).length === 0) continue;
      this.#initializers.set(position, this.#newFunction(instance, -1, -1, { params: [], results: [] }));
    }
  }

  link(): Linkage {
    this.#linkFunctions();
    this.#linkGlobals();
    this.#linkTables();
    this.#linkMemories();
    const regions = regionsFor(this.#memories);
    for (const instance of this.#instances) this.#placeSegments(instance, regions);
    this.#fold();
    if (this.#nextCell > MAX_CELLS) {
      const last = this.#instance(this.#instances.length - 1);
      throw new LinkError(last.name, `the program's tables have more than ${MAX_CELLS} elements`, "make them smaller");
    }
    return {
      instances: this.#instances,
      functions: this.#functions,
      regions,
      typeId: (type) => this.#typeId(type),
      reference: ({ position }, index) => this.#reference({ position, index }),
      initializers: [...this.#initializers].map(([position, fn]) => this.#initializer(position, fn)),
      prologue: this.#isDeferred ? [] : [...this.#initializers.values()],
      cells: this.#cells,
      cellCount: this.#nextCell,
      memory: this.#memory,
      dataBytes: this.#dataBytes,
      sizes: this.#sizes,
      pages: this.#pages,
    };
  }

  #typeId(type: FunctionType): number {
    const key = `${type.params.join(" ")}>${type.results.join(" ")}`;
    const known = this.#types.get(key);
    if (known !== undefined) return known;
    this.#types.set(key, this.#types.size);
    return this.#types.size - 1;
  }

  #addFunction(
    instance: Instance,
    index: number,
    type: FunctionType,
    special: { readonly wraps?: HostTarget; readonly missing?: ImportName } = {},
  ): CodeFunction {
    const fn = { ...this.#newFunction(instance, this.#functions.length, index, type), ...special };
    this.#functions.push(fn);
    return fn;
  }

  #newFunction(instance: Instance, id: number, index: number, type: FunctionType): CodeFunction {
    return { kind: "code", id, instance, index, type, typeId: this.#typeId(type), entry: 0, frame: 0 };
  }

  #initializer(position: number, fn: CodeFunction): Initializer {
    const steps = (this.#plan.steps[position] ?? []).map((step): Initialization =>
      step.kind === "start" ? { kind: "start", function: this.#function({ position, index: step.function }) } : step,
    );
    return { function: fn, steps };
  }

  #instance(position: number): Instance {
    const found = this.#instances[position];
    if (found === undefined) throw new Crash(`there is no instance ${position}`);
    return found;
  }

  /** Fills an index space: first what the modules define, then what they import. */
  #fill<T, E extends { readonly imported?: unknown }>(
    kind: "function" | "table" | "memory" | "global",
    spaceOf: (instance: Instance) => T[],
    entriesOf: (module: Module) => readonly E[],
    define: (instance: Instance, index: number, entry: E) => T | undefined,
  ): void {
    for (const instance of this.#instances) {
      entriesOf(instance.module).forEach((entry, index) => {
        const defined = define(instance, index, entry);
        if (defined !== undefined) spaceOf(instance)[index] = defined;
      });
    }
    for (const instance of this.#instances) {
      const space = spaceOf(instance);
      entriesOf(instance.module).forEach((_, index) => {
        if (space[index] !== undefined) return;
        const { position, index: source } = this.#resolver.definition(instance.position, kind, index);
        const found = spaceOf(this.#instance(position))[source];
        if (found === undefined) throw new Crash(`${kind} ${source} of instance ${position} is not defined`);
        space[index] = found;
      });
    }
  }

  #linkFunctions(): void {
    this.#fill<FunctionTarget, Module["functions"][number]>(
      "function",
      (i) => i.functions,
      (m) => m.functions,
      (instance, index, entry) => {
        if (entry.imported === undefined) return this.#addFunction(instance, index, entry.type);
        const missing = this.#resolver.missing(instance.position, index);
        if (missing !== undefined) return this.#addFunction(instance, index, entry.type, { missing });
        const initializer = this.#importedInitializer(instance, entry);
        if (initializer !== undefined) return initializer;
        const host = this.#resolver.host(instance.position, index);
        return host && { kind: "host", host, instance, index };
      },
    );
  }

  /** What a driver's import of an instantiation stands for. */
  #importedInitializer({ isDriver }: Instance, { imported }: FunctionEntry): CodeFunction | undefined {
    if (!isDriver || imported?.module !== HOST_MODULE) return undefined;
    const found = [...this.#initializers].find(([position]) => imported.name === instantiationImport(position));
    return found?.[1];
  }

  #linkGlobals(): void {
    this.#fill<LinkedGlobal, Module["globals"][number]>(
      "global",
      (i) => i.globals,
      (m) => m.globals,
      (instance, index, entry) => {
        if (entry.imported !== undefined) return undefined;
        const cell = this.#takeCells(1);
        this.#setValue(cell, this.#resolver.globalValue(instance.position, index));
        return { entry, instance, cell };
      },
    );
  }

  #linkTables(): void {
    const grows = tableGrowth(this.#resolver);
    this.#fill<LinkedTable, Module["tables"][number]>(
      "table",
      (i) => i.tables,
      (m) => m.tables,
      (instance, index, entry) => {
        if (entry.imported !== undefined) return undefined;
        const { minimum, maximum = Infinity } = entry.limits;
        const canGrow = grows({ position: instance.position, index });
        const capacity = canGrow ? Math.min(maximum, Math.max(minimum, this.#limits.tableCapacity)) : minimum;
        const sizeCell = this.#takeCells(1);
        this.#setCell(sizeCell, BigInt(minimum));
        return { entry, firstCell: this.#takeCells(capacity), capacity, sizeCell };
      },
    );
  }

  #linkMemories(): void {
    this.#fill<LinkedMemory, Module["memories"][number]>(
      "memory",
      (i) => i.memories,
      (m) => m.memories,
      (instance, _, entry) => {
        if (entry.imported !== undefined) return undefined;
        const { minimum, maximum: declared = MAX_PAGES } = entry.limits;
        const maximum = greatestSize(entry.limits, this.#limits);
        const region = this.#memories++;
        if (region >= MAX_MEMORIES)
          throw new LinkError(instance.name, `a program has at most ${MAX_MEMORIES} memories`);
        let sizeIndex = region;
        if (region < FIRST_CELL) this.#sizes |= BigInt(minimum) << BigInt(192 - 64 * region);
        else {
          sizeIndex = this.#takeCells(1);
          this.#setCell(sizeIndex, BigInt(minimum));
        }
        this.#pages = Math.max(this.#pages, maximum);
        return { entry, region, sizeIndex, maximum, isLimited: maximum < declared };
      },
    );
  }

  /**
   * Keeps the segments that instructions may yet copy; a folded or declarative one has been
   * dropped: its size is zero.
   */
  #placeSegments(instance: Instance, regions: Regions): void {
    const { module, position } = instance;
    const left = this.#plan.steps[position] ?? [];
    const isKept = (kind: "data" | "elements", segment: number, mode: string): boolean =>
      mode === "passive" || left.some((step) => step.kind === kind && step.segment === segment);
    module.data.forEach(({ mode, bytes }, segment) => {
      const keep = isKept("data", segment, mode.kind);
      // Instructions that name a segment require a data count section (section 5.5.16).
      const sizeCell = keep || module.dataCount !== undefined ? this.#takeCells(1) : 0;
      instance.data.push({ start: keep ? this.#keepBytes(bytes, sizeCell, regions) : 0, sizeCell });
    });
    module.elements.forEach(({ mode, items }, segment) => {
      const keep = isKept("elements", segment, mode.kind);
      const sizeCell = this.#takeCells(1);
      const start = keep ? this.#takeCells(items.length) : 0;
      const linked: LinkedSegment = { start, sizeCell };
      instance.elements.push(linked);
      if (!keep) return;
      this.#setCell(sizeCell, BigInt(items.length));
      this.#writeElements(position, items, start);
    });
  }

  /** Segments begin at leaf boundaries, so that copies from them take fewer steps. */
  #keepBytes(bytes: Uint8Array, sizeCell: number, regions: Regions): number {
    const offset = this.#dataBytes;
    this.#dataBytes = Math.ceil((offset + bytes.length) / LEAF_BYTES) * LEAF_BYTES;
    this.#memory.push({ region: regions.data, offset, bytes });
    this.#setCell(sizeCell, BigInt(bytes.length));
    return offset;
  }

  #fold(): void {
    for (const { kind, position, segment, target, destination } of this.#plan.folded) {
      const { module } = this.#instance(position);
      const owner = this.#instance(target.position);
      if (kind === "data") {
        const region = owner.memories[target.index]?.region;
        const bytes = module.data[segment]?.bytes;
        if (region === undefined || bytes === undefined) throw new Crash(`data segment ${segment} has no place`);
        this.#memory.push({ region, offset: destination, bytes });
      } else {
        const firstCell = owner.tables[target.index]?.firstCell;
        const items = module.elements[segment]?.items;
        if (firstCell === undefined || items === undefined) throw new Crash(`element segment ${segment} has no place`);
        this.#writeElements(position, items, firstCell + destination);
      }
    }
  }

  #writeElements(position: number, items: readonly ElementItem[], firstCell: number): void {
    items.forEach((item, i) => {
      this.#setValue(firstCell + i, this.#element(position, item));
    });
  }

  #element(position: number, item: ElementItem): ConstantValue {
    if (item === null) return NULL_REFERENCE;
    return typeof item === "number" ? { position, index: item } : this.#resolver.constant(position, item);
  }

  #function({ position, index }: Definition): FunctionTarget {
    const found = this.#instance(position).functions[index];
    if (found === undefined) throw new Crash(`there is no function ${index}`);
    return found;
  }

  /** What a reference to a function points to: the code of a host function is a wrapper. */
  #reference(at: Definition): CodeFunction {
    const target = this.#function(at);
    if (target.kind === "code") return target;
    const known = this.#wrappers.get(target);
    if (known !== undefined) return known;
    const wrapper = this.#addFunction(target.instance, target.index, target.host.type, { wraps: target });
    this.#wrappers.set(target, wrapper);
    return wrapper;
  }

  #takeCells(count: number): number {
    const first = this.#nextCell;
    this.#nextCell += count;
    return first;
  }

  #setCell(cell: number, value: bigint): void {
    if (value === 0n) this.#cells.delete(cell);
    else this.#cells.set(cell, value);
  }

  #setValue(cell: number, value: ConstantValue): void {
    if (typeof value === "bigint") this.#setCell(cell, value);
    else this.#cells.set(cell, this.#reference(value));
  }
}
