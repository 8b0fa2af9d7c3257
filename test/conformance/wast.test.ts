import { expect } from "chai";
import { MISSING, scripts } from "./location.ts";
import { readScript } from "./suite.ts";
import { readInteger, readWast, WastError } from "./wast.ts";

describe("readWast", () => {
  it("keeps the text of modules and decodes binary and quoted ones", () => {
    const [text, bytes, quote, definition, instance] = readWast(`
      (module $a (func (export "f") (@note "(") (; ) ;) nop)) ;; )
      (module $b binary "\\00asm" "\\01\\00\\00\\00")
      (module quote "(func" "\\u{e9})")
      (module definition $c (memory 1))
      (module instance $d $c)`);
    expect(text).to.deep.equal({
      kind: "module",
      line: 2,
      module: { form: "text", id: "$a", line: 2, source: '(module $a (func (export "f") (@note "(") (; ) ;) nop))' },
    });
    expect(bytes).to.deep.equal({
      kind: "module",
      line: 3,
      module: { form: "binary", id: "$b", line: 3, bytes: Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0) },
    });
    const source = new TextEncoder().encode("(func é) ");
    expect(quote).to.deep.equal({ kind: "module", line: 4, module: { form: "quote", line: 4, source } });
    expect(definition).to.deep.equal({
      kind: "definition",
      line: 5,
      module: { form: "text", id: "$c", line: 5, source: "(module $c (memory 1))" },
    });
    expect(instance).to.deep.equal({ kind: "instance", line: 6, id: "$d", definition: "$c" });
  });

  it("reads actions and values", () => {
    const commands = readWast(`
      (register "lib" $m)
      (invoke "a")
      (assert_return (invoke $m "b" (i32.const -1) (i64.const 0x7fff_ffff)) (f32.const nan:canonical) (f64.const -0x1p-1))
      (assert_return (get "g") (either (i32.const 1) (ref.null func)) (ref.extern 3) (v128.const i32x4 1 2 3 4))
      (assert_exhaustion (invoke "r") "call stack exhausted")
      (assert_trap (invoke "t") "unreachable")
      (assert_trap (module (func)) "out of bounds memory access")
      (assert_exception (invoke "e"))`);
    expect(commands).to.deep.equal([
      { kind: "register", line: 2, name: "lib", module: "$m" },
      { kind: "action", line: 3, action: { kind: "invoke", name: "a", args: [] } },
      {
        kind: "assert_return",
        line: 4,
        action: {
          kind: "invoke",
          module: "$m",
          name: "b",
          args: [
            { type: "i32", value: 0xffff_ffffn },
            { type: "i64", value: 0x7fff_ffffn },
          ],
        },
        expected: [
          { type: "f32", literal: "nan:canonical" },
          { type: "f64", literal: "-0x1p-1" },
        ],
      },
      {
        kind: "assert_return",
        line: 5,
        action: { kind: "get", name: "g" },
        expected: [
          {
            type: "either",
            choices: [
              { type: "i32", value: 1n },
              { type: "ref", form: "ref.null", operands: ["func"] },
            ],
          },
          { type: "ref", form: "ref.extern", operands: ["3"] },
          { type: "v128", shape: "i32x4", lanes: ["1", "2", "3", "4"] },
        ],
      },
      {
        kind: "assert_exhaustion",
        line: 6,
        action: { kind: "invoke", name: "r", args: [] },
        message: "call stack exhausted",
      },
      { kind: "assert_trap", line: 7, action: { kind: "invoke", name: "t", args: [] }, message: "unreachable" },
      {
        kind: "assert_module_trap",
        line: 8,
        module: { form: "text", line: 8, source: "(module (func))" },
        message: "out of bounds memory access",
      },
      { kind: "assert_exception", line: 9, action: { kind: "invoke", name: "e", args: [] } },
    ]);
  });

  it("reads assertions about modules", () => {
    const kinds = [
      "assert_malformed",
      "assert_invalid",
      "assert_unlinkable",
      "assert_malformed_custom",
      "assert_invalid_custom",
    ];
    const commands = readWast(kinds.map((kind) => `(${kind} (module) "why")`).join("\n"));
    expect(commands.map(({ kind, line }) => [kind, line])).to.deep.equal(kinds.map((kind, at) => [kind, at + 1]));
  });

  it("takes a script of bare fields as a module", () => {
    expect(readWast("(memory 0)\n(func)")).to.deep.equal([
      { kind: "module", line: 1, module: { form: "text", line: 1, source: "(module (memory 0)\n(func)\n)" } },
    ]);
  });

  it("keeps the strings of names as they are", () => {
    const [command] = readWast('(invoke "\\t\\n\\"\\\\\\41\\u{1F600}é")');
    expect(command).to.deep.include({ action: { kind: "invoke", name: '\t\n"\\A😀é', args: [] } });
  });

  const wrong: [string, string, number][] = [
    ["(module", "an opening parenthesis is not closed", 1],
    ["(module))", "a closing parenthesis has no opening one", 1],
    ["\n(; (; ;)", "a block comment is not closed", 2],
    ['(invoke "a', "a string is not closed", 1],
    ['(invoke "\\q")', "unknown escape \\q", 1],
    ["(perform)", "unknown command perform", 1],
    ['\n\n(assert_trap (perform) "x")', "an action (invoke or get) is expected", 3],
    ["(assert_return)", "a list is expected", 1],
    ["(invoke f)", "a string is expected", 1],
    ['(invoke "f" (i8.const 1))', "unknown value i8.const", 1],
    ['(invoke "f" (i32.const 0x))', "0x is no integer", 1],
  ];
  for (const [script, problem, line] of wrong) {
    it(`refuses ${JSON.stringify(script)}`, () => {
      expect(() => readWast(script))
        .to.throw(WastError, `${problem}, at line ${line} of the script`)
        .with.property("line", line);
    });
  }

  it("does not run out of stack on deep nesting", () => {
    const depth = 200_000;
    expect(readWast(`(module ${"(".repeat(depth)}${")".repeat(depth)})`)).to.have.length(1);
  });

  it("reads integers of either base and sign", () => {
    const read = (literal: string, bits: 32 | 64): bigint => readInteger(literal, bits, 1);
    expect(read("-1", 64)).to.equal(2n ** 64n - 1n);
    expect(read("-0x8000_0000", 32)).to.equal(2n ** 31n);
    expect(read("+1_000", 32)).to.equal(1000n);
  });

  if (MISSING !== undefined) it(`reads the official test suite ${MISSING}`);
  else {
    it("reads the official test suite", () => {
      const names = scripts();
      expect(names.length).to.be.at.least(257);
      const commands = names.flatMap(readScript);
      expect(commands.length).to.be.at.least(65_000);
    });
  }
});
