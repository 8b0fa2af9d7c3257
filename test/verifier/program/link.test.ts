import { expect } from "chai";
import { parse } from "@bytecodealliance/jco";
import { Status, Trap } from "../../../verifier/machine/codes.ts";
import { buildProgram, type BuildOptions, type Program } from "../../../verifier/program/build.ts";
import { LinkError } from "../../../verifier/program/errors.ts";
import { UnsupportedError } from "../../../verifier/wasm/errors.ts";
import { call } from "./call.ts";
import { startMachine } from "./map-access.ts";

type Texts = Readonly<Record<string, string>>;

async function build(texts: Texts, options: Partial<BuildOptions> = {}): Promise<Program> {
  const modules = await Promise.all(
    Object.entries(texts).map(async ([name, text]) => ({ name, bytes: await parse(`(module ${text})`) })),
  );
  return buildProgram(modules, { convention: "typed", ...options });
}

/** The message with which modules are refused. */
async function refusal(texts: Texts, options: Partial<BuildOptions> = {}): Promise<string> {
  try {
    await build(texts, options);
  } catch (error) {
    expect(error).to.be.instanceOf(LinkError);
    return (error as LinkError).message;
  }
  return expect.fail("the modules were linked");
}

async function run(texts: Texts, name: string, ...args: string[]): Promise<string> {
  const program = await build(texts);
  return call(program, startMachine(program), name, ...args);
}

describe("linking", () => {
  it("gives a guest the functions, memories, tables and globals of another module", async () => {
    const library = `
      (memory (export "memory") 1) (data (i32.const 4) "\\2a")
      (global (export "base") i32 (i32.const 4))
      (global (export "sum") (mut i32) (i32.const 100))
      (table (export "table") 2 funcref) (elem (i32.const 1) $two)
      (func $two (result i32) i32.const 2)
      (func (export "bump") (global.set 1 (i32.add (global.get 1) (i32.const 1))))`;
    const guest = `
      (import "library" "memory" (memory 1))
      (import "library" "base" (global $base i32))
      (import "library" "sum" (global $sum (mut i32)))
      (import "library" "table" (table 1 funcref))
      (import "library" "bump" (func $bump))
      (type $get (func (result i32)))
      (data (global.get $base) "\\2b")
      (func (export "f") (result i32 i32 i32)
        call $bump call $bump
        global.get $sum (i32.load8_u (global.get $base)) (call_indirect (type $get) (i32.const 1)))`;
    expect(await run({ library, guest }, "f")).to.equal("102 43 2");
  });

  it("lets modules import functions from each other in a circle", async () => {
    const even = `(import "odd" "odd" (func $odd (param i32) (result i32)))
      (func (export "even") (param i32) (result i32)
        (if (result i32) (local.get 0) (then (call $odd (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 1))))`;
    const odd = `(import "even" "even" (func $even (param i32) (result i32)))
      (func (export "odd") (param i32) (result i32)
        (if (result i32) (local.get 0) (then (call $even (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 0))))`;
    expect(await run({ even, odd }, "odd", "7")).to.equal("1");
    expect(await run({ even, odd }, "odd", "8")).to.equal("0");
  });

  it("follows imports that are exported again, host functions too", async () => {
    const first = `(import "arbiter" "input_length" (func $length (result i64))) (export "length" (func $length))
      (func (export "one") (result i32) i32.const 1)`;
    const second = `(import "first" "one" (func $one (result i32))) (export "uno" (func $one))
      (import "first" "length" (func $length (result i64))) (export "long" (func $length))`;
    const third = `(import "second" "uno" (func $uno (result i32))) (import "second" "long" (func $long (result i64)))
      (func (export "f") (result i32 i64) call $uno call $long)`;
    expect(await run({ first, second, third }, "f")).to.equal("1 24");
  });

  it("gives equal function types of different modules the same id", async () => {
    const library = `(table (export "table") 1 funcref) (elem (i32.const 0) $f)
      (type (func)) (type (func (param i64))) (func $f (param i32) (result i32) local.get 0)`;
    const guest = `(import "library" "table" (table 1 funcref)) (type $t (func (param i32) (result i32))) (type $u (func))
      (func (export "f") (result i32) (call_indirect (type $t) (i32.const 9) (i32.const 0)))
      (func (export "g") (call_indirect (type $u) (i32.const 0)))`;
    expect(await run({ library, guest }, "f")).to.equal("9");
    expect(await run({ library, guest }, "g")).to.equal("indirect call type mismatch");
  });

  it("keeps sizes of the fifth memory on in cells", async () => {
    const texts: Record<string, string> = {};
    for (let i = 0; i < 6; i++) {
      texts[`m${i}`] = `(memory 1 ${i + 2}) (data (i32.const 5) "${i}")
        (func (export "grow") (result i32 i32 i32) (memory.grow (i32.const 2)) memory.size (i32.load8_u (i32.const 5)))`;
    }
    const program = await build(texts);
    expect(program.instances.map(({ memories }) => memories[0]?.region)).to.deep.equal([0, 1, 2, 3, 4, 5, undefined]);
    expect(program.image.header.regionBits).to.equal(4);
    expect(program.image.cells.get(program.instances[5]?.memories[0]?.sizeIndex ?? 0)).to.equal(1n);
    const machine = startMachine(program);
    expect(call(program, machine, "grow")).to.equal("1 3 53");
    expect(call(program, machine, "grow")).to.equal("3 5 53");
    expect(call(program, machine, "grow")).to.equal("5 7 53");
    expect(call(program, machine, "grow")).to.equal("-1 7 53");
  });

  describe("refuses", () => {
    const cases: readonly (readonly [name: string, texts: Texts, message: string])[] = [
      [
        "an import from no module",
        { a: `(import "b" "f" (func (param i32)))` },
        `unknown import: function "b" "f" (i32) → (): there is no module "b" (linked: a, driver)`,
      ],
      [
        "an import that is not exported",
        { b: "", a: `(import "b" "g" (global (mut i64)))` },
        `unknown import: global "b" "g" mutable i64: module "b" exports nothing of that name`,
      ],
      [
        "a function of another type",
        { b: `(func (export "f") (result i64) i64.const 0)`, a: `(import "b" "f" (func (param i32)))` },
        `incompatible import type: function "b" "f" is wanted as function (i32) → (), but is function () → (i64)`,
      ],
      [
        "something of another kind",
        { b: `(memory (export "f") 1 3)`, a: `(import "b" "f" (func))` },
        `incompatible import type: function "b" "f" is wanted as function () → (), but is memory 1..3`,
      ],
      [
        "a memory that is too small",
        { b: `(memory (export "m") 1)`, a: `(import "b" "m" (memory 2))` },
        `memory "b" "m" is wanted as memory 2.., but is memory 1..`,
      ],
      [
        "a memory without the maximum that is wanted",
        { b: `(memory (export "m") 1 9)`, a: `(import "b" "m" (memory 1 8))` },
        `memory "b" "m" is wanted as memory 1..8, but is memory 1..9`,
      ],
      [
        "a table that is too small",
        { b: `(table (export "t") 1 funcref)`, a: `(import "b" "t" (table 2 funcref))` },
        `table "b" "t" is wanted as table funcref 2.., but is table funcref 1..`,
      ],
      [
        "a global that cannot be written",
        { b: `(global (export "g") i32 (i32.const 1))`, a: `(import "b" "g" (global (mut i32)))` },
        `global "b" "g" is wanted as global mutable i32, but is global i32`,
      ],
      [
        "imports that lead back to themselves",
        {
          a: `(import "b" "f" (func $f)) (export "f" (func $f))`,
          b: `(import "a" "f" (func $f)) (export "f" (func $f))`,
        },
        `the import of function "b" "f" leads back to itself`,
      ],
      [
        "globals that are defined by each other",
        {
          a: `(import "b" "g" (global $g i32)) (global (export "g") i32 (global.get $g))`,
          b: `(import "a" "g" (global $g i32)) (global (export "g") i32 (global.get $g))`,
        },
        "depends on itself",
      ],
      [
        "an unknown host function",
        { a: `(import "arbiter" "clock" (func))` },
        `unknown import: function "arbiter" "clock"; the machine provides fuel, input_length`,
      ],
      [
        "a host function of another type",
        { a: `(import "arbiter" "fuel" (func (result i32)))` },
        `function "arbiter" "fuel" is wanted as () → (i32), but is () → (i64)`,
      ],
      [
        "a guest that would delimit transactions",
        { a: `(import "arbiter" "commit" (func))` },
        `function "arbiter" "commit" delimits transactions or unpacks references, only the generated driver may import it`,
      ],
      [
        "a host function that needs a memory where there is none",
        { a: `(import "arbiter" "output_write" (func (param i32 i32)))` },
        `function "arbiter" "output_write" needs a memory, but the module has none`,
      ],
      ["the name of the machine", { arbiter: "" }, `the name "arbiter" is that of the machine itself`],
      ["the name of the driver", { driver: "" }, `the name "driver" is that of the generated driver`],
    ];
    for (const [name, texts, message] of cases) {
      it(name, async () => {
        expect(await refusal(texts))
          .to.contain(message)
          .and.to.match(/^module "\w+" cannot be linked: /);
      });
    }

    it("two modules of one name", () => {
      const modules = ["a", "a"].map((name) => ({ name, bytes: Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0) }));
      expect(() => buildProgram(modules, { convention: "typed" })).to.throw(
        LinkError,
        "another module has the same name",
      );
    });

    it("no module at all", () => {
      expect(() => buildProgram([], { convention: "typed" })).to.throw(LinkError, "at least one module");
    });

    it("instructions beyond the machine, with their place", async () => {
      const bytes = await parse(`(module (func $area (param f64) (drop (f64x2.splat (local.get 0)))))`);
      const refused = (): Program => buildProgram([{ name: "a", bytes }], { convention: "typed" });
      expect(refused).to.throw(UnsupportedError, /f64x2\.splat .*at byte \d+.*function 0 \(area\)/);
    });
  });

  describe("limits", () => {
    it("let a memory grow to its maximum, or to the limit", async () => {
      const text = `(memory 1 MAX) (func (export "f") (param i32) (result i32) (memory.grow (local.get 0)))`;
      const grow = async (maximum: string, pages: string): Promise<string> => {
        const program = await build({ a: text.replace("MAX", maximum) }, { limits: { memoryPages: 4 } });
        expect(program.image.header.memoryDepth - program.image.header.regionBits).to.equal(16);
        return call(program, startMachine(program), "f", pages);
      };
      expect([await grow("2", "1"), await grow("2", "2"), await grow("", "3"), await grow("", "4")]).to.deep.equal([
        "1",
        "-1",
        "1",
        "-1",
      ]);
    });

    it("keep what a memory begins with", async () => {
      const program = await build({ a: `(memory 9)` }, { limits: { memoryPages: 4, outputBytes: 0 } });
      expect(program.image.header.memoryDepth).to.equal(2 + 4 + 11);
    });

    it("make trees no deeper than they need to be", async () => {
      const { header } = (await build({ a: `(memory 1 1)` }, { limits: { outputBytes: 32_768, slotLimit: 1000 } }))
        .image;
      expect(header).to.include({ memoryDepth: 15, regionBits: 2, stackDepth: 10, slotLimit: 1000, cellsDepth: 2 });
    });

    it("make room for the output, whose region keeps receipts in its upper half", async () => {
      const { header } = (await build({ a: "" }, { limits: { outputBytes: 2 ** 20 + 1 } })).image;
      expect(header.memoryDepth).to.equal(2 + 17);
    });

    it("bound the stack", async () => {
      expect(await refusal({ a: "" }, { limits: { slotLimit: 5 } })).to.contain("the limit of 5 slots is less than");
      const program = await build(
        {
          a: `(func $f (export "f") (param i32) (if (local.get 0) (then (call $f (i32.sub (local.get 0) (i32.const 1))))))`,
        },
        { limits: { slotLimit: 100 } },
      );
      const machine = startMachine(program);
      expect(call(program, machine, "f", "5")).to.equal("");
      expect(call(program, machine, "f", "50")).to.equal("call stack exhausted");
    });
  });

  describe("initialization", () => {
    it("is part of the initial state while nothing has run", async () => {
      const program = await build({
        a: `(memory 1) (table 3 funcref) (data (i32.const 60) "abcdefgh") (data (i32.const 62) "XY") (elem (i32.const 1) $f $f)
          (func $f (export "f") (result i32) (i32.load8_u (i32.const 62)))`,
      });
      expect(program.image.memory.map(({ offset, bytes }) => [offset, bytes.length])).to.deep.equal([
        [60, 8],
        [62, 2],
      ]);
      const machine = startMachine(program);
      expect(machine.bytes(0, 60, 8)).to.deep.equal(new TextEncoder().encode("abXYefgh"));
      expect(call(program, machine, "f")).to.equal("88");
    });

    it("runs start functions, then the segments of later instances", async () => {
      const first = `(memory (export "memory") 1) (data (i32.const 0) "a")
        (func $start (i32.store8 (i32.const 1) (i32.load8_u (i32.const 0)))) (start $start)`;
      const second = `(import "first" "memory" (memory 1)) (data (i32.const 0) "b") (table 1 funcref) (elem (i32.const 0) $f)
        (type $t (func (result i32)))
        (func $f (result i32) (i32.load16_u (i32.const 0)))
        (func (export "f") (result i32) (call_indirect (type $t) (i32.const 0)))`;
      const program = await build({ first, second });
      const machine = startMachine(program);
      expect(machine.steps).to.be.greaterThan(20);
      expect(call(program, machine, "f")).to.equal(String(0x6162));
    });

    it("comes after that of what a module imports from, wherever that stands in the list", async () => {
      const user = `(import "library" "read" (func $read (result i32))) (global (export "k") i32 (i32.const 200))
        (global $g (export "g") (mut i32) (i32.const 0)) (start $s) (func $s (global.set $g (call $read)))`;
      const library = `(import "user" "k" (global $k i32)) (memory 1) (data (i32.const 0) "l")
        (func (export "read") (result i32) (i32.add (global.get $k) (i32.load8_u (i32.const 0))))`;
      const guest = `(import "user" "g" (global $g (mut i32))) (func (export "f") (result i32) (global.get $g))`;
      expect(await run({ user, library, guest }, "f")).to.equal(String(200 + "l".charCodeAt(0)));
      const program = await build({ user, library, guest });
      expect(program.image.memory).to.have.length(1);
    });

    it("leaves active segments dropped, folded or not", async () => {
      const text = (
        start: string,
      ): string => `(memory 1) (data (i32.const 0) "abc") (table 2 funcref) (elem (i32.const 0) $g)
        (func $g) ${start}
        (func (export "f") (memory.init 0 (i32.const 9) (i32.const 0) (i32.const 0)))
        (func (export "m") (memory.init 0 (i32.const 9) (i32.const 0) (i32.const 1)))
        (func (export "t") (table.init 0 (i32.const 0) (i32.const 0) (i32.const 1)))`;
      const program = await build({ a: text("") });
      const after = await build({ b: `(func $s) (start $s)`, a: text("") });
      for (const p of [program, after]) {
        const machine = startMachine(p);
        expect(call(p, machine, "f")).to.equal("");
        expect(call(p, machine, "m")).to.equal("out of bounds memory access");
        expect(call(p, machine, "t")).to.equal("out of bounds table access");
      }
    });

    it("traps where a segment is out of bounds, after those before it", async () => {
      const program = await build({
        a: `(memory 1) (data (i32.const 0) "a") (data (i32.const 65535) "bc") (data (i32.const 1) "d")`,
      });
      const machine = startMachine(program);
      expect(machine.registers).to.include({ status: Status.trapped, trapCode: Trap.memoryBounds });
      expect(machine.bytes(0, 0, 2)).to.deep.equal(Uint8Array.of(0x61, 0));
      const table = await build({ a: `(table 1 funcref) (elem (i32.const 1) $f) (func $f)` });
      expect(startMachine(table).registers).to.include({ status: Status.trapped, trapCode: Trap.tableBounds });
    });

    it("traps where a start function does", async () => {
      const program = await build({ a: `(func $s unreachable) (start $s)` });
      expect(startMachine(program).registers).to.include({ status: Status.trapped, trapCode: Trap.unreachable });
    });
  });

  it("does not depend on anything but the modules, their order and the limits", async () => {
    const texts = { b: `(func (export "g"))`, a: `(memory 1) (func (export "f") nop)` };
    const one = await build(texts);
    const other = await build(texts);
    expect(one.root).to.deep.equal(other.root);
    const swapped = await build({ a: texts.a, b: texts.b });
    const limited = await build(texts, { limits: { memoryPages: 2 } });
    expect(swapped.root).not.to.deep.equal(one.root);
    expect(limited.root).not.to.deep.equal(one.root);
  });
});
