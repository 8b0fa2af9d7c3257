/**
 * Makes modules of generated code: one of the whole program, and small ones that take up frames
 * where they paused.
 */
import { Crash } from "../errors.ts";
import { PAGE_BYTES } from "../interpreter/core.ts";
import { type Header, packHeader } from "../machine/record.ts";
import { LEAF_BYTES } from "../merkle/leaf.ts";
import { sameBytes } from "../merkle/same-bytes.ts";
import type { Tree } from "../merkle/tree.ts";
import type { State } from "../state/state.ts";
import { asm } from "../wasm/assembler.ts";
import type { ByteWriter } from "../wasm/byte-writer.ts";
import { External, ModuleWriter } from "../wasm/module-writer.ts";
import { emitContinuation, emitFunction } from "./emit.ts";
import { tidyUp } from "./garbage.ts";
import { CONTINUATION, entryContinuation, PIECES, piecesFunction, sideBytes, stubFunction } from "./helpers.ts";
import { carrier, type IndexSpace, instrumented } from "./index-space.ts";
import { nativeSignature, type NativeSignature, type NativeType } from "./native-type.ts";
import { type FunctionPlan, Planner, type Site } from "./plan.ts";
import { type EngineProgram, ProgramParts, type InterpretedFunction } from "./program-parts.ts";
import { NotNative } from "./not-native.ts";

/** Names of exports and imports. */
export const NAMES = {
  side: "side",
  limit: "limit",
  pieces: "pieces",
  function: (id: number): string => `f${id}`,
  memory: (region: number): string => `m${region}`,
  table: (firstCell: number): string => `t${firstCell}`,
  global: (cell: number): string => `g${cell}`,
} as const;

/** The module name of all imports of generated code. */
export const IMPORTS = "e";

/** The one export of a continuation's module. */
export const CONTINUE = "run";

/**
 * Bytes of a function's code, and of a continuation with the loops that it peels, at most: V8
 * takes 7,654,321.
 */
const MAX_FUNCTION = 2_000_000;
const MAX_CONTINUATION = 7_500_000;

/** Bytes of generated code from which on it is worth while to give back what making it took. */
const LARGE = 2 ** 20;

/** Slots of the stack image, at most. */
const MAX_SLOTS = 2 ** 24;

/** A compiled program; it holds nothing of any run. */
export class CompiledProgram {
  readonly parts: ProgramParts;
  /** By function id; undefined for functions that are interpreted. */
  readonly plans: (FunctionPlan | undefined)[];
  readonly module: WebAssembly.Module;
  /** Slots that frames may occupy natively. */
  readonly slots: number;
  /** Slots of the largest frame. */
  readonly largestFrame: number;
  /** The shape of its states. */
  readonly header: Header;
  readonly #code: Uint8Array;
  readonly #planner: Planner;
  /** Code trees that were found to be the program's. */
  readonly #codeTrees = new WeakSet<Tree>();
  readonly #tooLarge: InterpretedFunction[] = [];
  readonly #continuations = new Map<Site, WebAssembly.Module | undefined>();

  constructor(program: EngineProgram) {
    this.parts = new ProgramParts(program);
    const { code, header } = program.image;
    if (!(code instanceof Uint8Array)) throw new Crash("the engine takes code as bytes");
    this.#code = code;
    this.header = header;
    this.slots = Math.min(header.slotLimit, MAX_SLOTS);
    this.largestFrame = this.parts.functions.reduce((most, { frame }) => Math.max(most, frame), 0);
    this.#planner = new Planner(this.parts);
    this.plans = this.parts.functions.map(() => undefined);
    const bytes = this.#mainModule().bytes();
    this.module = new WebAssembly.Module(bytes);
    if (bytes.length > LARGE) tidyUp();
  }

  /** Where its functions pause, by id. */
  get sites(): readonly Site[] {
    return this.#planner.sites;
  }

  /** Functions that are interpreted, and why. */
  get interpreted(): readonly InterpretedFunction[] {
    return [...this.parts.interpreted, ...this.#tooLarge];
  }

  /** Throws a NotNative if a state is none of the program's. */
  requireState({ header, code, stack, memory, cells }: State): void {
    if (packHeader(header) !== packHeader(this.header)) throw new NotNative("the header is another one");
    if (!this.#hasCode(code)) throw new NotNative("the code is another one");
    const fits =
      stack.depth === header.stackDepth && memory.depth === header.memoryDepth && cells.depth === header.cellsDepth;
    if (!fits) throw new NotNative("a tree has another depth than the header says");
  }

  /** The module that takes up a frame at a site; undefined if it would be too large. */
  continuation(site: Site): WebAssembly.Module | undefined {
    if (this.#continuations.has(site)) return this.#continuations.get(site);
    const bytes = this.#continuationModule(site).bytes();
    const module = bytes.length > MAX_CONTINUATION ? undefined : new WebAssembly.Module(bytes);
    this.#continuations.set(site, module);
    return module;
  }

  /** Whether a function can be called natively, be it only to pause. */
  signature(id: number): NativeSignature | undefined {
    const fn = this.parts.functions[id];
    if (fn === undefined) return undefined;
    try {
      return nativeSignature(fn.type);
    } catch (error) {
      if (error instanceof NotNative) return undefined;
      throw error;
    }
  }

  #hasCode(tree: Tree): boolean {
    if (this.#codeTrees.has(tree)) return true;
    const words = this.#code.length / LEAF_BYTES;
    if (tree.depth !== this.header.codeDepth || tree.end() > Math.ceil(words / 128) * 128) return false;
    const leaves = tree.readBytes(0, Math.min(2 ** tree.depth, Math.max(words, tree.end())));
    if (!sameBytes(leaves.subarray(0, this.#code.length), this.#code)) return false;
    if (leaves.subarray(this.#code.length).some((byte) => byte !== 0)) return false;
    this.#codeTrees.add(tree);
    return true;
  }

  /** The place where a function that is interpreted pauses. */
  #stubSite(id: number): Site {
    const pc = this.parts.functions[id]!.entry;
    const height = this.parts.code.top(pc);
    const site: Site = {
      id: this.#planner.sites.length,
      fn: id,
      kind: "escape",
      at: 0,
      pc,
      height,
      stack: [],
      threshold: Infinity,
    };
    this.#planner.sites.push(site);
    return site;
  }

  #mainModule(): ModuleWriter {
    const { memories, tables, globals, functions } = this.parts;
    const module = new ModuleWriter();
    const indices = new Map<number, number>();
    for (const { id } of functions) if (this.signature(id) !== undefined) indices.set(id, indices.size);
    const cells = new Map([...globals.keys()].map((cell, i) => [cell, i]));
    const space: IndexSpace = {
      type: (signature) => module.type(signature),
      function: (id) => known(indices.get(id)),
      global: (cell) => known(cells.get(cell)),
      memory: (region) => known(memories.findIndex((memory) => memory.region === region)),
      table: (firstCell) => known(tables.findIndex((table) => table.firstCell === firstCell)),
      side: memories.length,
      frameLimit: cells.size,
      pieces: indices.size,
    };
    for (const { entry, maximum } of memories) module.memory({ minimum: entry.limits.minimum, maximum });
    const sidePages = Math.ceil(sideBytes(this.slots) / PAGE_BYTES);
    module.memory({ minimum: sidePages, maximum: sidePages });
    for (const { capacity } of tables) module.table({ minimum: capacity, maximum: capacity });
    for (const type of globals.values()) {
      const zero = carrier(type) === "i32" ? asm.i32(0) : asm.i64(0n);
      module.global(carrier(type), true, zero);
    }
    module.global("i64", true, asm.i64(0n));
    for (const id of indices.keys()) {
      const signature = known(this.signature(id));
      const body = this.#emit(id, space) ?? stubFunction(signature, this.#stubSite(id), space);
      module.functionOf(instrumented(signature), body);
      module.export(NAMES.function(id), External.function, space.function(id));
    }
    module.functionOf(PIECES, piecesFunction(space.side));
    module.export(NAMES.pieces, External.function, space.pieces);
    module.export(NAMES.side, External.memory, space.side);
    module.export(NAMES.limit, External.global, space.frameLimit);
    memories.forEach(({ region }, i) => module.export(NAMES.memory(region), External.memory, i));
    tables.forEach(({ firstCell }, i) => module.export(NAMES.table(firstCell), External.table, i));
    for (const [cell, i] of cells) module.export(NAMES.global(cell), External.global, i);
    return module;
  }

  /** A function's code; undefined if it is interpreted. */
  #emit(id: number, space: IndexSpace): ByteWriter | undefined {
    const source = this.parts.bodies[id];
    if (source === undefined) return undefined;
    // Planned and emitted one by one, the instructions of two functions are never needed at once.
    const plan = this.#planner.plan(source);
    const body = emitFunction(plan, this.parts, space);
    // Callers of a leaf count on it not to pause.
    if (plan.isLeaf || body.length <= MAX_FUNCTION) {
      this.plans[id] = plan;
      return body;
    }
    this.#tooLarge.push({ fn: source.fn, reason: `its code has ${body.length} bytes` });
    return undefined;
  }

  #continuationModule(site: Site): ModuleWriter {
    const plan = this.plans[site.fn];
    const signature = this.signature(site.fn);
    if (plan === undefined || signature === undefined) throw new Crash(`site ${site.id} cannot be taken up`);
    const module = new ModuleWriter();
    const space = new ImportingSpace(module, this);
    const body =
      site.kind === "entry"
        ? entryContinuation(space.function(site.fn), signature, space)
        : emitContinuation(plan, site, this.parts, space);
    module.functionOf(CONTINUATION, body);
    module.export(CONTINUE, External.function, space.functions);
    return module;
  }
}

/** Indices of imports, which are made when they are asked for first. */
class ImportingSpace implements IndexSpace {
  readonly side: number;
  readonly #module: ModuleWriter;
  readonly #program: CompiledProgram;
  readonly #functions = new Map<string, number>();
  readonly #globals = new Map<string, number>();
  readonly #memories = new Map<string, number>();
  readonly #tables = new Map<string, number>();

  constructor(module: ModuleWriter, program: CompiledProgram) {
    this.#module = module;
    this.#program = program;
    // V8 is fastest with memory 0, so the guest's come first.
    for (const { region } of program.parts.memories) this.memory(region);
    this.side = program.parts.memories.length;
    module.importMemory(IMPORTS, NAMES.side, { minimum: 0 });
  }

  /** Functions imported. */
  get functions(): number {
    return this.#functions.size;
  }

  get frameLimit(): number {
    return this.#index(this.#globals, NAMES.limit, (name) => this.#module.importGlobal(IMPORTS, name, "i64", true));
  }

  get pieces(): number {
    return this.#index(this.#functions, NAMES.pieces, (name) => this.#module.importFunction(IMPORTS, name, PIECES));
  }

  type(signature: NativeSignature): number {
    return this.#module.type(signature);
  }

  function(id: number): number {
    const signature = instrumented(known(this.#program.signature(id)));
    return this.#index(this.#functions, NAMES.function(id), (name) =>
      this.#module.importFunction(IMPORTS, name, signature),
    );
  }

  global(cell: number, type: NativeType): number {
    return this.#index(this.#globals, NAMES.global(cell), (name) =>
      this.#module.importGlobal(IMPORTS, name, carrier(type), true),
    );
  }

  memory(region: number): number {
    return this.#index(this.#memories, NAMES.memory(region), (name) =>
      this.#module.importMemory(IMPORTS, name, { minimum: 0 }),
    );
  }

  table(firstCell: number): number {
    return this.#index(this.#tables, NAMES.table(firstCell), (name) =>
      this.#module.importTable(IMPORTS, name, "funcref", { minimum: 0 }),
    );
  }

  #index(indices: Map<string, number>, name: string, add: (name: string) => void): number {
    const index = indices.get(name);
    if (index !== undefined) return index;
    indices.set(name, indices.size);
    add(name);
    return indices.size - 1;
  }
}

function known<T>(found: T | undefined): T {
  if (found === undefined || found === -1) throw new Crash("generated code refers to something that is not there");
  return found;
}
