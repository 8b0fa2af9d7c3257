/** Where the modules that share a memory and a table lie in them, and what their symbols mean. */
import type { FunctionType, ImportName } from "../../wasm/types.ts";
import type { LinkModule } from "../linkage.ts";
import { PAGE_BYTES } from "../layout.ts";
import { dylinkInfo, type DylinkInfo } from "./section.ts";

/** A module with a place in the shared memory and the shared table. */
export interface PlacedModule {
  readonly source: LinkModule;
  readonly info: DylinkInfo;
  /** First byte, first element. */
  readonly memoryBase: number;
  readonly tableBase: number;
}

/** A function that others find by its name. */
export interface SymbolFunction {
  readonly module: string;
  readonly name: string;
  readonly type: FunctionType;
}

/** The shared memory and table. */
export interface SharedPlan {
  /** In the order of the program. */
  readonly placed: readonly PlacedModule[];
  /** Address where the stack begins; it goes down. */
  readonly stackPointer: number;
  readonly memory: { readonly minimum: number; readonly maximum?: number };
  readonly table: { readonly minimum: number; readonly maximum?: number };
  /**
   * The function of a name: of a module that shares the memory, else of any other one of the
   * program.
   */
  function(name: string): SymbolFunction | undefined;
  /** The address of a name's data; undefined if there is none. */
  address(name: string): number | undefined;
  /** Functions whose addresses are asked for, with their indices in the table. */
  readonly addressed: ReadonlyMap<string, { readonly index: number; readonly function: SymbolFunction }>;
}

/** The modules from which addresses are imported. */
export const GOT_DATA = "GOT.mem";
export const GOT_FUNCTIONS = "GOT.func";

/** The first byte that anything lies at: address 0 is nobody's. */
const STATIC_BASE = 1024;

const STACK_BYTES = 2 ** 20;
const STACK_ALIGNMENT = 16;

/** Plans the sharing; undefined if no module of a program wants it. */
export function planSharing(modules: readonly LinkModule[]): SharedPlan | undefined {
  const placed: PlacedModule[] = [];
  let [bytes, elements] = [STATIC_BASE, 1];
  for (const source of modules) {
    const info = dylinkInfo(source.module);
    if (info === undefined) continue;
    const memoryBase = align(bytes, info.memoryAlignment);
    const tableBase = align(elements, info.tableAlignment);
    placed.push({ source, info, memoryBase, tableBase });
    [bytes, elements] = [memoryBase + info.memorySize, tableBase + info.tableSize];
  }
  if (placed.length === 0) return undefined;

  const shared = placed.map(({ source }) => source);
  const functions = functionsOf([...shared, ...modules.filter((module) => !shared.includes(module))]);
  const addressed = new Map<string, { index: number; function: SymbolFunction }>();
  for (const name of importsOf(shared, "globals", GOT_FUNCTIONS)) {
    const found = functions.get(name);
    if (found !== undefined && !addressed.has(name)) addressed.set(name, { index: elements++, function: found });
  }

  const stackLow = align(bytes, STACK_ALIGNMENT);
  const stackPointer = stackLow + STACK_BYTES;
  const memory = limitsFor(shared, "memories", Math.ceil(stackPointer / PAGE_BYTES));
  const data = dataOf(placed);
  const named = new Map([
    ["__stack_low", stackLow],
    ["__stack_high", stackPointer],
    ["__heap_base", stackPointer],
    ["__heap_end", memory.minimum * PAGE_BYTES],
  ]);
  return {
    placed,
    stackPointer,
    memory,
    table: limitsFor(shared, "tables", elements),
    function: (name) => functions.get(name),
    address: (name) => data.get(name) ?? named.get(name),
    addressed,
  };
}

const align = (at: number, alignment: number): number => Math.ceil(at / alignment) * alignment;

/** The first function of each name. */
function functionsOf(modules: readonly LinkModule[]): Map<string, SymbolFunction> {
  const found = new Map<string, SymbolFunction>();
  for (const { name: module, module: content } of modules) {
    for (const { kind, name, index } of content.exports) {
      const type = content.functions[index]?.type;
      if (kind === "function" && type !== undefined && !found.has(name)) found.set(name, { module, name, type });
    }
  }
  return found;
}

/** Addresses of data: modules export them as constants that count from their own base. */
function dataOf(placed: readonly PlacedModule[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { source, memoryBase } of placed) {
    for (const { kind, name, index } of source.module.exports) {
      const [only, ...others] = source.module.globals[index]?.initial?.instructions ?? [];
      if (kind !== "global" || only?.immediate.kind !== "i32" || others.length > 0 || found.has(name)) continue;
      found.set(name, (memoryBase + only.immediate.value) >>> 0);
    }
  }
  return found;
}

/** Names that modules import from a module. */
function importsOf(modules: readonly LinkModule[], space: "globals" | "functions", from: string): string[] {
  return modules.flatMap(({ module }) =>
    module[space].flatMap(({ imported }: { readonly imported?: ImportName }) =>
      imported?.module === from ? [imported.name] : [],
    ),
  );
}

/** Limits that fit all modules that import a memory or a table. */
function limitsFor(
  modules: readonly LinkModule[],
  space: "memories" | "tables",
  needed: number,
): { minimum: number; maximum?: number } {
  const limits = modules.flatMap(({ module }) =>
    module[space].flatMap((entry) => (entry.imported === undefined ? [] : [entry.limits])),
  );
  const maxima = limits.flatMap(({ maximum }) => maximum ?? []);
  const minimum = Math.max(needed, ...limits.map((one) => one.minimum));
  return maxima.length === 0 ? { minimum } : { minimum, maximum: Math.max(minimum, Math.min(...maxima)) };
}
