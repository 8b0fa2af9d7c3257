import { expect } from "chai";
import { parse } from "@bytecodealliance/jco";
import { packExternal, unpackReference, ReferenceTag } from "../../../verifier/machine/word.ts";
import { LinkError } from "../../../verifier/program/errors.ts";
import { buildSession, type Session, type SessionModule } from "../../../verifier/program/session.ts";
import { encodeTransactions, encodeTypedPayload } from "../../../verifier/program/transactions.ts";
import { describeOutcome, MapMachine } from "./map-access.ts";

/** A module as text, and the names that its imports use. */
interface Text {
  readonly text: string;
  readonly scope?: Readonly<Record<string, number>>;
}

async function modulesOf(texts: readonly Text[]): Promise<SessionModule[]> {
  return Promise.all(
    texts.map(async ({ text, scope = {} }, i) => ({
      name: `module ${i}`,
      bytes: await parse(`(module ${text})`),
      scope: new Map(Object.entries(scope)),
    })),
  );
}

/** A session and its machine. */
class Play {
  readonly session: Session;
  readonly machine: MapMachine;

  constructor(session: Session) {
    this.session = session;
    this.machine = new MapMachine(session.image);
  }

  static async of(...texts: readonly Text[]): Promise<Play> {
    return new Play(buildSession(await modulesOf(texts), { memoryPages: 8 }));
  }

  instantiate(module: number): string {
    return this.#transact(this.session.calls.findIndex((c) => c.kind === "instantiate" && c.module === module));
  }

  invoke(module: number, name: string, ...args: bigint[]): string {
    const call = this.session.calls.findIndex((c) => c.kind === "invoke" && c.module === module && c.name === name);
    return this.#transact(call, args);
  }

  /** Results as unsigned numbers, or how the transaction ended. */
  #transact(call: number, args: readonly bigint[] = []): string {
    const payload = encodeTypedPayload(call, args);
    this.machine.load(encodeTransactions([{ fuel: 1_000_000n, keep: true, payload }]), 10_000_000n);
    this.machine.run();
    const [result] = this.machine.results();
    if (result === undefined) return `status ${this.machine.registers.status}`;
    if (result.kind !== 0) return describeOutcome(result);
    const view = new DataView(result.output.buffer);
    return Array.from({ length: result.output.length / 8 }, (_, i) => view.getBigUint64(8 * i, true)).join(" ");
  }
}

describe("sessions", () => {
  it("instantiate modules when a transaction says so, in any order", async () => {
    const play = await Play.of(
      {
        text: `(memory (export "m") 1) (data (i32.const 0) "a") (func (export "get") (result i32) (i32.load (i32.const 0)))`,
      },
      { text: `(import "first" "m" (memory 1)) (data (i32.const 1) "b")`, scope: { first: 0 } },
    );
    expect(play.invoke(0, "get")).to.equal("0");
    expect(play.instantiate(1)).to.equal("");
    expect(play.invoke(0, "get")).to.equal(String(0x6200));
    expect(play.instantiate(0)).to.equal("");
    expect(play.invoke(0, "get")).to.equal(String(0x6261));
  });

  it("keep what an instantiation did before it trapped", async () => {
    const play = await Play.of(
      {
        text: `(memory (export "m") 1) (table (export "t") 4 funcref) (func (export "get") (result i32) (i32.load (i32.const 0)))
          (func (export "is-null") (param i32) (result i32) (ref.is_null (table.get (local.get 0))))`,
      },
      {
        text: `(import "first" "m" (memory 1)) (import "first" "t" (table 4 funcref)) (func $f)
          (elem (i32.const 1) $f) (data (i32.const 0) "x") (data (i32.const 65536) "y") (data (i32.const 1) "z")`,
        scope: { first: 0 },
      },
      {
        text: `(import "first" "m" (memory 1)) (data (i32.const 2) "s") (start $s) (func $s unreachable)`,
        scope: { first: 0 },
      },
    );
    expect(play.instantiate(0)).to.equal("");
    expect(play.instantiate(1)).to.equal("out of bounds memory access");
    expect(play.instantiate(2)).to.equal("unreachable");
    expect(play.invoke(0, "get")).to.equal(String(0x730078));
    expect([0, 1, 2].map((i) => play.invoke(0, "is-null", BigInt(i)))).to.deep.equal(["1", "0", "1"]);
  });

  it("let the same name mean different modules", async () => {
    const answer = (n: number): Text => ({ text: `(func (export "f") (result i32) (i32.const ${n}))` });
    const caller = `(import "Mf" "f" (func $f (result i32))) (func (export "g") (result i32) call $f)`;
    const play = await Play.of(
      answer(1),
      answer(2),
      { text: caller, scope: { Mf: 0 } },
      { text: caller, scope: { Mf: 1 } },
    );
    expect([play.invoke(2, "g"), play.invoke(3, "g")]).to.deep.equal(["1", "2"]);
  });

  it("take and give references by their 64 bits", async () => {
    const play = await Play.of({
      text: `(table 4 externref) (func $f (export "f"))
        (func (export "set") (param i32 externref) (table.set (local.get 0) (local.get 1)))
        (func (export "get") (param i32) (result externref) (table.get (local.get 0)))
        (func (export "func") (result funcref funcref) (ref.func $f) (ref.null func))
        (func (export "is-null") (param funcref) (result i32) (ref.is_null (local.get 0)))
        (func (export "both") (param f32 externref i64 funcref f64) (result f64 funcref i64 externref f32)
          local.get 4 local.get 3 local.get 2 local.get 1 local.get 0)`,
    });
    expect(play.instantiate(0)).to.equal("");
    const external = packExternal(7);
    expect(play.invoke(0, "set", 2n, external)).to.equal("");
    expect(play.invoke(0, "get", 2n)).to.equal(String(external));
    expect(play.invoke(0, "get", 1n)).to.equal("0");
    expect(play.invoke(0, "get", 4n)).to.equal("out of bounds table access");
    const [fn = "", none] = play.invoke(0, "func").split(" ");
    expect(none).to.equal("0");
    const target = play.session.instances[0]?.functions[0];
    if (target?.kind !== "code") throw new Error("the function has code");
    expect(unpackReference(BigInt(fn))).to.deep.equal({
      tag: ReferenceTag.function,
      type: target.typeId,
      frame: target.frame,
      entry: target.entry,
    });
    expect([play.invoke(0, "is-null", BigInt(fn)), play.invoke(0, "is-null", 0n)]).to.deep.equal(["0", "1"]);
    expect(play.invoke(0, "both", 1n, external, 3n, BigInt(fn), 5n)).to.equal(`5 ${fn} 3 ${external} 1`);
  });

  it("check types and maxima of imported memories and tables, not sizes", async () => {
    const definition = { text: `(memory (export "m") 1 9) (table (export "t") 1 9 funcref)` };
    const importer = (text: string): Text => ({ text, scope: { a: 0 } });
    await Play.of(definition, importer(`(import "a" "m" (memory 5 9)) (import "a" "t" (table 5 9 funcref))`));
    for (const text of [
      `(import "a" "m" (memory 0 8))`,
      `(import "a" "t" (table 0 8 funcref))`,
      `(import "a" "t" (table 0 externref))`,
    ]) {
      const modules = await modulesOf([definition, importer(text)]);
      expect(() => buildSession(modules)).to.throw(LinkError, "incompatible import type");
    }
  });

  it("know only the names in the scope", async () => {
    const modules = await modulesOf([
      { text: `(func (export "f"))` },
      { text: `(import "module 0" "f" (func))`, scope: { a: 0 } },
    ]);
    expect(() => buildSession(modules)).to.throw(
      LinkError,
      `unknown import: function "module 0" "f" () → (): there is no module "module 0" (linked: a)`,
    );
  });

  it("call nothing that is not there", async () => {
    const play = await Play.of({ text: "" });
    expect(play.instantiate(1)).to.equal("unreachable");
  });
});
