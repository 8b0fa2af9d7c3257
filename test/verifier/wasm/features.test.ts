import { expect } from "chai";
import { UnsupportedError } from "../../../verifier/wasm/errors.ts";
import { ALL_FEATURES, DEFAULT_FEATURES, type Features } from "../../../verifier/wasm/features.ts";
import type { Feature, Proposal } from "../../../verifier/instructions/proposal.ts";
import { OPERATIONS } from "../../../verifier/instructions/table.ts";
import { binary, section, vector, withCode } from "./binary.ts";
import { refusal } from "./outcome.ts";
import { assemble } from "./text.ts";

/** The features of this project, and all the others but one. */
const without = (feature: Feature): Features => new Set([...ALL_FEATURES].filter((each) => each !== feature));

describe("features", () => {
  it("accepts floating-point types without floating-point instructions", async () => {
    const bytes = await assemble(`(module
      (import "env" "g" (global f64))
      (func (export "swap") (param f32 f64) (result f64 f32) (local f32)
        (local.set 2 (select (local.get 0) (local.get 2) (i32.const 1)))
        (local.get 1) (local.get 2)))`);
    expect(refusal(bytes)).to.equal(undefined);
  });

  // [feature, text, construct]
  const cases: [Feature, string, string][] = [
    ["float", "(func (drop (f32.const 0)))", "f32.const"],
    ["float", "(func (param f64) (drop (i64.reinterpret_f64 (local.get 0))))", "i64.reinterpret_f64"],
    ["float", "(memory 0) (func (drop (f64.load (i32.const 0))))", "f64.load"],
    ["float", "(global f32 (f32.const 1))", "f32.const"],
    ["saturating-float", "(func (param f32) (drop (i32.trunc_sat_f32_s (local.get 0))))", "i32.trunc_sat_f32_s"],
    ["sign-extension", "(func (drop (i32.extend8_s (i32.const 0))))", "i32.extend8_s"],
    ["multi-value", "(func (result i32 i32) unreachable)", "a function of 2 results"],
    ["multi-value", "(func (i32.const 0) (block (param i32) drop))", "a block of type 1"],
    ["bulk-memory", "(memory 0) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))", "memory.fill"],
    ["bulk-memory", '(memory 0) (data "")', "a data segment of kind 1"],
    ["bulk-memory", '(func (data.drop 0)) (data "")', "a data count section"],
    ["bulk-table", "(table 0 funcref) (func (table.copy (i32.const 0) (i32.const 0) (i32.const 0)))", "table.copy"],
    ["bulk-table", "(elem func)", "an element segment of kind 1"],
    ["reference-types", "(func (param externref))", "type externref"],
    ["reference-types", "(func (local funcref))", "type funcref"],
    ["reference-types", "(table 0 externref)", "type externref"],
    ["reference-types", "(table 0 funcref) (table 0 funcref)", "several tables"],
    ["reference-types", '(import "" "" (table 0 funcref)) (table 0 funcref)', "several tables"],
    ["reference-types", "(table 0 funcref) (func (drop (table.size)))", "table.size"],
    ["reference-types", "(func (drop (select (result i32) (i32.const 0) (i32.const 0) (i32.const 0))))", "select"],
    ["reference-types", "(func (drop (ref.null func)))", "ref.null"],
    ["reference-types", "(elem declare func)", "a declarative element segment"],
    ["extended-const", "(global i32 (i32.add (i32.const 1) (i32.const 2)))", "i32.add in a constant expression"],
    [
      "extended-const",
      "(global $a i32 (i32.const 1)) (global i32 (global.get $a))",
      "a global of the module in a constant expression",
    ],
    ["multi-memory", "(memory 0) (memory 0)", "several memories"],
    ["multi-memory", '(import "" "" (memory 0)) (memory 0)', "several memories"],
    ["tail-call", "(func (return_call 0))", "return_call"],
    ["simd", "(func (param v128))", "type v128"],
    ["simd", "(func (drop (v128.const i64x2 0 0)))", "v128.const"],
    ["relaxed-simd", "(func (param v128) (drop (f32x4.relaxed_min (local.get 0) (local.get 0))))", "f32x4.relaxed_min"],
  ];
  for (const [feature, text, construct] of cases) {
    it(`refuses ${construct} without ${feature} only`, async () => {
      const bytes = await assemble(`(module ${text})`);
      const error = refusal(bytes, without(feature));
      expect(error).to.be.instanceOf(UnsupportedError);
      expect([(error as UnsupportedError).construct, (error as UnsupportedError).proposal]).to.deep.equal([
        construct,
        feature,
      ]);
      expect(error?.message.startsWith(`unsupported: ${construct} (feature ${feature}), `)).to.equal(true);
      expect(refusal(bytes, ALL_FEATURES)).to.equal(undefined);
      if (!DEFAULT_FEATURES.has(feature)) expect(refusal(bytes)).to.be.instanceOf(UnsupportedError);
      expect(WebAssembly.validate(bytes.slice())).to.equal(true);
    });
  }

  it("refuses the memory index of an access without multi-memory", () => {
    const bytes = withCode([0x41, 0, 0x28, 0x42, 0, 0, 0x1a]);
    const error = refusal(bytes, without("multi-memory"));
    expect(error?.problem).to.equal("unsupported: i32.load of memory 0 (feature multi-memory)");
    expect([error?.offset, error?.instruction]).to.deep.equal([26, "i32.load"]);
  });

  // [proposal, text, construct]
  const refused: [Proposal, string, string][] = [
    ["exceptions", "(tag)", "a tag section"],
    ["exceptions", '(import "" "" (tag))', "an imported tag"],
    ["exceptions", "(func (try_table))", "try_table"],
    ["exceptions", "(func (throw_ref))", "throw_ref"],
    ["exceptions", "(func (param exnref))", "type exnref"],
    ["gc", "(type (struct))", "a struct type"],
    ["gc", "(rec (type (func)))", "a group of recursive types"],
    ["gc", "(func (param anyref))", "type anyref"],
    ["gc", "(func (drop (ref.i31 (i32.const 0))))", "ref.i31"],
    ["gc", "(func (drop (ref.null none)))", "type nullref"],
    ["function-references", "(type (func)) (func (param (ref 0)))", "type (ref …)"],
    ["function-references", "(type (func)) (func (drop (ref.null 0)))", "a reference to type 0"],
    ["function-references", "(func (unreachable) (ref.as_non_null) (drop))", "ref.as_non_null"],
    ["function-references", "(func) (table 1 funcref (ref.func 0))", "a table with an initial value"],
    ["memory64", "(memory i64 0)", "a memory with 64-bit addresses"],
    ["memory64", "(table i64 0 funcref)", "a table with 64-bit addresses"],
    ["threads", "(memory 1 1 shared)", "a shared memory"],
    ["threads", "(memory 1) (func (drop (i32.atomic.load (i32.const 0))))", "i32.atomic.load"],
    ["threads", "(func (atomic.fence))", "atomic.fence"],
    ["threads", "(memory 1) (func (unreachable) (i64.atomic.rmw32.cmpxchg_u) (drop))", "i64.atomic.rmw32.cmpxchg_u"],
  ];
  for (const [proposal, text, construct] of refused) {
    it(`refuses ${construct} with every feature on`, async () => {
      const error = refusal(await assemble(`(module ${text})`), ALL_FEATURES);
      expect(error).to.be.instanceOf(UnsupportedError);
      expect([(error as UnsupportedError).construct, (error as UnsupportedError).proposal]).to.deep.equal([
        construct,
        proposal,
      ]);
    });
  }

  it("refuses exceptions as compilers used to emit them", () => {
    const error = refusal(withCode([0x06, 0x40, 0x19, 0x0b]));
    expect(error?.problem).to.equal("unsupported: try (feature legacy-exceptions)");
    expect([error?.offset, error?.instruction, error?.function]).to.deep.equal([23, "try", { index: 0 }]);
  });

  it("names function, instruction and offset", async () => {
    const bytes = await assemble("(module (func nop) (func $mean (drop (f32x4.sqrt (v128.const i32x4 0 0 0 0)))))");
    const error = refusal(bytes);
    expect([error?.message, error?.hint]).to.deep.equal([
      "unsupported: v128.const (feature simd), v128.const at byte 28 (0x1c) in function 1 (mean)",
      "compile with -mno-simd128",
    ]);
  });

  it("tells a malformed instruction from one that is not supported", () => {
    const cut = refusal(withCode([0xfd, 0x0c, 0x00, 0x00]));
    expect([cut?.name, cut?.instruction]).to.deep.equal(["DecodeError", "v128.const"]);
    expect(refusal(withCode([0xfd, 0x0c, ...Array<number>(16).fill(0), 0x1a]))?.name).to.equal("UnsupportedError");
    expect(refusal(withCode([0xfd, 0x94, 0x02]))?.problem).to.equal("illegal opcode fd 114");
    expect(refusal(binary(section(1, vector([0x5f, 0]))))?.name).to.equal("UnsupportedError");
  });

  it("accepts no instruction outside the default features", () => {
    for (const { op, mnemonic, proposal } of OPERATIONS.values()) {
      if (proposal === "mvp" || (DEFAULT_FEATURES as ReadonlySet<string>).has(proposal)) continue;
      const high = op >> 8;
      const prefix = high === 0xfa ? 0xfe : high === 0xfe ? 0xfd : high;
      const sub = (op & 0xff) + (high === 0xfe ? 0x100 : 0);
      const opcode = high === 0 ? [op] : [prefix, (sub & 0x7f) | 0x80, sub >> 7];
      // Bytes that serve as immediates of every kind.
      const error = refusal(withCode([0x00, ...opcode, ...Array<number>(24).fill(0), 0x0b]));
      expect(error, mnemonic).to.be.instanceOf(UnsupportedError);
      expect(error?.instruction, mnemonic).to.equal(mnemonic);
    }
  });
});
