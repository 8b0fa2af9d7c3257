import { expect } from "chai";
import { buildProgram, type BuildOptions, type Program } from "../../../../verifier/program/build.ts";
import { LinkError } from "../../../../verifier/program/errors.ts";
import { assemble } from "../../wasm/text.ts";
import { call } from "../call.ts";
import { startMachine } from "../map-access.ts";

type Texts = Readonly<Record<string, string>>;

async function build(texts: Texts, options: Partial<BuildOptions> = {}): Promise<Program> {
  const modules = await Promise.all(
    Object.entries(texts).map(async ([name, text]) => ({ name, bytes: await assemble(`(module ${text})`) })),
  );
  return buildProgram(modules, { convention: "typed", ...options });
}

const refusal = async (texts: Texts): Promise<LinkError> =>
  build(texts).then(
    () => expect.fail("the modules were linked"),
    (error: unknown) => {
      expect(error).instanceOf(LinkError);
      return error as LinkError;
    },
  );

/** The section: sizes, the logarithms of alignments, and what else there is of it. */
const dylink = (memory: number, memoryAlign: number, table = 0, tableAlign = 0, rest = ""): string => {
  const bytes = [memory, memoryAlign, table, tableAlign]
    .map((byte) => `\\${byte.toString(16).padStart(2, "0")}`)
    .join("");
  return `(@custom "dylink.0" (before first) "\\01\\04${bytes}${rest}")`;
};

const SHARED = `(import "env" "memory" (memory 1)) (import "env" "__indirect_function_table" (table 1 funcref))
  (import "env" "__memory_base" (global $memory i32)) (import "env" "__table_base" (global $table i32))
  (import "env" "__stack_pointer" (global $stack (mut i32)))`;

/**
 * Has data at its base, a variable of the other's, and calls a function of the other's by its
 * address.
 */
const FIRST = `${dylink(12, 4, 1)} ${SHARED}
  (import "GOT.mem" "counter" (global $counter (mut i32))) (import "GOT.func" "twice" (global $twice (mut i32)))
  (import "env" "twice" (func $direct (param i32) (result i32)))
  (type $unary (func (param i32) (result i32)))
  (data (global.get $memory) "\\07") (elem (global.get $table) $own)
  (func $own (param i32) (result i32) (i32.add (local.get 0) (i32.const 100)))
  (global (export "mark") i32 (i32.const 8))
  (func (export "bases") (result i32 i32) (global.get $memory) (global.get $table))
  (func (export "data") (result i32) (i32.load8_u (global.get $memory)))
  (func (export "counter") (result i32) (i32.load (global.get $counter)))
  (func (export "indirect") (param i32) (result i32 i32)
    (call_indirect (type $unary) (local.get 0) (global.get $twice)) (call_indirect (type $unary) (local.get 0) (global.get $table)))
  (func (export "direct") (param i32) (result i32) (call $direct (local.get 0)))
  (func (export "stack") (result i32) (global.set $stack (i32.sub (global.get $stack) (i32.const 16))) (global.get $stack))
  (func (export "__wasm_call_ctors") (i32.store (global.get $counter) (i32.mul (i32.load (global.get $counter)) (i32.const 10))))`;

const SECOND = `${dylink(8, 3)} ${SHARED}
  (import "GOT.mem" "mark" (global $mark (mut i32)))
  (global (export "counter") i32 (i32.const 4))
  (func (export "twice") (param i32) (result i32) (i32.shl (local.get 0) (i32.const 1)))
  (func (export "bases") (result i32 i32 i32 i32) (global.get $memory) (global.get $table) (global.get $mark) (global.get $stack))
  (func (export "__wasm_apply_data_relocs") (i32.store offset=4 (global.get $memory) (i32.const 5)))`;

describe("modules that share a memory and a table", () => {
  const run = async (texts: Texts, name: string, ...args: string[]): Promise<string> => {
    const program = await build(texts);
    return call(program, startMachine(program), name, ...args);
  };

  it("have bases as they are aligned, data there, and each other's functions and data", async () => {
    const texts = { second: SECOND, first: FIRST };
    expect(await run(texts, "bases")).equal("1040 1");
    expect(await run(texts, "data")).equal("7");
    expect(await run(texts, "indirect", "21")).equal("42 121");
    expect(await run(texts, "direct", "21")).equal("42");
    // Addresses are written before constructors run, which find 5 there, whatever the order of the
    // modules.
    expect(await run(texts, "counter")).equal("50");
    expect(await run({ first: FIRST, second: SECOND }, "bases")).equal("1040 2 1032 1049632");
  });

  it("share the stack pointer, which is aligned", async () => {
    const program = await build({ second: SECOND, first: FIRST });
    const machine = startMachine(program);
    expect([call(program, machine, "stack"), call(program, machine, "stack")]).deep.equal(["1049616", "1049600"]);
  });

  it("may lack what is weak: its address is 0", async () => {
    const weak = `\\04\\08\\01\\07GOT.mem\\01x\\01`.replace("\\08", "\\0c");
    const text = (rest: string): string => `${dylink(0, 0, 0, 0, rest)} ${SHARED}
      (import "GOT.mem" "x" (global $x (mut i32))) (func (export "f") (result i32) (global.get $x))`;
    expect(await run({ guest: text(weak) }, "f")).equal("0");
    const { message, hint } = await refusal({ guest: text("") });
    expect(message).equal(
      `module "guest" cannot be linked: unknown import: global "GOT.mem" "x" mutable i32: module "GOT.mem" exports nothing of that name`,
    );
    expect(hint).match(/link a module that provides it/);
  });

  it("find functions in modules of another kind, which can have the memory too", async () => {
    const guest = `${dylink(4, 2)} ${SHARED} (import "env" "poke" (func $poke (param i32)))
      (data (global.get $memory) "\\01") (func (export "f") (result i32) (call $poke (global.get $memory)) (i32.load (global.get $memory)))`;
    const library = `(import "env" "memory" (memory 1))
      (func (export "poke") (param i32) (i32.store8 offset=1 (local.get 0) (i32.const 1)))`;
    expect(await run({ library, guest }, "f")).equal("257");
    const { message } = await refusal({ guest });
    expect(message).contain(`function "env" "poke" (i32) → (): module "env" exports nothing of that name`);
    // A module of the name "env" keeps it.
    const env = library.replace(`"env" "memory"`, `"dylink" "memory"`);
    expect(await run({ env, guest }, "f")).equal("257");
  });

  it("have memory for what they import, and more when they ask for it", async () => {
    const guest = `${dylink(0, 0)} ${SHARED.replace("(memory 1)", "(memory 20 40)")}
      (import "env" "emscripten_resize_heap" (func $resize (param i32) (result i32)))
      (import "GOT.mem" "__heap_base" (global $heap (mut i32))) (import "GOT.mem" "__heap_end" (global $end (mut i32)))
      (func (export "f") (result i32 i32 i32 i32 i32)
        (global.get $end) (memory.size) (call $resize (i32.const 1966081)) (memory.size) (call $resize (i32.const 9999999)))`;
    expect(await run({ guest }, "f")).equal("1310720 20 1 31 0");
  });

  it("leave other programs alone, and have names that no module may have", async () => {
    const plain = await build({ guest: `(func (export "f"))` });
    expect(plain.instances.map(({ name }) => name)).deep.equal(["guest", "driver"]);
    const { message } = await refusal({ dylink: `(func)`, guest: FIRST });
    expect(message).match(/the name "dylink" is the loader's/);
  });
});
