/** A generated module on the interpreter and on V8: whatever is done to both must give the same. */
import { expect } from "chai";
import { Interpreter } from "../../../verifier/interpreter/interpreter.ts";
import { Outcome, Status } from "../../../verifier/machine/codes.ts";
import { packExternal } from "../../../verifier/machine/word.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { resultsOf } from "../../../verifier/program/fragment.ts";
import { buildSession } from "../../../verifier/program/session.ts";
import {
  decodeTypedOutput,
  encodeTransactions,
  encodeTypedPayload,
  type Transaction,
  type TransactionResult,
} from "../../../verifier/program/transactions.ts";
import { initialState, load } from "../../../verifier/state/program.ts";
import type { State } from "../../../verifier/state/state.ts";
import type { FunctionType } from "../../../verifier/wasm/types.ts";
import { type GeneratedModule, INSTALL } from "../../support/generate-module.ts";
import { isReference } from "../../support/references.ts";
import { attempt } from "./v8.ts";

/** More than any generated module grows a table to. */
export const LIMITS = { tableCapacity: 2 ** 14 };

/** What a call does: its results as signed numbers, or the trap codes that it may end with. */
type Ending = { readonly values: readonly bigint[] } | { readonly traps: readonly number[] };

/** What stands for external references in V8. */
const EXTERNALS = Array.from({ length: 4 }, (_, number) => ({ number }));

/** How a module is made a program: initialized when it is linked, or by a transaction. */
export type Build = "program" | "session";

/** A program of one generated module: its transactions, from one fragment to the next. */
export class GeneratedGuest {
  readonly image: Program["image"];
  readonly instance: Program["instances"][number];
  readonly #numberOf: (name: string) => number;
  state: State;

  constructor({ bytes }: GeneratedModule, build: Build) {
    const guest = { name: "guest", bytes };
    if (build === "program") {
      const program = buildProgram([guest], { convention: "typed", limits: LIMITS });
      this.image = program.image;
      this.instance = program.instances[0]!;
      this.#numberOf = (name) => program.exports.findIndex((e) => e.name === name);
    } else {
      const session = buildSession([{ ...guest, scope: new Map() }], LIMITS);
      this.image = session.image;
      this.instance = session.instances[0]!;
      this.#numberOf = (name) => session.calls.findIndex((call) => call.kind === "invoke" && call.name === name);
    }
    this.state = initialState(this.image);
    if (build === "program") return;
    expect(this.#run(this.transaction(0, []))).to.include({ kind: Outcome.success });
    EXTERNALS.forEach((_, i) => {
      const install = this.transaction(this.#numberOf(INSTALL), [packExternal(i), BigInt(i)]);
      expect(this.#run(install)).to.include({ kind: Outcome.success });
    });
  }

  /** The transaction of a call, given by the number of the export or by its name. */
  transaction(call: number | string, args: readonly bigint[]): Transaction {
    const number = typeof call === "number" ? call : this.#numberOf(call);
    return { fuel: 5_000_000n, keep: true, payload: encodeTypedPayload(number, args) };
  }

  /** Calls an exported function and goes on from there. */
  call(name: string, args: readonly bigint[], type: FunctionType): Ending {
    const result = this.#run(this.transaction(name, args));
    if (result.kind === Outcome.trap) return { traps: [result.code] };
    expect(result.kind).to.equal(Outcome.success);
    return { values: decodeTypedOutput(result.output, type.results) };
  }

  #run(transaction: Transaction): TransactionResult {
    const interpreter = Interpreter.load(load(this.state, encodeTransactions([transaction]), 6_000_000n));
    interpreter.run(6_000_000n);
    expect(interpreter.stuck).to.equal(false);
    this.state = interpreter.save();
    expect(this.state.registers.status).to.equal(Status.yielded);
    const [result] = resultsOf(this.state);
    if (result === undefined) throw new Error("the transaction left no receipt");
    return result;
  }
}

/** Both machines. */
export class GeneratedTwin {
  readonly guest: GeneratedGuest;
  readonly #module: GeneratedModule;
  readonly #exports: WebAssembly.Exports;
  /** Which function of V8's each reference is, and the other way round. */
  readonly #functions = new Map<bigint, unknown>();
  readonly #references = new Map<unknown, bigint>();

  constructor(generated: GeneratedModule, build: Build) {
    this.#module = generated;
    this.guest = new GeneratedGuest(generated, build);
    this.#exports = new WebAssembly.Instance(new WebAssembly.Module(generated.bytes.slice())).exports;
    if (build === "session") EXTERNALS.forEach((external, i) => this.#export(INSTALL)(external, i));
  }

  /**
   * Makes all calls and compares what they give, and what is left after each. Returns how many did
   * not trap.
   */
  run(): number {
    this.#compareState("before the first call");
    let returned = 0;
    this.#module.calls.forEach(({ name, args }, i) => {
      const type = this.#module.exports.find((e) => e.name === name)?.type;
      if (type === undefined) throw new Error(`${name} is not exported`);
      const wanted = this.#callOnV8(name, args, type);
      const found = this.guest.call(name, args, type);
      if ("values" in wanted) expect(found).to.deep.equal(wanted, name);
      else expect(wanted.traps).to.include("traps" in found ? found.traps[0] : -1, name);
      if ("values" in wanted) returned++;
      this.#compareState(`after call ${i}, of ${name}`);
    });
    return returned;
  }

  #export(name: string): (...args: unknown[]) => unknown {
    return this.#exports[name] as (...args: unknown[]) => unknown;
  }

  #callOnV8(name: string, args: readonly bigint[], { params, results }: FunctionType): Ending {
    return attempt(() => {
      const result = this.#export(name)(...args.map((arg, i) => (params[i] === "i64" ? arg : Number(arg))));
      const list = (results.length === 1 ? [result] : (result ?? [])) as (number | bigint)[];
      return list.map(BigInt);
    });
  }

  /** Memory, tables and globals. */
  #compareState(when: string): void {
    const { state, instance } = this.guest;
    for (const { name, kind, index } of instance.module.exports) {
      const exported = this.#exports[name];
      const what = `${name} ${when}`;
      if (kind === "memory") this.#compareMemory(exported as WebAssembly.Memory, what);
      else if (kind === "table") this.#compareTable(index, exported as WebAssembly.Table, what);
      else if (kind === "global") {
        const bits = state.cells.get(instance.globals[index]!.cell);
        this.#compareReference((exported as WebAssembly.Global).value, bits, what);
      }
    }
    instance.globals.forEach(({ cell, entry: { type } }, i) => {
      if (isReference(type)) return;
      const value = BigInt(this.#export(`global${i}`)() as number | bigint);
      const bits = BigInt.asUintN(type.endsWith("64") ? 64 : 32, value);
      expect(state.cells.get(cell)).to.equal(bits, `global${i} ${when}`);
    });
  }

  #compareMemory({ buffer }: WebAssembly.Memory, what: string): void {
    const { registers, memory } = this.guest.state;
    expect(registers.sizes >> 192n).to.equal(BigInt(buffer.byteLength / 65_536), what);
    const found = memory.readBytes(0, buffer.byteLength / 32);
    const different = Buffer.compare(found, new Uint8Array(buffer)) !== 0;
    if (different) expect(Buffer.from(found).toString("hex")).to.equal(Buffer.from(buffer).toString("hex"), what);
  }

  #compareTable(index: number, exported: WebAssembly.Table, what: string): void {
    const { sizeCell, firstCell, capacity } = this.guest.instance.tables[index]!;
    const { cells } = this.guest.state;
    expect(cells.get(sizeCell)).to.equal(BigInt(exported.length), what);
    for (let i = 0; i < capacity && i < exported.length + 8; i++) {
      const wanted: unknown = i < exported.length ? exported.get(i) : null;
      this.#compareReference(wanted, cells.get(firstCell + i), `element ${i} of ${what}`);
    }
  }

  #compareReference(wanted: unknown, bits: bigint, what: string): void {
    if (wanted === null || bits === 0n) return (expect([wanted, bits]).to.deep.equal([null, 0n], what), undefined);
    const external = EXTERNALS.indexOf(wanted as (typeof EXTERNALS)[number]);
    if (external >= 0) return (expect(bits).to.equal(packExternal(external), what), undefined);
    // One function, one reference.
    expect(typeof wanted).to.equal("function", what);
    expect(this.#references.get(wanted) ?? bits).to.equal(bits, what);
    expect(this.#functions.get(bits) ?? wanted).to.equal(wanted, what);
    this.#references.set(wanted, bits);
    this.#functions.set(bits, wanted);
  }
}
