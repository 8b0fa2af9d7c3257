import { expect } from "chai";
import { parse } from "@bytecodealliance/jco";
import { EXECUTED, NUMERIC, Op, operationOf } from "../../../verifier/instructions/table.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { describeWord, machineMnemonic, type SourceLocation } from "../../../verifier/program/map.ts";
import { packWord } from "../../../verifier/machine/word.ts";
import { decode } from "../../../verifier/wasm/decode.ts";
import { walk } from "../../../verifier/wasm/walk.ts";

const TEXT = `(module
  (import "arbiter" "fuel" (func $fuel (result i64)))
  (memory 1) (table funcref (elem $fuel $plain))
  (data (i32.const 70000) "out of bounds")
  (func $plain (param i32) (result i32 i32)
    (block (result i32 i32) i32.const 9 i32.const 1 i32.const 2 (br_if 0 (local.get 0)) drop drop drop i32.const 3 i32.const 4))
  (func (export "exported") (param i32) (if (local.get 0) (then nop) (else nop)))
  (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))`;

describe("the map of a program", () => {
  let bytes: Uint8Array;
  let program: Program;
  const located = (): SourceLocation[] =>
    Array.from({ length: program.map.length }, (_, pc) => program.map.locate(pc)).filter(
      (place) => place !== undefined,
    );

  before(async () => {
    bytes = await parse(TEXT);
    program = buildProgram([{ name: "guest", bytes }], { convention: "typed" });
  });

  it("knows every word but the first", () => {
    expect(located()).to.have.length(program.map.length - 1);
    expect(program.map.locate(0)).to.equal(undefined);
    expect(program.map.locate(program.map.length)).to.equal(undefined);
  });

  it("leads to the very instruction, also from words that stand for part of one", () => {
    const module = decode(bytes);
    const mnemonics = new Map<number, string>();
    for (const { index, body } of module.functions) {
      if (body === undefined) continue;
      walk(module, index, ({ op, offset }) => mnemonics.set(offset, operationOf(op).mnemonic));
    }
    const own = located().filter(({ module: m, functionName }) => m === 0 && !/initialization|fuel/.test(functionName));
    expect(own.length).to.be.greaterThan(20);
    for (const { offset, mnemonic } of own) expect(mnemonics.get(offset)).to.equal(mnemonic);
  });

  it("names functions by the name section, else by an export, else by their index", () => {
    const names = new Set(located().map(({ moduleName, functionName }) => `${moduleName}.${functionName}`));
    expect([...names]).to.deep.equal([
      "driver.run",
      "guest.plain",
      "guest.exported",
      "guest.func[3]",
      "driver.execute",
      "guest.fuel",
      "guest.initialization",
    ]);
  });

  it("leads from moves to the instruction that carries values", () => {
    const moves = located().filter(({ functionName, mnemonic }) => functionName === "plain" && mnemonic === "br_if");
    expect(moves).to.have.length(4);
  });

  it("leads from code that initializes to the segment", () => {
    const words = located().filter(({ functionName }) => functionName === "initialization");
    expect(words[0]).to.include({ mnemonic: "memory.init", offset: decode(bytes).data[0]?.offset, module: 0 });
    expect(words[0]).not.to.have.property("function");
  });
});

describe("describeWord", () => {
  const word = (fields: Partial<Parameters<typeof packWord>[0]>): string =>
    describeWord(packWord({ op: 0, flags: 0, top: 0, a: 0, b: 0, imm: 0n, ...fields }));

  it("names every instruction of the machine", () => {
    for (const op of EXECUTED.keys()) expect(machineMnemonic(op)).to.match(/^[a-z][a-z0-9_.]+$/);
    for (const [op, { name }] of NUMERIC) expect(machineMnemonic(op)).to.equal(name);
  });

  it("gives operands in words", () => {
    expect(word({ op: Op.i32Const, imm: 0xffff_ffffn })).to.equal("i32.const -1");
    expect(word({ op: Op.i64Const, imm: 2n ** 63n })).to.equal("i64.const -9223372036854775808");
    expect(word({ op: Op.f32Const, imm: 0x3dcc_cccdn })).to.equal("f32.const 0.1");
    expect(word({ op: Op.f64Const, imm: 0xfff0_0000_0000_0000n })).to.equal("f64.const -inf");
    expect(word({ op: Op.f64Store, a: 1, imm: 8n << 64n })).to.equal("f64.store m1 offset 8");
    expect(word({ op: Op.i64Load32S, a: 2, imm: 5n << 64n })).to.equal("i64.load32_s m2 offset 5");
    expect(word({ op: Op.memoryGrow, imm: 9n << 64n })).to.equal("memory.grow m0 maximum 9");
    expect(word({ op: Op.callIndirect, a: 7, b: 1, top: 5, imm: (3n << 96n) | (8n << 64n) })).to.equal(
      "call_indirect table c7 capacity 8 type 3 parameters 1 record s4",
    );
    expect(word({ op: Op.memorySize, a: 1 })).to.equal("memory.size m1");
    expect(word({ op: Op.globalGet, a: 4 })).to.equal("global.get c4");
    expect(word({ op: Op.tableSet, a: 9, imm: (20n << 64n) | (8n << 32n) })).to.equal("table.set table c9 size c8");
    expect(word({ op: Op.tableGrow, imm: (8n << 96n) | (20n << 64n) })).to.equal("table.grow size c8 maximum 20");
    expect(word({ op: Op.tableFill, imm: 8n << 96n })).to.equal("table.fill size c8");
    expect(word({ op: Op.fillCells, a: 9 })).to.equal("fill_cells c9");
  });

  it("gives the number of what is no instruction", () => {
    expect(word({ op: 0xf0ff })).to.equal("0xf0ff");
  });
});
