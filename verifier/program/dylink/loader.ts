/**
 * The loader of modules that share a memory and a table, as modules that do what Emscripten's
 * JavaScript does: they provide memory, table, bases and addresses, and call what initializes the
 * others. All addresses are known when the program is linked.
 */
import { asm, type Code } from "../../wasm/assembler.ts";
import { External, ModuleWriter } from "../../wasm/module-writer.ts";
import type { FunctionType, ImportName } from "../../wasm/types.ts";
import { LinkError } from "../errors.ts";
import { describeType, type LinkModule } from "../linkage.ts";
import { GOT_DATA, GOT_FUNCTIONS, planSharing, type PlacedModule, type SharedPlan } from "./plan.ts";

/** The module with the shared memory, table and stack pointer. */
export const SHARED_MODULE = "dylink";
const START_MODULE = "dylink_start";

/** The module from which the others import all but addresses. */
export const ENVIRONMENT = "env";

const MEMORY = "memory";
const TABLE = "__indirect_function_table";
const STACK_POINTER = "__stack_pointer";
const RESIZE = "emscripten_resize_heap";

/** The loader of a program. */
export interface Loader {
  readonly modules: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /**
   * By name of a module that shares the memory: the module that `env` stands for in its imports.
   */
  readonly environments: ReadonlyMap<string, string>;
  /** Under which name the memory is imported. */
  readonly memory: Pick<ImportName, "module" | "name">;
}

/**
 * Generates the loader; undefined if no module of a program has a section "dylink.0".
 * @throws LinkError for a module of the program that has one of the loader's names
 */
export function loaderFor(modules: readonly LinkModule[]): Loader | undefined {
  const plan = planSharing(modules);
  if (plan === undefined) return undefined;
  const taken = new Set(modules.map(({ name }) => name));
  for (const name of [SHARED_MODULE, GOT_DATA, GOT_FUNCTIONS, START_MODULE]) {
    if (taken.has(name)) throw new LinkError(name, `the name "${name}" is the loader's`, "choose another");
  }
  // The first one is everybody's, so that modules of another kind can import the memory as well.
  const environments = new Map(
    plan.placed.map(({ source: { name } }, i) => [
      name,
      i === 0 && !taken.has(ENVIRONMENT) ? ENVIRONMENT : `${ENVIRONMENT} of ${name}`,
    ]),
  );
  return {
    modules: [
      { name: SHARED_MODULE, bytes: sharedModule(plan) },
      { name: GOT_DATA, bytes: dataModule(plan) },
      { name: GOT_FUNCTIONS, bytes: functionsModule(plan) },
      ...plan.placed.map((placed) => ({
        name: environments.get(placed.source.name) ?? ENVIRONMENT,
        bytes: environmentModule(plan, placed),
      })),
      { name: START_MODULE, bytes: startModule(plan) },
    ],
    environments,
    memory: { module: SHARED_MODULE, name: MEMORY },
  };
}

const RETURN = 0x0f;
const I32_NE = 0x47;
const I32_LE_S = 0x4c;
const I32_SUB = 0x6b;
const I64_ADD = 0x7c;
const I64_SHR_U = 0x88;
const I32_WRAP = 0xa7;
const I64_EXTEND_U = 0xad;
const MEMORY_SIZE: Code = [0x3f, 0];
const MEMORY_GROW: Code = [0x40, 0];

const RESIZE_TYPE: FunctionType = { params: ["i32"], results: ["i32"] };

function sharedModule({ memory, table, stackPointer }: SharedPlan): Uint8Array {
  const writer = new ModuleWriter();
  writer.memory(memory);
  writer.table(table);
  writer.global("i32", true, asm.i32(stackPointer));
  writer.export(MEMORY, External.memory, 0);
  writer.export(TABLE, External.table, 0);
  writer.export(STACK_POINTER, External.global, 0);
  // (bytes) → whether the memory has so many.
  const pages: Code = [asm.get(0), I64_EXTEND_U, asm.i64(0xffffn), I64_ADD, asm.i64(16n), I64_SHR_U, I32_WRAP];
  const missing: Code = [pages, MEMORY_SIZE, I32_SUB];
  const resize = writer.function({
    name: RESIZE,
    type: RESIZE_TYPE,
    locals: ["i32"],
    body: [
      [missing, asm.tee(1), asm.i32(0), I32_LE_S, asm.when(asm.i32(1), RETURN)],
      [asm.get(1), MEMORY_GROW, asm.i32(-1), I32_NE],
    ],
  });
  writer.export(RESIZE, External.function, resize);
  return writer.bytes();
}

/** What a module imports from another one, by name, each name once. */
function importsOf({ source }: PlacedModule, space: "functions" | "globals", from: string): ImportName[] {
  const found = new Map<string, ImportName>();
  for (const { imported } of source.module[space]) if (imported?.module === from) found.set(imported.name, imported);
  return [...found.values()];
}

/**
 * Addresses of data, as variables. What has none is not exported: importing it is an error, unless
 * it may be missing.
 */
function dataModule(plan: SharedPlan): Uint8Array {
  const writer = new ModuleWriter();
  exportAddresses(plan, GOT_DATA, writer, (name) => plan.address(name));
  return writer.bytes();
}

/** Indices of functions, as variables, and the table's elements that they mean. */
function functionsModule(plan: SharedPlan): Uint8Array {
  const writer = new ModuleWriter();
  const { addressed, table } = plan;
  const functions = [...addressed.values()].map(({ function: { module, name, type } }) =>
    writer.importFunction(module, name, type),
  );
  writer.importTable(SHARED_MODULE, TABLE, "funcref", { minimum: table.minimum });
  exportAddresses(plan, GOT_FUNCTIONS, writer, (name) => addressed.get(name)?.index);
  const [first] = addressed.values();
  if (first !== undefined) writer.elements(functions, asm.i32(first.index));
  return writer.bytes();
}

function exportAddresses(
  { placed }: SharedPlan,
  from: string,
  writer: ModuleWriter,
  addressOf: (name: string) => number | undefined,
): void {
  const addresses = new Map<string, number>();
  for (const one of placed) {
    for (const imported of importsOf(one, "globals", from)) {
      const address = addressOf(imported.name) ?? (one.info.isWeak(imported) ? 0 : undefined);
      if (address !== undefined) addresses.set(imported.name, address);
    }
  }
  [...addresses].forEach(([name, address], i) => {
    writer.global("i32", true, asm.i32(address));
    writer.export(name, External.global, i);
  });
}

/** What `env` stands for in the imports of one module. */
function environmentModule(plan: SharedPlan, placed: PlacedModule): Uint8Array {
  const writer = new ModuleWriter();
  for (const { name } of importsOf(placed, "functions", ENVIRONMENT)) {
    const found =
      plan.function(name) ?? (name === RESIZE ? { module: SHARED_MODULE, name, type: RESIZE_TYPE } : undefined);
    if (found === undefined) continue;
    writer.export(name, External.function, writer.importFunction(found.module, found.name, found.type));
  }
  writer.importMemory(SHARED_MODULE, MEMORY, { minimum: 0 });
  writer.importTable(SHARED_MODULE, TABLE, "funcref", { minimum: 0 });
  writer.importGlobal(SHARED_MODULE, STACK_POINTER, "i32", true);
  writer.global("i32", false, asm.i32(placed.memoryBase));
  writer.global("i32", false, asm.i32(placed.tableBase));
  writer.export(MEMORY, External.memory, 0);
  writer.export(TABLE, External.table, 0);
  [STACK_POINTER, "__memory_base", "__table_base"].forEach((name, i) => writer.export(name, External.global, i));
  return writer.bytes();
}

/** Addresses in data first, of all modules, then what runs before anything else does. */
const INITIALIZERS = ["__wasm_apply_data_relocs", "__wasm_call_ctors"];

function startModule({ placed }: SharedPlan): Uint8Array {
  const writer = new ModuleWriter();
  const type: FunctionType = { params: [], results: [] };
  const calls = INITIALIZERS.flatMap((wanted) =>
    placed.flatMap(({ source: { name: owner, module } }) => {
      const found = module.exports.find(({ kind, name }) => kind === "function" && name === wanted);
      const own = found === undefined ? undefined : module.functions[found.index]?.type;
      return own !== undefined && describeType(own) === describeType(type)
        ? [asm.call(writer.importFunction(owner, wanted, type))]
        : [];
    }),
  );
  writer.start(writer.function({ name: "initialize", type, body: calls }));
  return writer.bytes();
}
