import { expect } from "chai";
import { decode } from "../../../verifier/wasm/decode.ts";
import { ALL_FEATURES } from "../../../verifier/wasm/features.ts";
import { validate } from "../../../verifier/wasm/validate.ts";
import { binary, body, section, TYPES, vector, withCode } from "./binary.ts";
import { refusal } from "./outcome.ts";
import { assemble } from "./text.ts";

describe("validate", () => {
  describe("refuses what is invalid", () => {
    // [what, text, problem, instruction, offset]; a bare name or number where the assembler would
    // resolve it
    const cases: [string, string, string, string | undefined, number][] = [
      [
        "an operand of another type",
        "(func (drop (i32.add (i32.const 1) (i64.const 2))))",
        "type mismatch: expected i32, found i64",
        "i32.add",
        27,
      ],
      ["a missing operand", "(func i32.eqz drop)", "type mismatch: expected i32, the stack is empty", "i32.eqz", 23],
      ["nothing to drop", "(func drop)", "type mismatch: expected an operand, the stack is empty", "drop", 23],
      ["a missing result", "(func (result i32))", "type mismatch: expected i32, the stack is empty", "end", 24],
      [
        "a value too many",
        "(func (i32.const 0))",
        "type mismatch: 1 more value on the stack than the block returns",
        "end",
        25,
      ],
      [
        "an if without an else that should return",
        "(func (drop (if (result i32) (i32.const 1) (then (i32.const 2)))))",
        "type mismatch: expected i32, the stack is empty",
        "end",
        29,
      ],
      [
        "a branch without its value",
        "(func (result i32) (block (result i32) (br 0)))",
        "type mismatch: expected i32, the stack is empty",
        "br",
        26,
      ],
      [
        "targets of different arity",
        "(func (block (result i32) (br_table 0 1 (i32.const 0) (i32.const 0))) drop)",
        "type mismatch: label 0 takes 1 values, label 1 takes 0",
        "br_table",
        29,
      ],
      [
        "operands of select that differ",
        "(func (drop (select (i32.const 0) (i64.const 0) (i32.const 0))))",
        "type mismatch: expected i64, found i32",
        "select",
        29,
      ],
      [
        "an operand of another type in dead code",
        "(func unreachable (drop (i32.eqz (i64.const 0))))",
        "type mismatch: expected i32, found i64",
        "i32.eqz",
        26,
      ],
      ["a label", "(func (br 1))", "unknown label 1: 1 are open", "br", 23],
      [
        "a local",
        "(func (param i32) (local i64) (drop (local.get 2)))",
        "unknown local 2: there are 2",
        "local.get",
        26,
      ],
      ["a global", "(func (drop (global.get 0)))", "unknown global 0: there are 0", "global.get", 23],
      ["a function", "(func (call 7))", "unknown function 7: there are 1", "call", 23],
      ["a table", "(func (call_indirect (i32.const 0)))", "unknown table 0: there are 0", "call_indirect", 25],
      ["a memory", "(func (drop (memory.size)))", "unknown memory 0: there are 0", "memory.size", 23],
      ["a memory of a load", "(func (drop (i32.load (i32.const 0))))", "unknown memory 0: there are 0", "i32.load", 25],
      [
        "an element segment",
        "(table 0 funcref) (func (elem.drop 0))",
        "unknown elem segment 0: there are 0",
        "elem.drop",
        29,
      ],
      [
        "a data segment",
        '(memory 0) (func (data.drop 1)) (data "")',
        "unknown data segment 1: there are 1",
        "data.drop",
        31,
      ],
      [
        "alignment",
        "(memory 0) (func (drop (i32.load16_u align=4 (i32.const 0))))",
        "alignment must not be larger than natural: 2^2 bytes promised, 2 accessed",
        "i32.load16_u",
        30,
      ],
      [
        "a constant global that is set",
        "(global i32 (i32.const 0)) (func (global.set 0 (i32.const 1)))",
        "immutable global 0",
        "global.set",
        33,
      ],
      [
        "a global of another type",
        "(global i32 (i64.const 0))",
        "type mismatch: a constant expression of type i32 yields i64",
        undefined,
        13,
      ],
      [
        "a global of no value",
        "(global i32)",
        "type mismatch: a constant expression of type i32 yields nothing",
        undefined,
        13,
      ],
      [
        "a global that is computed",
        "(global i32 (i32.clz (i32.const 0)))",
        "constant expression required",
        "i32.clz",
        15,
      ],
      [
        "a global that may change",
        '(import "" "" (global (mut i32))) (global i32 (global.get 0))',
        "constant expression required: global 0 may change",
        "global.get",
        21,
      ],
      ["a global of itself", "(global i32 (global.get 0))", "unknown global 0: there are 0", undefined, 13],
      ["too much memory", "(memory 65537)", "memory size must be at most 65536 pages (4GiB): 65537", undefined, 11],
      [
        "a maximum below the minimum",
        "(table 2 1 funcref)",
        "size minimum must not be greater than maximum: 2 > 1",
        undefined,
        11,
      ],
      [
        "a start function with a parameter",
        "(func (param i32)) (start 0)",
        "start function must take nothing and return nothing",
        undefined,
        21,
      ],
      ["a start function that is not there", "(start 3)", "unknown function 3: there are 0", undefined, 10],
      ["an export that is not there", '(export "a" (memory 0))', "unknown memory 0: there are 0", undefined, 11],
      [
        "an export twice",
        '(func) (export "a" (func 0)) (export "a" (func 0))',
        "duplicate export name a",
        undefined,
        25,
      ],
      ["elements without a table", "(func) (elem (i32.const 0) func 0)", "unknown table 0: there are 0", undefined, 21],
      [
        "elements that are not there",
        "(table 1 funcref) (elem (i32.const 0) func 4)",
        "unknown function 4: there are 0",
        undefined,
        17,
      ],
      [
        "elements at a place of another type",
        "(table 1 funcref) (elem (i64.const 0) func)",
        "type mismatch: a constant expression of type i32 yields i64",
        undefined,
        18,
      ],
      ["data without a memory", '(data (i32.const 0) "")', "unknown memory 0: there are 0", undefined, 12],
    ];
    for (const [what, text, problem, instruction, offset] of cases) {
      it(what, async () => {
        const bytes = await assemble(`(module ${text})`);
        const error = refusal(bytes);
        expect([error?.name, error?.problem]).to.deep.equal(["ValidationError", problem]);
        expect([error?.instruction, error?.offset]).to.deep.equal([instruction, offset]);
        expect(WebAssembly.validate(bytes.slice())).to.equal(false);
      });
    }

    it("a function of an unknown type", () => {
      const error = refusal(binary(TYPES, section(3, vector([1])), section(10, vector(body([])))));
      expect([error?.name, error?.problem, error?.offset]).to.deep.equal([
        "ValidationError",
        "unknown type 1: there are 1",
        17,
      ]);
      expect(error?.function).to.deep.equal({ index: 0 });
    });

    it("a block of an unknown type", () => {
      const error = refusal(withCode([0x02, 0x05, 0x0b]));
      expect([error?.name, error?.problem, error?.offset, error?.instruction]).to.deep.equal([
        "ValidationError",
        "unknown type 5: there are 1",
        24,
        "block",
      ]);
    });
  });

  it("says what and where in one line, and hints at what to do", async () => {
    const bytes = await assemble('(module (func (export "sum") (result i32) (i32.add (i32.const 1) (i64.const 2))))');
    const error = refusal(bytes);
    expect([error?.message, error?.hint]).to.deep.equal([
      "type mismatch: expected i32, found i64, i32.add at byte 37 (0x25) in function 0 (sum)",
      "the module is not valid, rebuild it with a correct compiler",
    ]);
  });

  it("accepts dead code of any stack", async () => {
    const bytes = await assemble(`(module (func (result i32)
      (block (result i32 i64) unreachable i32.add select br_if 0 (br_table 0 0 (i32.const 0)))
      drop))`);
    expect(refusal(bytes)).to.equal(undefined);
  });

  it("accepts blocks with parameters and several results", async () => {
    const bytes = await assemble(`(module (func (param i32) (result i32 i64)
      (local.get 0) (i64.const 1)
      (loop (param i32 i64) (result i32 i64)
        (block (param i32 i64) (result i64 i32) drop drop (i64.const 3) (i32.const 1))
        (if (param i64) (result i64 i32) (then (i32.const 2)) (else (i32.const 3)))
        drop drop (local.get 0) (i64.const 2) (br_if 0 (local.get 0)))))`);
    expect(refusal(bytes)).to.equal(undefined);
  });

  it("demands that ref.func is declared", async () => {
    const bytes = await assemble("(module (func $f) (func (drop (ref.func $f))))");
    expect(refusal(bytes, ALL_FEATURES)?.problem).to.match(/^undeclared function reference 0/);
    const declared = await assemble("(module (func $f) (elem declare func $f) (func (drop (ref.func $f))))");
    expect(refusal(declared, ALL_FEATURES)).to.equal(undefined);
  });

  it("leaves the module as it was", () => {
    const bytes = withCode([0x41, 0, 0x1a]);
    const module = decode(bytes);
    const before = JSON.stringify(module, (key, value: unknown) => (key === "bytes" ? [...bytes] : value));
    validate(module);
    expect(JSON.stringify(module, (key, value: unknown) => (key === "bytes" ? [...bytes] : value))).to.equal(before);
  });
});
