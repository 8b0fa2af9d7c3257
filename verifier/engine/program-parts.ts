/** A program as the engine sees it: everything by its place in the machine. */
import { Crash } from "../errors.ts";
import type { Program } from "../program/build.ts";
import type { CodeFunction, LinkedMemory, LinkedTable } from "../program/linkage.ts";
import { type Body, BodyReader, type Step } from "./body.ts";
import { CodeWords } from "./code-words.ts";
import { type NanFlow, nanFlow } from "./nan-flow.ts";
import { nativeSignature, type NativeType, nativeType, signatureKey } from "./native-type.ts";
import type { PlanContext } from "./plan.ts";
import { NotNative } from "./not-native.ts";

/** What the engine needs of a program. */
export type EngineProgram = Pick<Program, "image" | "map" | "functions" | "instances">;

/** A function that is interpreted. */
export interface InterpretedFunction {
  readonly fn: CodeFunction;
  /** Completes "it is interpreted, because …". */
  readonly reason: string;
}

/** A table that native code calls through. */
export type NativeTable = Pick<LinkedTable, "firstCell" | "capacity">;

/** Most elements of a native table: all of them are compared with the cells at every load. */
const MAX_TABLE = 2 ** 17;

export class ProgramParts implements PlanContext {
  readonly functions: readonly CodeFunction[];
  readonly code: CodeWords;
  /** By function id. */
  readonly bodies: readonly (Body | undefined)[];
  readonly interpreted: readonly InterpretedFunction[];
  /** Linear memories in the order of their regions, which is that of their indices natively. */
  readonly memories: readonly LinkedMemory[];
  readonly tables: readonly NativeTable[];
  /** Type ids by native signature. */
  readonly #signatures = new Map<string, Set<number>>();
  readonly #globals = new Map<number, NativeType>();
  readonly #nans = new WeakMap<Body, NanFlow>();
  readonly #ambiguous: ReadonlySet<number>;

  constructor({ image, map, functions, instances }: EngineProgram) {
    this.functions = functions;
    if (!(image.code instanceof Uint8Array)) throw new Crash("the engine takes code as bytes");
    this.code = new CodeWords(image.code, map);
    const guests = instances.filter(({ isDriver }) => !isDriver);
    const memories = new Map(guests.flatMap((instance) => instance.memories.map((memory) => [memory.region, memory])));
    this.memories = [...memories.values()].sort((a, b) => a.region - b.region);
    const tables = new Map(guests.flatMap((instance) => instance.tables.map((table) => [table.firstCell, table])));
    this.tables = [...tables.values()].filter(({ capacity }) => capacity <= MAX_TABLE);
    const refused: InterpretedFunction[] = [];
    const reader = new BodyReader(this.code);
    this.bodies = functions.map((fn) => {
      try {
        return this.#read(fn, reader);
      } catch (error) {
        if (!(error instanceof NotNative)) throw error;
        refused.push({ fn, reason: error.message });
        return undefined;
      }
    });
    this.interpreted = refused;
    this.#ambiguous = new Set([...this.#signatures.values()].flatMap((ids) => (ids.size > 1 ? [...ids] : [])));
  }

  /** Globals of native functions by cell. */
  get globals(): ReadonlyMap<number, NativeType> {
    return this.#globals;
  }

  calleeOf(body: Pick<Body, "fn">, { immediate }: Step): number {
    const callee = immediate.kind === "function" ? body.fn.instance.functions[immediate.function] : undefined;
    if (callee?.kind !== "code") throw new Crash("the step calls no function with code");
    return callee.id;
  }

  typeIdOf({ pc }: Step): number {
    return this.code.typeId(pc);
  }

  isAmbiguous(typeId: number): boolean {
    return this.#ambiguous.has(typeId);
  }

  /** First cell of the table that an indirect call goes through. */
  tableOf(fn: CodeFunction, { immediate }: Step): number {
    const table = immediate.kind === "indirect" ? fn.instance.tables[immediate.table] : undefined;
    if (table === undefined) throw new Crash("the step goes through no table");
    return table.firstCell;
  }

  regionOf(fn: CodeFunction, memory: number): number {
    return this.#memory(fn, memory).region;
  }

  /** Pages that a memory can grow to. */
  maximumOf(fn: CodeFunction, memory: number): number {
    return this.#memory(fn, memory).maximum;
  }

  globalOf(fn: CodeFunction, index: number): { cell: number; type: NativeType } {
    const found = fn.instance.globals[index];
    if (found === undefined) throw new Crash(`there is no global ${index}`);
    return { cell: found.cell, type: nativeType(found.entry.type) };
  }

  #memory(fn: CodeFunction, memory: number): LinkedMemory {
    const found = fn.instance.memories[memory];
    if (found === undefined) throw new Crash(`there is no memory ${memory}`);
    return found;
  }

  /** Where NaNs of a function have to be canonical. */
  nansOf(body: Body): NanFlow {
    const known = this.#nans.get(body) ?? nanFlow(body);
    this.#nans.set(body, known);
    return known;
  }

  #read(fn: CodeFunction, reader: BodyReader): Body {
    this.#note(fn.typeId, signatureKey(nativeSignature(fn.type)));
    if (fn.wraps !== undefined) throw new NotNative("it is a function of the machine");
    if (fn.instance.isDriver) throw new NotNative("it belongs to the driver");
    if (fn.missing !== undefined) throw new NotNative("nobody provides it");
    const body = reader.read(fn);
    const globals: (readonly [number, NativeType])[] = [];
    for (const step of body.steps) {
      if (step.immediate.kind === "global") {
        const { cell, type } = this.globalOf(fn, step.immediate.global);
        globals.push([cell, type]);
      }
      if (step.treatment !== "indirect" || step.callType === undefined) continue;
      this.#note(this.typeIdOf(step), signatureKey(step.callType));
      const table = this.tableOf(fn, step);
      if (!this.tables.some(({ firstCell }) => firstCell === table))
        throw new NotNative(`it calls through a table of more than ${MAX_TABLE} elements`);
    }
    for (const [cell, type] of globals) this.#globals.set(cell, type);
    return body;
  }

  #note(typeId: number, signature: string): void {
    const ids = this.#signatures.get(signature) ?? new Set();
    ids.add(typeId);
    this.#signatures.set(signature, ids);
  }
}
