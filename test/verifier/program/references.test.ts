/**
 * Instructions on references and tables as words; what tables take of the cells; wrappers;
 * functions that nothing provides.
 */
import { expect } from "chai";
import { parse } from "@bytecodealliance/jco";
import { packReference, unpackWord } from "../../../verifier/machine/word.ts";
import { buildProgram, type BuildOptions, type Program } from "../../../verifier/program/build.ts";
import { LinkError } from "../../../verifier/program/errors.ts";
import type { CodeFunction } from "../../../verifier/program/linkage.ts";
import { describeWord, wordAt } from "../../../verifier/program/map.ts";
import { callPayload } from "../../../verifier/program/transactions-file.ts";
import { decodeTypedOutput, encodeTransactions } from "../../../verifier/program/transactions.ts";
import { binary, body, section, TYPES, vector } from "../wasm/binary.ts";
import { call } from "./call.ts";
import { startMachine } from "./map-access.ts";

type Texts = Readonly<Record<string, string>>;

async function build(texts: Texts | string, options: Partial<BuildOptions> = {}): Promise<Program> {
  const list = Object.entries(typeof texts === "string" ? { guest: texts } : texts);
  const modules = await Promise.all(
    list.map(async ([name, text]) => ({ name, bytes: await parse(`(module ${text})`) })),
  );
  return buildProgram(modules, { convention: "typed", ...options });
}

function functionAt(program: Program, index: number, instance = 0): CodeFunction {
  const fn = program.instances[instance]?.functions[index];
  if (fn?.kind !== "code") throw new Error(`function ${index} has no code`);
  return fn;
}

const referenceTo = ({ typeId: type, frame, entry }: CodeFunction): bigint => packReference({ type, frame, entry });

/** Words of a function of the guest, and their tops. */
function wordsOf(program: Program, index: number): { words: string[]; tops: number[] } {
  const words: string[] = [];
  const tops: number[] = [];
  for (let pc = functionAt(program, index).entry; program.map.locate(pc)?.function === index; pc++) {
    const leaf = wordAt(program.image.code as Uint8Array, pc);
    words.push(describeWord(leaf));
    tops.push(unpackWord(leaf).top);
  }
  return { words, tops };
}

describe("references and tables, lowered", () => {
  it("are numbers of 64 bits and instructions on these", async () => {
    const program = await build(`(table 3 externref) (func $f) (elem declare func $f)
      (func (param externref i32) (result i32)
        ref.null extern local.get 0 local.get 1 select (result externref) ref.is_null
        ref.func $f drop ref.null func drop)`);
    const { words } = wordsOf(program, 1);
    expect(words).to.deep.equal([
      "i64.const 0",
      "local.get s0",
      "local.get s1",
      "select",
      "i64.eqz",
      `i64.const ${referenceTo(functionAt(program, 0))}`,
      "drop",
      "i64.const 0",
      "drop",
      "return record s2 cut s0 carry",
    ]);
  });

  it("have one word for get, set and size, and a check and a move for grow and fill", async () => {
    const program = await build(`(table 1 funcref) (table $t 3 9 externref) (func (param i32 externref) (result i32)
      (table.set $t (local.get 0) (table.get $t (local.get 0)))
      (table.fill $t (local.get 0) (local.get 1) (local.get 0))
      (table.grow $t (local.get 1) (local.get 0)) (drop (table.size $t)))`);
    const table = program.instances[0]?.tables[1] ?? expect.fail();
    const { firstCell, sizeCell } = table;
    expect(table).to.include({ capacity: 9 });
    const { words, tops } = wordsOf(program, 0);
    const element = `table c${firstCell} size c${sizeCell}`;
    expect(words).to.deep.equal([
      "local.get s0",
      "local.get s0",
      `table.get ${element}`,
      `table.set ${element}`,
      "local.get s0",
      "local.get s1",
      "local.get s0",
      `table.fill size c${sizeCell}`,
      `fill_cells c${firstCell}`,
      "local.get s1",
      "local.get s0",
      `table.grow size c${sizeCell} maximum 9`,
      `fill_cells c${firstCell}`,
      `global.get c${sizeCell}`,
      "drop",
      "return record s2 cut s0 carry",
    ]);
    expect(tops.slice(7, 9)).to.deep.equal([6, 4]);
    expect(tops.slice(11, 14)).to.deep.equal([5, 5, 4]);
  });

  it("refer to a function by one and the same number, wherever that is", async () => {
    const program = await build({
      a: `(func $f (export "f")) (table (export "t") 2 funcref) (elem (i32.const 1) $f)
        (global (export "g") funcref (ref.func $f)) (func (result funcref) (ref.func $f))`,
      guest: `(import "a" "f" (func $f)) (import "a" "g" (global $g funcref)) (global funcref (global.get $g))
        (global (mut funcref) (ref.func $f)) (elem $passive funcref (global.get $g) (ref.func $f) (ref.null func))
        (func (result funcref) (ref.func $f))`,
    });
    const [a, guest] = program.instances;
    const cells = [
      (a?.tables[0]?.firstCell ?? 0) + 1,
      ...(a?.globals ?? []).map(({ cell }) => cell),
      ...(guest?.globals ?? []).map(({ cell }) => cell),
      guest?.elements[0]?.start ?? 0,
      (guest?.elements[0]?.start ?? 0) + 1,
    ];
    const reference = referenceTo(functionAt(program, 0));
    expect(new Set(cells.map((cell) => program.image.cells.get(cell)))).to.deep.equal(new Set([reference]));
    expect(program.image.cells.get((guest?.elements[0]?.start ?? 0) + 2)).to.equal(undefined);
    expect(functionAt(program, 0, 1)).to.equal(functionAt(program, 0));
    const own = wordAt(program.image.code as Uint8Array, functionAt(program, 1, 1).entry);
    expect(unpackWord(own).imm).to.equal(reference);
  });

  it("refer to a host function by a wrapper, also where only code does", async () => {
    const program = await build(`(import "arbiter" "input_length" (func $length (result i64)))
      (import "arbiter" "output_append" (func $append (param i64)))
      (table 2 funcref) (elem declare func $length $append) (global (mut funcref) (ref.func $append))
      (func (export "f") (result i64)
        (table.set (i32.const 0) (ref.func $length)) (table.set (i32.const 1) (ref.func $length))
        (call_indirect (result i64) (i32.const 1)))
      (func (export "g") (result i64) (table.set (i32.const 0) (global.get 0))
        (call_indirect (param i64) (i64.const 77) (i32.const 0)) (i64.const 78))`);
    const machine = startMachine(program);
    expect(call(program, machine, "f")).to.equal("24");
    const [first, second] = [0, 1].map((i) =>
      machine.access.trees.cells.get((program.instances[0]?.tables[0]?.firstCell ?? 0) + i),
    );
    expect(first).to.equal(second).and.not.to.equal(0n);
    const payload = callPayload(program.exports, "g", []);
    machine.load(encodeTransactions([{ fuel: 1000n, keep: false, payload }]), 1_000_000n);
    machine.run();
    expect(decodeTypedOutput(machine.results()[0]?.output ?? new Uint8Array(), ["i64", "i64"])).to.deep.equal([
      77n,
      78n,
    ]);
  });

  describe("cannot refer to a function", () => {
    const refusal = async (text: string): Promise<string> =>
      build(text, { limits: { slotLimit: 100_000 } }).then(
        () => "",
        (error: unknown) => (error instanceof LinkError ? error.message : String(error)),
      );

    it("whose frame does not fit", async () => {
      const locals = 49_999;
      // Operands make up the rest of the frame, but for the return address.
      const operands = 65_535 - locals;
      const body = `${"(local i64)".repeat(locals)} ${"i64.const 0 ".repeat(operands)} ${"drop ".repeat(operands)}`;
      const fn = `(func $f (export "f") ${body})`;
      expect(await refusal(fn)).to.equal("");
      const message = "function 0 cannot be referred to: its frame has 65536 slots, a reference takes fewer than 65536";
      expect(await refusal(`${fn} (table 1 funcref) (elem (i32.const 0) $f)`)).to.contain(message);
      expect(await refusal(`${fn} (func (drop (ref.func $f)))`)).to.contain(message);
    });

    it("whose type comes too late", async () => {
      const names = ["i32", "i64", "f32", "f64"];
      const types = Array.from({ length: 2 ** 14 + 4 }, (_, i) => {
        const params = Array.from({ length: 8 }, (_, k) => names[(i >> (2 * k)) & 3]);
        return `(func (param ${params.join(" ")}))`;
      });
      const text = `${types.join("\n")} (table 1 funcref) (elem (i32.const 0) func`;
      expect(await refusal(`${text} 0 1 100)`)).to.equal("");
      const message = "cannot be referred to: the program has more than 16384 function types";
      expect(await refusal(`${text} 0 1 ${2 ** 14})`)).to.contain(`function ${2 ** 14} ${message}`);
    });
  });
});

describe("the capacity of tables", () => {
  const grow = `(func (export "grow") (param i32) (result i32) (table.grow (ref.null func) (local.get 0)))
    (func (export "size") (result i32) (table.size))`;

  it("is what they begin with, if no instruction grows them", async () => {
    const program = await build(
      {
        a: `(table (export "t") 3 funcref) (table 5 9 externref) (table 2 2 funcref)
        (func (drop (table.grow 2 (ref.null func) (i32.const 1))))`,
        guest: `(import "a" "t" (table 1 funcref)) (table $own 4 funcref)
        (func (drop (table.grow $own (ref.null func) (i32.const 1))))`,
      },
      { limits: { tableCapacity: 7 } },
    );
    expect(program.instances[0]?.tables.map((t) => t.capacity)).to.deep.equal([3, 5, 2]);
    expect(program.instances[1]?.tables.map((t) => t.capacity)).to.deep.equal([3, 7]);
    expect(program.image.header.cellsDepth).to.equal(5);
  });

  it("is the least of the maximum and the limit, if some module grows them", async () => {
    const capacity = async (type: string, limit: number): Promise<number | undefined> => {
      const a = `(table (export "t") ${type} funcref)`;
      const guest = `(import "a" "t" (table 0 funcref)) ${grow}`;
      const program = await build({ a, guest }, { limits: { tableCapacity: limit } });
      const found = program.instances[0]?.tables[0];
      expect(program.instances[1]?.tables[0]).to.equal(found);
      return found?.capacity;
    };
    expect(await capacity("3", 8)).to.equal(8);
    expect(await capacity("3 5", 8)).to.equal(5);
    expect(await capacity("3 50", 8)).to.equal(8);
    expect(await capacity("30 50", 8)).to.equal(30);
    expect(await capacity("3 3", 8)).to.equal(3);
  });

  it("is told by a growth whose number is longer than it needs, too", () => {
    const table = section(4, vector([0x70, 0, 1]));
    for (const grow of [
      [0xfc, 0x0f],
      [0xfc, 0x8f, 0x80, 0x00],
    ]) {
      // table.grow 0 (ref.null func) (i32.const 0)
      const code = section(10, vector(body([0xd0, 0x70, 0x41, 0, ...grow, 0, 0x1a])));
      const bytes = binary(TYPES, section(3, vector([0])), table, code);
      const { instances } = buildProgram([{ name: "m", bytes }], { convention: "typed", limits: { tableCapacity: 9 } });
      expect(instances[0]?.tables[0]?.capacity).to.equal(9);
    }
  });

  it("is where growth fails", async () => {
    const program = await build(`(table 3 funcref) ${grow}`, { limits: { tableCapacity: 8 } });
    const machine = startMachine(program);
    const results = ["6", "4", "2", "1", "0", "-1", "1"].map((n) => call(program, machine, "grow", n));
    expect(results).to.deep.equal(["-1", "3", "-1", "7", "8", "-1", "-1"]);
    expect(call(program, machine, "size")).to.equal("8");
  });

  it("is bounded by the cells", async () => {
    const program = await build(`(table 4000000000 funcref)
      (func (export "f") (param i32) (result i32) (ref.is_null (table.get (local.get 0))))`);
    expect(program.image.header.cellsDepth).to.equal(32);
    const machine = startMachine(program);
    expect(call(program, machine, "f", "3999999999")).to.equal("1");
    expect(call(program, machine, "f", "4000000000")).to.equal("out of bounds table access");
    const tooMany = build(`(table 4000000000 funcref) (table 4000000000 funcref)`);
    const message = await tooMany.then(
      () => "",
      (error: unknown) => (error as Error).message,
    );
    expect(message).to.contain("the program's tables have more than 4294967296 elements");
  });
});

describe("functions that nothing provides", () => {
  const guest = `(import "env" "foo" (func $foo (param i32 i64) (result i32)))
    (import "env" "bar" (func $bar)) (import "lib" "baz" (func $baz (result f64))) (import "lib" "f" (func $f (result i32)))
    (export "again" (func $foo)) (table 2 funcref) (elem (i32.const 0) $foo $bar)
    (func (export "call") (result i32) (call $foo (i32.const 1) (i64.const 2)))
    (func (export "indirect") (call_indirect (i32.const 1)))
    (func (export "other") (drop (call $baz)))
    (func (export "fine") (result i32) (call $f))`;
  const lib = `(func (export "f") (result i32) (i32.const 6)) (memory (export "m") 1)`;
  const allowMissingImports = true;

  it("trap when they are called, directly or through a reference", async () => {
    const program = await build({ lib, guest }, { allowMissingImports });
    const machine = startMachine(program);
    const ends = ["call", "indirect", "other", "fine"].map((name) => call(program, machine, name));
    expect(ends).to.deep.equal(["unreachable", "unreachable", "unreachable", "6"]);
    expect(call(program, machine, "again", "1", "2")).to.equal("unreachable");
  });

  it("are named in the map", async () => {
    const program = await build({ lib, guest }, { allowMissingImports });
    const [foo, bar] = [functionAt(program, 0, 1), functionAt(program, 1, 1)];
    expect(program.map.locate(foo.entry)).to.include({
      moduleName: "guest",
      function: 0,
      functionName: "missing import env.foo",
      mnemonic: "unreachable",
    });
    expect(program.map.locate(bar.entry)?.functionName).to.equal("missing import env.bar");
    expect(program.map.locate(functionAt(program, 3, 1).entry)?.functionName).to.equal("f");
  });

  it("are missing for those that import them again", async () => {
    const middle = `(import "env" "x" (func $x (result i32))) (export "y" (func $x))`;
    const last = (type: string): string =>
      `(import "middle" "y" (func $y ${type})) (func (export "f") (call $y) ${type === "" ? "" : "drop"})`;
    const program = await build({ middle, guest: last("(result i32)") }, { allowMissingImports });
    expect(call(program, startMachine(program), "f")).to.equal("unreachable");
    expect(program.map.locate(functionAt(program, 0, 1).entry)?.moduleName).to.equal("middle");
  });

  it("are those of another type too", async () => {
    const other = `(import "lib" "f" (func)) (import "lib" "m" (func)) (import "lib" "f" (func $f (result i32)))
      (func (export "kind") (call 1)) (func (export "type") (call 0)) (func (export "fine") (result i32) (call $f))`;
    const program = await build({ lib, guest: other }, { allowMissingImports });
    const machine = startMachine(program);
    const ends = ["kind", "type", "fine"].map((name) => call(program, machine, name));
    expect(ends).to.deep.equal(["unreachable", "unreachable", "6"]);
    expect(program.map.locate(functionAt(program, 0, 1).entry)?.functionName).to.equal("missing import lib.f");
  });

  const refusal = async (texts: Texts, allow: boolean): Promise<string> =>
    build(texts, { allowMissingImports: allow }).then(
      () => "",
      (error: unknown) => (error as Error).message,
    );

  it("are an error where that is not allowed, with what to do", async () => {
    const error = await build({ lib, guest }).catch((caught: unknown) => caught as LinkError);
    expect(error).to.include({
      message:
        `module "guest" cannot be linked: unknown import: function "env" "foo" (i32, i64) → (i32): ` +
        `there is no module "env" (linked: lib, guest, driver)`,
      hint: "link a module that provides it (--link env=FILE), or let it trap when it is called (--allow-missing-imports)",
    });
  });

  it("are no excuse for other imports", async () => {
    const cases: readonly (readonly [text: string, message: string])[] = [
      [`(import "env" "m" (memory 1))`, `unknown import: memory "env" "m"`],
      [`(import "lib" "t" (table 1 funcref))`, `unknown import: table "lib" "t"`],
      [`(import "env" "g" (global i32))`, `unknown import: global "env" "g"`],
      [`(import "arbiter" "clock" (func))`, `unknown import: function "arbiter" "clock"`],
      [`(import "lib" "f" (global i32))`, `incompatible import type: global "lib" "f"`],
    ];
    for (const [text, message] of cases) expect(await refusal({ lib, guest: text }, true)).to.contain(message);
  });
});
