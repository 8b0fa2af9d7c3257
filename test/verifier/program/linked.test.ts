/**
 * Programs of several modules give the same as on V8: results, traps, memories, tables and globals.
 */
import { expect } from "chai";
import { parse } from "@bytecodealliance/jco";
import fc from "fast-check";
import { Draw } from "../../support/draw.ts";
import { unpackWord } from "../../../verifier/machine/word.ts";
import { buildProgram } from "../../../verifier/program/build.ts";
import { wordAt } from "../../../verifier/program/map.ts";
import { contentOf } from "./content.ts";
import { drawModules, type RandomModule } from "./linked-modules.ts";
import { startMachine } from "./map-access.ts";
import { external, Twin, TWIN_LIMITS } from "./twin.ts";

const SEED = 20_261_121;
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 200);

/** Texts of modules; a module imports from those before it by their names. */
async function twinOf(texts: Readonly<Record<string, string>>): Promise<Twin> {
  const names = Object.keys(texts);
  const modules = await Promise.all(
    Object.entries(texts).map(async ([name, text], position) => ({
      name,
      bytes: await parse(`(module ${text})`),
      scope: new Map(names.slice(0, position).map((other, i) => [other, i])),
    })),
  );
  return new Twin(modules);
}

/** Instantiates all modules in their order. */
async function start(texts: Readonly<Record<string, string>>): Promise<Twin> {
  const twin = await twinOf(texts);
  Object.keys(texts).forEach((_, i) => twin.instantiate(i));
  compareFolded(twin);
  return twin;
}

/**
 * A program whose initial state holds what initialization does begins as the session is after all
 * its instantiations.
 */
function compareFolded({ modules, session, machine }: Twin): void {
  const program = buildProgram(modules, { convention: "typed", limits: TWIN_LIMITS });
  const guests = modules.map((_, i) => i);
  const folded = contentOf(startMachine(program), program.instances);
  const executed = contentOf(machine, session.instances);
  for (const i of guests) expect(folded[i]).to.deep.equal(executed[i]);
}

describe("modules of one program, as on V8", () => {
  it("call functions of other instances through a table that they import", async () => {
    const twin = await start({
      a: `(table (export "t") 4 8 funcref) (global $n (export "n") (mut i32) (i32.const 5))
        (type $get (func (result i32)))
        (func $own (export "own") (result i32) (global.get $n))
        (elem (i32.const 0) $own)
        (func (export "at") (param i32) (result i32) (call_indirect (type $get) (local.get 0)))
        (func (export "set") (param i32) (global.set $n (local.get 0)))`,
      b: `(import "a" "t" (table 4 8 funcref)) (import "a" "own" (func $imported (result i32)))
        (global $n (export "n") (mut i32) (i32.const 70)) (memory (export "m") 1) (data (i32.const 8) "\\09")
        (type $unused (func (param i64))) (type $get (func (result i32)))
        (func $mine (export "mine") (result i32) (i32.add (global.get $n) (i32.load8_u (i32.const 8))))
        (func $other (export "other") (param f32)) (elem (i32.const 1) $mine $imported $other)
        (func (export "at") (param i32) (result i32) (call_indirect (type $get) (local.get 0)))`,
    });
    for (const position of [0, 1]) {
      const results = [0, 1, 2, 3, 4].map((i) => twin.invoke(position, "at", [BigInt(i)]));
      expect(results).to.deep.equal(["5", "79", "5", "indirect call type mismatch", "undefined element"]);
    }
    twin.invoke(0, "set", [6n]);
    expect(twin.invoke(1, "at", [2n])).to.equal("6");
    twin.compareState();
  });

  it("share memories and globals, and grow them for each other", async () => {
    const twin = await start({
      a: `(memory (export "m") 1 3) (memory (export "m2") 0 2) (global (export "g") (mut i64) (i64.const -2))
        (func (export "size") (result i32 i32) (memory.size 0) (memory.size 1))`,
      b: `(import "a" "m2" (memory $m2 0 2)) (import "a" "m" (memory $m 1 4)) (import "a" "g" (global $g (mut i64)))
        (data (memory $m) (i32.const 65535) "z")
        (func (export "grow") (param i32 i32) (result i32 i32)
          (memory.grow $m2 (local.get 0)) (memory.grow $m (local.get 1)))
        (func (export "copy") (param i32 i32 i32) (memory.copy $m2 $m (local.get 0) (local.get 1) (local.get 2)))
        (func (export "fill") (param i32 i32 i32) (memory.fill $m2 (local.get 0) (local.get 1) (local.get 2)))
        (func (export "bump") (result i64) (global.set $g (i64.mul (global.get $g) (i64.const 3))) (global.get $g))`,
    });
    twin.invoke(1, "copy", [0n, 65_535n, 1n]);
    expect(twin.invoke(1, "grow", [1n, 9n])).to.equal(`0 ${2n ** 32n - 1n}`);
    expect(twin.invoke(1, "grow", [0n, 2n])).to.equal("1 1");
    expect(twin.invoke(0, "size")).to.equal("3 1");
    twin.invoke(1, "copy", [31n, 65_530n, 40n]);
    twin.invoke(1, "fill", [65_530n, 7n, 6n]);
    expect(twin.invoke(1, "fill", [65_530n, 7n, 7n])).to.equal("out of bounds memory access");
    twin.invoke(1, "bump");
    twin.compareState();
  });

  it("import references in globals, and pass them on in constant expressions", async () => {
    const twin = await start({
      a: `(func $f (export "f") (result i32) (i32.const 1)) (global (export "f-ref") funcref (ref.func $f))
        (global (export "none") externref (ref.null extern)) (global (export "base") i32 (i32.const 3))
        (global (export "any") (mut externref) (ref.null extern))
        (func (export "set") (param externref) (global.set 3 (local.get 0)))`,
      b: `(import "a" "f-ref" (global $f funcref)) (import "a" "none" (global $none externref))
        (import "a" "base" (global $base i32)) (import "a" "any" (global $any (mut externref)))
        (func $g (export "g") (result i32) (i32.const 2))
        (global $twice i32 (i32.mul (global.get $base) (i32.sub (i32.const 5) (i32.const 3))))
        (global (export "wide") i64 (i64.add (i64.const -1) (i64.mul (i64.const 4) (i64.const 8))))
        (global (export "copy") funcref (global.get $f)) (global (export "own") (mut funcref) (ref.func $g))
        (table (export "t") 10 funcref) (table $x (export "x") 3 externref)
        (elem (table 0) (i32.add (global.get $base) (i32.const 1)) funcref
          (global.get $f) (ref.null func) (ref.func $g) (ref.func $g))
        (elem (table $x) (i32.const 0) externref (ref.null extern) (global.get $none))
        (memory (export "m") 1) (data (i32.sub (global.get $twice) (i32.const 1)) "abc")
        (func (export "get") (result externref i32) (global.get $any) (ref.is_null (global.get $any)))
        (func (export "put") (param i32) (table.set $x (local.get 0) (global.get $any)))
        (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0)))`,
    });
    expect(twin.invoke(1, "get")).to.equal("0 1");
    twin.invoke(0, "set", [external(5)]);
    expect(twin.invoke(1, "get")).to.equal(`${external(5)} 0`);
    twin.invoke(1, "put", [2n]);
    expect([4, 5, 6, 7].map((i) => twin.invoke(1, "call", [BigInt(i)]))).to.deep.equal([
      "1",
      "uninitialized element",
      "2",
      "2",
    ]);
    twin.compareState();
  });

  it("grow, fill, copy and initialize each other's tables", async () => {
    const twin = await start({
      a: `(table (export "f") 2 6 funcref) (table $x (export "x") 1 externref) (elem (i32.const 1) $f)
        (func $f (export "f0") (result i32) (i32.const 9))
        (func (export "size") (result i32 i32) (table.size 0) (table.size $x))`,
      b: `(import "a" "x" (table $x 1 externref)) (import "a" "f" (table $f 2 6 funcref)) (table $own (export "own") 8 funcref)
        (func $g (export "g"))
        (elem $passive func $g $g $g) (elem declare func $g)
        (func (export "grow-x") (param externref i32) (result i32) (table.grow $x (local.get 0) (local.get 1)))
        (func (export "grow-f") (param i32) (result i32) (table.grow $f (ref.func $g) (local.get 0)))
        (func (export "fill") (param i32 externref i32) (table.fill $x (local.get 0) (local.get 1) (local.get 2)))
        (func (export "copy") (param i32 i32 i32) (table.copy $own $f (local.get 0) (local.get 1) (local.get 2)))
        (func (export "back") (param i32 i32 i32) (table.copy $f $own (local.get 0) (local.get 1) (local.get 2)))
        (func (export "within") (param i32 i32 i32) (table.copy $own $own (local.get 0) (local.get 1) (local.get 2)))
        (func (export "init") (param i32 i32 i32) (table.init $f $passive (local.get 0) (local.get 1) (local.get 2)))
        (func (export "drop") (elem.drop $passive))
        (func (export "get") (param i32) (result funcref) (table.get $f (local.get 0)))`,
    });
    const bounds = "out of bounds table access";
    const none = String(2n ** 32n - 1n);
    expect(twin.invoke(1, "grow-x", [external(1), 3n])).to.equal("1");
    expect(twin.invoke(1, "grow-f", [5n])).to.equal(none);
    expect(twin.invoke(1, "grow-f", [4n])).to.equal("2");
    expect(twin.invoke(1, "grow-f", [1n])).to.equal(none);
    expect(twin.invoke(1, "grow-f", [0n])).to.equal("6");
    expect(twin.invoke(0, "size")).to.equal("6 4");
    expect(twin.invoke(1, "fill", [1n, external(2), 3n])).to.equal("");
    expect(twin.invoke(1, "fill", [4n, 0n, 0n])).to.equal("");
    expect(twin.invoke(1, "fill", [2n, external(3), 3n])).to.equal(bounds);
    expect(twin.invoke(1, "copy", [1n, 0n, 6n])).to.equal("");
    expect(twin.invoke(1, "within", [3n, 2n, 5n])).to.equal("");
    expect(twin.invoke(1, "within", [0n, 2n, 5n])).to.equal("");
    expect(twin.invoke(1, "back", [0n, 3n, 6n])).to.equal(bounds);
    expect(twin.invoke(1, "back", [0n, 2n, 6n])).to.equal("");
    expect(twin.invoke(1, "init", [1n, 1n, 2n])).to.equal("");
    expect(twin.invoke(1, "init", [4n, 0n, 3n])).to.equal(bounds);
    twin.invoke(1, "drop");
    expect(twin.invoke(1, "init", [0n, 0n, 0n])).to.equal("");
    expect(twin.invoke(1, "init", [0n, 0n, 1n])).to.equal(bounds);
    twin.invoke(1, "get", [1n]);
    expect(twin.invoke(1, "get", [6n])).to.equal(bounds);
    twin.compareState();
  });

  it("choose between references, and carry them through blocks of several values", async () => {
    const twin = await start({
      a: `(type $pair (func (param funcref i32 externref) (result externref funcref)))
        (func $f (export "f")) (elem declare func $f)
        (func (export "select") (param i32 externref externref) (result externref)
          (select (result externref) (local.get 1) (local.get 2) (local.get 0)))
        (func (export "pick") (param i32) (result funcref)
          (select (result funcref) (ref.func $f) (ref.null func) (local.get 0)))
        (func (export "swap") (param i32 externref) (result externref funcref)
          (ref.func $f) (i32.const 7) (local.get 1)
          (block (type $pair) (local.set 1) drop (local.get 1)
            (if (param funcref externref) (result externref funcref) (local.get 0)
              (then (local.set 1) drop (local.get 1) (ref.null func))
              (else (local.set 1) (local.get 1) (br_if 1 (ref.null extern) (ref.func $f) (i32.const 1)) drop drop drop
                unreachable))))
        (func (export "loop") (param i32) (result i32 i32)
          (i32.const 0) (local.get 0)
          (loop (param i32 i32) (result i32 i32) (local.set 0) (i32.add (i32.const 2)) (i32.sub (local.get 0) (i32.const 1))
            (br_if 0 (i32.gt_s (local.tee 0 (i32.sub (local.get 0) (i32.const 1))) (i32.const 0)))))`,
    });
    expect(twin.invoke(0, "select", [1n, external(1), 0n])).to.equal(String(external(1)));
    expect(twin.invoke(0, "select", [0n, external(1), 0n])).to.equal("0");
    twin.invoke(0, "pick", [1n]);
    expect(twin.invoke(0, "pick", [0n])).to.equal("0");
    twin.invoke(0, "swap", [1n, external(4)]);
    twin.invoke(0, "swap", [0n, external(4)]);
    twin.invoke(0, "loop", [5n]);
  });

  it("leave in shared tables and memories what an instance wrote that trapped", async () => {
    const twin = await twinOf({
      a: `(table (export "t") 6 funcref) (memory (export "m") 1) (global (export "three") i32 (i32.const 3))
        (func (export "call") (param i32) (result i32) (call_indirect (result i32) (local.get 0)))`,
      late: `(import "a" "t" (table 6 funcref)) (import "a" "m" (memory 1)) (import "a" "three" (global $three i32))
        (memory $own 1) (func $f (result i32) (i32.load8_u $own (i32.const 0)))
        (elem (i32.const 0) $f $f) (elem (global.get $three) $f) (data (memory $own) (i32.const 0) "\\2a")
        (data (i32.const 5) "shared") (data (i32.const 65530) "too long")`,
      table: `(import "a" "t" (table 6 funcref)) (import "a" "m" (memory 1)) (func $f (result i32) (i32.const 1))
        (elem (i32.const 4) $f) (elem (i32.const 5) $f $f) (elem (i32.const 2) $f) (data (i32.const 0) "not written")`,
      start: `(import "a" "m" (memory 1)) (data (i32.const 20) "s") (start $s)
        (func $s (i32.store8 (i32.const 21) (i32.const 116)) (i32.store (i32.const 65533) (i32.const 0)))`,
      good: `(import "a" "m" (memory 1)) (import "a" "call" (func $call (param i32) (result i32))) (start $s)
        (func $s (i32.store8 (i32.const 22) (call $call (i32.const 1))))`,
    });
    expect([0, 1, 2, 3, 4].map((i) => twin.instantiate(i))).to.deep.equal([true, false, false, false, true]);
    expect([0, 1, 2, 3, 4].map((i) => twin.invoke(0, "call", [BigInt(i)]))).to.deep.equal([
      "42",
      "42",
      "uninitialized element",
      "42",
      "1",
    ]);
  });

  it("are two instances where a module is there twice", async () => {
    const counter = `(global $n (export "n") (mut i32) (i32.const 0)) (table (export "t") 1 funcref) (elem (i32.const 0) $next)
      (func $next (export "next") (result i32) (global.set $n (i32.add (global.get $n) (i32.const 1))) (global.get $n))`;
    const twin = await start({
      a: counter,
      b: counter,
      c: `(import "a" "next" (func $a (result i32))) (import "b" "t" (table $b 1 funcref)) (elem declare func $a)
        (func (export "both") (result i32 i32) (call $a) (call_indirect $b (result i32) (i32.const 0)))
        (func (export "refs") (result funcref funcref) (ref.func $a) (table.get $b (i32.const 0)))`,
    });
    expect(twin.invoke(2, "both")).to.equal("1 1");
    twin.invoke(0, "next");
    expect(twin.invoke(2, "both")).to.equal("3 2");
    const [one, other] = twin.invoke(2, "refs").split(" ");
    expect(one).not.to.equal(other);
    twin.compareState();
  });
});

/** Calls of random programs, by how they ended. */
type Tally = Map<string, number>;

/** A value of a type, by its bits. */
function argument(draw: Draw, type: string, functions: readonly bigint[]): bigint {
  if (type === "externref") return draw.chance(3) ? 0n : external(draw.below(5));
  if (type === "funcref") return draw.chance(3) ? 0n : (functions[draw.below(functions.length)] ?? 0n);
  return BigInt(draw.below(9));
}

/** Plays a program; `prepare` sees the session before anything is done to it. */
async function play(numbers: readonly number[], tally: Tally, prepare?: (twin: Twin) => void): Promise<void> {
  const draw = new Draw(numbers);
  const modules = drawModules(draw);
  const twin = await twinOf(Object.fromEntries(modules.map(({ name, text }) => [name, text])));
  prepare?.(twin);
  const alive: { readonly position: number; readonly module: RandomModule }[] = [];
  modules.forEach((module, position) => {
    const isLinked = module.imports.every((name) => alive.some((other) => other.module.name === name));
    if (isLinked && twin.instantiate(position)) alive.push({ position, module });
    else tally.set("not instantiated", (tally.get("not instantiated") ?? 0) + 1);
  });
  if (alive.length === modules.length) compareFolded(twin);
  const callable = alive.flatMap(({ position, module }) => module.functions.map((fn) => ({ position, ...fn })));
  const references = callable.map(({ position, name }) => twin.reference(position, name));
  for (let i = 0; i < 12 && callable.length > 0; i++) {
    for (const { position } of alive) twin.invoke(position, "refill");
    const { position, name, params } = callable[draw.below(callable.length)] ?? expect.fail();
    const args = params.map((type) => argument(draw, type, references));
    const ending = twin.invoke(position, name, args);
    twin.compareState();
    const kind = /^[\d ]*$/.test(ending) ? "success" : ending;
    tally.set(kind, (tally.get(kind) ?? 0) + 1);
  }
}

/** What a program is drawn from. */
const NUMBERS = fc.noBias(fc.array(fc.nat(1_000_000), { minLength: 900, maxLength: 900 }));

describe("random modules of one program", () => {
  it(`do as on V8, ${RUNS} programs`, async () => {
    const tally: Tally = new Map();
    await fc.assert(
      fc.asyncProperty(NUMBERS, (list) => play(list, tally)),
      { seed: SEED, numRuns: RUNS, endOnFailure: true },
    );
    const counts = [...tally].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${count} ${kind}`);
    console.log(`      ${counts.join(", ")}`);
    for (const kind of [
      "success",
      "out of bounds table access",
      "indirect call type mismatch",
      "uninitialized element",
    ])
      expect(tally.get(kind), kind).to.be.greaterThan(0);
  });

  it("leave nothing above the top of the stack, and no bit beyond its type, at any step", async () => {
    let steps = 0;
    for (const numbers of fc.sample(NUMBERS, { seed: SEED, numRuns: 30 })) {
      await play(numbers, new Map(), (twin) => {
        const { machine } = twin;
        const { stack } = machine.access.trees;
        const code = machine.image.code as Uint8Array;
        twin.watch = (pc) => {
          const { top } = unpackWord(wordAt(code, pc));
          const limit = machine.registers.base + top;
          const highest = Math.max(-1, ...stack.map.keys());
          if (highest >= limit) expect(highest).to.be.below(limit, `pc ${pc}`);
          // The cursor of a bulk instruction alone is wider than 64 bits.
          for (const [index, value] of stack.map) {
            if (value >= 2n ** 64n) expect(index).to.equal(limit - 1, `pc ${pc}, a wide slot`);
          }
          steps++;
        };
      });
    }
    expect(steps).to.be.greaterThan(10_000);
  });
});
