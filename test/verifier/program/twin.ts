/**
 * The same modules in a session on the reference step function and on V8: whatever is done to both
 * must give the same.
 */
import { expect } from "chai";
import { Outcome, TRAP_TEXT } from "../../../verifier/machine/codes.ts";
import { packExternal, packReference } from "../../../verifier/machine/word.ts";
import type { CodeFunction, Instance } from "../../../verifier/program/linkage.ts";
import { buildSession, type Session, type SessionModule } from "../../../verifier/program/session.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import type { ValueType } from "../../../verifier/wasm/types.ts";
import { MapMachine } from "./map-access.ts";
import { attempt } from "./v8.ts";

/** A module of a session; a module name of its imports stands for the module at that position. */
export type TwinModule = SessionModule;

/** How something ended: the bits of results, or the trap codes that it may have ended with. */
type Ending = { readonly values: readonly bigint[] } | { readonly traps: readonly number[] };

/** More than any test grows a memory or table to. */
export const TWIN_LIMITS = { memoryPages: 4096, tableCapacity: 8192 };

/** An object for each external reference. */
const EXTERNALS = Array.from({ length: 8 }, (_, number) => ({ number }));

/** The bits of an external reference. */
export const external = (number: number): bigint => packExternal(number);

export class Twin {
  readonly session: Session;
  readonly machine: MapMachine;
  readonly modules: readonly TwinModule[];
  /** Called before every step. */
  watch: ((pc: number) => void) | undefined;
  readonly #instances: (WebAssembly.Instance | undefined)[] = [];
  /** Which function of V8's each reference is, and the other way round. */
  readonly #functions = new Map<bigint, unknown>();
  readonly #references = new Map<unknown, bigint>();

  constructor(modules: readonly TwinModule[]) {
    this.modules = modules;
    this.session = buildSession(modules, TWIN_LIMITS);
    this.machine = new MapMachine(this.session.image);
  }

  /**
   * Instantiates a module on both, and compares all state.
   * @returns whether it did not trap
   */
  instantiate(position: number): boolean {
    const source = this.modules[position];
    if (source === undefined) throw new RangeError(`there is no module ${position}`);
    const imports: Record<string, WebAssembly.ModuleImports> = {};
    for (const [name, from] of source.scope) {
      imports[name] = this.#instances[from]?.exports ?? {};
    }
    const module = new WebAssembly.Module(source.bytes.slice());
    const wanted = attempt(() => {
      this.#instances[position] = new WebAssembly.Instance(module, imports);
      return [];
    });
    this.#same(wanted, this.#transact(this.#callOf(position, undefined), []), `instantiation of ${position}`);
    this.compareState();
    return "values" in wanted;
  }

  /**
   * Calls an exported function on both with the same arguments, given by their bits, and gives the
   * bits of its results, or the trap.
   */
  invoke(position: number, name: string, args: readonly bigint[] = []): string {
    const number = this.#callOf(position, name);
    const call = this.session.calls[number];
    if (call?.kind !== "invoke") throw new RangeError(`module ${position} exports no function ${name}`);
    const { params, results } = call.type;
    const instance = this.#instances[position];
    if (instance === undefined) throw new RangeError(`module ${position} has no instance`);
    const fn = instance.exports[name] as (...args: unknown[]) => unknown;
    const found = this.#transact(number, args);
    const wanted = attempt(() => {
      const result = fn(...args.map((arg, i) => this.#toV8(params[i] ?? "i32", arg)));
      return results.length === 1 ? [result] : ((result ?? []) as unknown[]);
    });
    if ("values" in wanted && "values" in found) {
      expect(found.values.length).to.equal(results.length, name);
      wanted.values.forEach((value, i) => {
        this.#sameValue(results[i] ?? "i32", value, found.values[i] ?? -1n, `result ${i} of ${name}`);
      });
      return found.values.join(" ");
    }
    this.#same(wanted, found, name);
    return "traps" in found ? (TRAP_TEXT.get(found.traps[0] ?? 0) ?? "?") : "";
  }

  /** The bits of a reference to an exported function. */
  reference(position: number, name: string): bigint {
    const instance = this.session.instances[position];
    const exported = instance?.module.exports.find((e) => e.kind === "function" && e.name === name);
    const target = instance?.functions[exported?.index ?? -1];
    if (target?.kind !== "code") throw new RangeError(`module ${position} exports no function ${name}`);
    return referenceTo(target);
  }

  /** Compares all memories, tables and globals that instances of both export. */
  compareState(): void {
    this.#instances.forEach((instance, position) => {
      const own = this.session.instances[position];
      if (instance === undefined || own === undefined) return;
      for (const { name, kind, index } of own.module.exports) {
        const exported = instance.exports[name];
        const place = `${kind} ${name} of ${position}`;
        if (kind === "memory") this.#compareMemory(own, index, exported as WebAssembly.Memory, place);
        else if (kind === "table") this.#compareTable(own, index, exported as WebAssembly.Table, place);
        else if (kind === "global") {
          const bits = this.machine.access.trees.cells.get(own.globals[index]?.cell ?? 0);
          this.#sameValue(
            own.module.globals[index]?.type ?? "i32",
            (exported as WebAssembly.Global).value,
            bits,
            place,
          );
        } else this.#compareFunction(own, index, exported, place);
      }
    });
  }

  #compareMemory({ memories }: Instance, index: number, exported: WebAssembly.Memory, place: string): void {
    const memory = memories[index];
    if (memory === undefined) throw new RangeError(`there is no ${place}`);
    const bytes = new Uint8Array(exported.buffer);
    const { sizeIndex, region } = memory;
    const pages =
      sizeIndex < 4
        ? BigInt.asUintN(64, this.machine.registers.sizes >> BigInt(192 - 64 * sizeIndex))
        : this.machine.access.trees.cells.get(sizeIndex);
    expect(pages).to.equal(BigInt(bytes.length / 65_536), place);
    const leaves = this.machine.regionLeaves;
    for (const [leaf, value] of this.machine.access.trees.memory.map) {
      if (Math.floor(leaf / leaves) !== region) continue;
      const wanted = Buffer.from(bytes.buffer, 32 * (leaf % leaves), 32).toString("hex");
      expect(value.toString(16).padStart(64, "0")).to.equal(wanted, `${place} at ${32 * (leaf % leaves)}`);
    }
    const set = [...this.machine.access.trees.memory.map.keys()].filter((leaf) => Math.floor(leaf / leaves) === region);
    const known = new Set(set.map((leaf) => leaf % leaves));
    const words = new BigUint64Array(exported.buffer);
    const unknown = words.findIndex((word, i) => word !== 0n && !known.has(Math.floor(i / 4)));
    expect(unknown).to.equal(-1, `${place}, eight bytes that only V8 has`);
  }

  #compareTable({ tables }: Instance, index: number, exported: WebAssembly.Table, place: string): void {
    const table = tables[index];
    if (table === undefined) throw new RangeError(`there is no ${place}`);
    const { cells } = this.machine.access.trees;
    expect(cells.get(table.sizeCell)).to.equal(BigInt(exported.length), place);
    for (let i = 0; i < exported.length; i++) {
      const bits = cells.get(table.firstCell + i);
      this.#sameValue(table.entry.type, exported.get(i), bits, `${place}, element ${i}`);
    }
    const end = table.firstCell + table.capacity;
    const beyond = [...cells.map.keys()].filter((cell) => cell >= table.firstCell + exported.length && cell < end);
    expect(beyond).to.deep.equal([], `${place}, elements beyond its size`);
  }

  /** An exported function, if there is a reference to it, has one and only one. */
  #compareFunction({ functions }: Instance, index: number, exported: unknown, place: string): void {
    const target = functions[index];
    if (target?.kind !== "code") return;
    this.#sameValue("funcref", exported, referenceTo(target), place);
  }

  #callOf(module: number, name: string | undefined): number {
    return this.session.calls.findIndex(
      (call) => call.module === module && (call.kind === "invoke" ? call.name : undefined) === name,
    );
  }

  #transact(call: number, args: readonly bigint[]): Ending {
    const payload = encodeTypedPayload(call, args);
    this.machine.load(encodeTransactions([{ fuel: 5_000_000n, keep: true, payload }]), 10_000_000n);
    this.machine.run(this.watch);
    const [result] = this.machine.results();
    if (result?.kind === Outcome.trap) return { traps: [result.code] };
    if (result?.kind !== Outcome.success) throw new Error(`status ${this.machine.registers.status}`);
    const view = new DataView(result.output.buffer);
    return { values: Array.from({ length: result.output.length / 8 }, (_, i) => view.getBigUint64(8 * i, true)) };
  }

  #same(wanted: { values: readonly unknown[] } | { traps: readonly number[] }, found: Ending, what: string): void {
    const describe = (ending: object): string => ("traps" in ending ? `traps ${String(ending.traps)}` : "success");
    if ("traps" in wanted && "traps" in found) expect(wanted.traps, what).to.include(found.traps[0]);
    else expect(describe(found)).to.equal(describe(wanted), what);
  }

  #toV8(type: ValueType, bits: bigint): unknown {
    if (type === "i64") return BigInt.asIntN(64, bits);
    if (type === "externref") return bits === 0n ? null : EXTERNALS[Number(BigInt.asUintN(32, bits))];
    if (type !== "funcref") return Number(BigInt.asIntN(32, bits));
    if (bits === 0n) return null;
    const known = this.#functions.get(bits);
    if (known === undefined) throw new RangeError(`no function of V8's is known for ${bits}`);
    return known;
  }

  #sameValue(type: ValueType, wanted: unknown, found: bigint, what: string): void {
    if (type === "i32") expect(found).to.equal(BigInt.asUintN(32, BigInt(wanted as number)), what);
    else if (type === "i64") expect(found).to.equal(BigInt.asUintN(64, wanted as bigint), what);
    else if (wanted === null) expect(found).to.equal(0n, what);
    else if (type === "externref") {
      expect(found).to.equal(packExternal(EXTERNALS.indexOf(wanted as (typeof EXTERNALS)[number])), what);
    } else {
      expect(typeof wanted).to.equal("function", what);
      const known = this.#references.get(wanted) ?? found;
      expect(found).to.equal(known, what);
      expect(this.#functions.get(found) ?? wanted).to.equal(wanted, what);
      this.#functions.set(found, wanted);
      this.#references.set(wanted, found);
    }
  }
}

function referenceTo({ typeId, frame, entry }: CodeFunction): bigint {
  return packReference({ type: typeId, frame, entry });
}
