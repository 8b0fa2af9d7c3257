import { expect } from "chai";
import { parse } from "@bytecodealliance/jco";
import { Op } from "../../../verifier/instructions/table.ts";
import { unpackWord } from "../../../verifier/machine/word.ts";
import { buildProgram, type Program } from "../../../verifier/program/build.ts";
import { describeWord, wordAt } from "../../../verifier/program/map.ts";
import { callPayload } from "../../../verifier/program/transactions-file.ts";
import { encodeTransactions } from "../../../verifier/program/transactions.ts";
import { startMachine } from "./map-access.ts";

async function build(text: string): Promise<Program> {
  return buildProgram([{ name: "guest", bytes: await parse(`(module ${text})`) }], { convention: "typed" });
}

/** The function of the guest with this index. */
function target(program: Program, index: number): { entry: number; frame: number } {
  const fn = program.instances[0]?.functions[index];
  if (fn?.kind !== "code") throw new Error(`function ${index} has no code`);
  return fn;
}

const BRANCHES: ReadonlySet<number> = new Set([Op.if, Op.br, Op.brIf]);

/** Words of a function of the guest; targets of branches count from its first word. */
function words(program: Program, index = 0): string[] {
  const { entry } = target(program, index);
  const lines: string[] = [];
  for (let pc = entry; ; pc++) {
    const place = program.map.locate(pc);
    if (place?.module !== 0 || place.function !== index) return lines;
    const leaf = wordAt(program.image.code as Uint8Array, pc);
    const { op, a } = unpackWord(leaf);
    lines.push(BRANCHES.has(op) ? describeWord(leaf).replace(String(a), `@${a - entry}`) : describeWord(leaf));
  }
}

/** Steps of the guest's own code in a call of its first export. */
function steps(program: Program, args: readonly string[], payload = callPayload(program.exports, "f", args)): number {
  const machine = startMachine(program);
  machine.load(encodeTransactions([{ fuel: 100_000n, keep: false, payload }]), 1_000_000n);
  let count = 0;
  machine.run((pc) => {
    if (program.map.locate(pc)?.module === 0) count++;
  });
  return count;
}

describe("lowering", () => {
  it("puts arguments below the return address, other locals and operands above it", async () => {
    const program = await build(`(func (param i32 i64) (result i64) (local i64 i32)
      local.get 0 local.set 3 local.get 1 local.tee 2)`);
    expect(words(program)).to.deep.equal([
      "local.get s0",
      "local.set s4",
      "local.get s1",
      "local.tee s3",
      "return record s2 cut s0 carry",
    ]);
    expect(target(program, 0).frame).to.equal(6);
  });

  it("counts every slot in the frame size, the record's new place included", async () => {
    const program = await build(`(func) (func (result i32 i32) i32.const 1 i32.const 2)`);
    expect(target(program, 0).frame).to.equal(1);
    expect(target(program, 1).frame).to.equal(4);
  });

  it("calls with the record above the arguments", async () => {
    const program = await build(`(func (param i32) local.get 0 local.get 0 call 1) (func (param i32 i32))`);
    const { entry, frame } = target(program, 1);
    expect(words(program)).to.deep.equal([
      "local.get s0",
      "local.get s0",
      `call ${entry} parameters 2 frame ${frame} record s4`,
      "return record s1 cut s0",
    ]);
  });

  describe("branches", () => {
    it("leave the stack where nothing lies in between", async () => {
      const program = await build(`(func (loop (br 0)) )`);
      expect(words(program)).to.deep.equal(["br @0"]);
    });

    it("cut what the target does not have", async () => {
      const program = await build(`(func (param i32) (block i32.const 1 i32.const 2 local.get 0 br_if 0 drop drop))`);
      expect(words(program)).to.deep.equal([
        "i32.const 1",
        "i32.const 2",
        "local.get s0",
        "br_if @6 cut s2",
        "drop",
        "drop",
        "return record s1 cut s0",
      ]);
    });

    it("carry one value down", async () => {
      const program = await build(`(func (result i32) (block (result i32) i32.const 1 i32.const 2 br 0))`);
      expect(words(program)).to.deep.equal([
        "i32.const 1",
        "i32.const 2",
        "br @3 cut s1 carry",
        "return record s0 cut s0 carry",
      ]);
    });

    it("move two values down and cut above them", async () => {
      const program = await build(`(func (block (result i32 i32) i32.const 9 i32.const 1 i32.const 2 br 0) drop drop)`);
      expect(words(program)).to.deep.equal([
        "i32.const 9",
        "i32.const 1",
        "i32.const 2",
        "move s1 from s2",
        "move s2 from s3",
        "br @6 cut s3",
        "drop",
        "drop",
        "return record s0 cut s0",
      ]);
    });

    it("move nothing that is in place", async () => {
      const program = await build(`(func (block (result i32 i32) i32.const 1 i32.const 2 br 0) drop drop)`);
      expect(words(program).slice(0, 3)).to.deep.equal(["i32.const 1", "i32.const 2", "br @3"]);
    });

    it("go over a trampoline where a condition decides about moves", async () => {
      const program = await build(`(func (param i32) (block (result i32 i32)
        i32.const 9 i32.const 1 i32.const 2 local.get 0 br_if 0 unreachable) drop drop)`);
      expect(words(program)).to.deep.equal([
        "i32.const 9",
        "i32.const 1",
        "i32.const 2",
        "local.get s0",
        "br_if @9",
        "unreachable",
        "drop",
        "drop",
        "return record s1 cut s0",
        "move s2 from s3",
        "move s3 from s4",
        "br @6 cut s4",
      ]);
    });

    it("to the function's end return", async () => {
      const program = await build(`(func (param i32) (result i32) i32.const 5 local.get 0 br_if 0 br 0)`);
      expect(words(program)).to.deep.equal([
        "i32.const 5",
        "local.get s0",
        "br_if @4",
        "return record s1 cut s0 carry",
        "return record s1 cut s0 carry",
      ]);
    });

    it("by table have one word an entry and one for the default", async () => {
      const program = await build(`(func (param i32) (block (block i32.const 3 local.get 0 (br_table 0 1 1))))`);
      expect(words(program)).to.deep.equal([
        "i32.const 3",
        "local.get s0",
        "br_table entries 3",
        "br @6 cut s2",
        "br @6 cut s2",
        "br @6 cut s2",
        "return record s1 cut s0",
      ]);
    });

    it("to a loop carry its parameters", async () => {
      const program = await build(`(func i32.const 1 (loop (param i32) i32.const 2 br 0))`);
      expect(words(program)).to.deep.equal(["i32.const 1", "i32.const 2", "br @1 cut s1 carry"]);
    });
  });

  describe("if", () => {
    it("jumps to the else, and from the end of the other part over it", async () => {
      const program = await build(`(func (param i32) (result i32)
        (if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2))))`);
      expect(words(program)).to.deep.equal([
        "local.get s0",
        "if else @4",
        "i32.const 1",
        "br @5",
        "i32.const 2",
        "return record s1 cut s0 carry",
      ]);
    });

    it("goes on after the end where there is no else", async () => {
      const program = await build(`(func (param i32) (if (local.get 0) (then nop)))`);
      expect(words(program)).to.deep.equal(["local.get s0", "if else @3", "nop", "return record s1 cut s0"]);
    });

    it("needs no jump after a part that does not reach its end", async () => {
      const program = await build(`(func (param i32) (if (local.get 0) (then unreachable) (else nop)))`);
      expect(words(program)).to.deep.equal([
        "local.get s0",
        "if else @3",
        "unreachable",
        "nop",
        "return record s1 cut s0",
      ]);
    });
  });

  describe("returns", () => {
    it("of several results move them over the arguments", async () => {
      const program = await build(`(func (param i32 i32 i32) (result i32 i32) local.get 1 local.get 2)`);
      expect(words(program).slice(2)).to.deep.equal(["move s0 from s4", "move s1 from s5", "return record s3 cut s2"]);
    });

    it("of more results than arguments move the return address first", async () => {
      const program = await build(`(func (param i32) (result i32 i32) i32.const 1 local.get 0)`);
      expect(words(program).slice(2)).to.deep.equal([
        "move s4 from s1",
        "move s0 from s2",
        "move s1 from s3",
        "return record s4 cut s2",
      ]);
    });
  });

  it("drops code that is never reached, after blocks that nothing leaves too", async () => {
    const program = await build(`(func (result i32)
      (block unreachable (block nop)) i32.const 1 (if (then nop) (else nop)) (loop (br 0)) i32.const 2)`);
    expect(words(program)).to.deep.equal(["unreachable"]);
  });

  it("keeps what is after a block that a branch leaves", async () => {
    const program = await build(`(func (param i32) (block (br_if 0 (local.get 0)) unreachable) nop)`);
    expect(words(program)).to.deep.equal(["local.get s0", "br_if @3", "unreachable", "nop", "return record s1 cut s0"]);
  });

  it("makes bulk instructions a check and a move", async () => {
    const program = await build(`(memory 1) (table 4 funcref) (data "abc") (elem func 0)
      (func (param i32)
        (memory.copy (local.get 0) (local.get 0) (local.get 0))
        (memory.fill (local.get 0) (local.get 0) (local.get 0))
        (memory.init 0 (local.get 0) (local.get 0) (local.get 0))
        (table.copy (local.get 0) (local.get 0) (local.get 0))
        (table.init 0 (local.get 0) (local.get 0) (local.get 0))
        data.drop 0 elem.drop 0)`);
    const own = words(program).filter((line) => !line.startsWith("local.get"));
    const { tables, elements, data } = program.instances[0] ?? expect.fail();
    const [table] = tables;
    const [element] = elements;
    expect(own).to.deep.equal([
      "memory.copy",
      "copy_bytes m0 from m0",
      "memory.fill",
      "fill_bytes m0",
      "memory.init",
      "copy_bytes m0 from m1",
      "table.copy",
      `copy_cells c${table?.firstCell} from c${table?.firstCell}`,
      "table.init",
      `copy_cells c${table?.firstCell} from c${element?.start}`,
      `data.drop c${data[0]?.sizeCell}`,
      `elem.drop c${element?.sizeCell}`,
      "return record s1 cut s0",
    ]);
    const tops = Array.from({ length: program.map.length }, (_, pc) =>
      unpackWord(wordAt(program.image.code as Uint8Array, pc)),
    );
    const move = tops.find(({ op }) => op === Op.copyBytes);
    expect(move?.top).to.equal(3);
  });

  describe("costs in steps", () => {
    const cases: readonly (readonly [name: string, body: string, args: string[], steps: number])[] = [
      ["one for a function's end", "", [], 1],
      ["none for block, loop and inner ends", "(block (loop (block)))", [], 1],
      ["one for nop, drop and constants", "nop i32.const 1 drop", [], 4],
      ["one for falling into else", "(if (local.get 0) (then) (else nop))", ["1"], 4],
      ["one for an if that goes to its else", "(if (local.get 0) (then nop) (else nop))", ["0"], 4],
      ["two for br_table", "(block (br_table 0 0 (local.get 0)))", ["1"], 4],
      ["one for a branch that cuts", "(block i32.const 1 br 0)", [], 3],
      ["two for an empty fill", "(memory.fill (local.get 0) (local.get 0) (i32.const 0))", ["0"], 6],
      ["one for each leaf of a fill", "(memory.fill (i32.const 31) (i32.const 1) (i32.const 34))", ["0"], 8],
      [
        "one for each piece of a copy",
        "(memory.copy (i32.const 0) (i32.const 1) (i32.const 64))",
        ["0"],
        3 + 1 + 4 + 1,
      ],
      ["one for each element of a table copy", "(table.copy (i32.const 0) (i32.const 1) (i32.const 3))", ["0"], 8],
    ];
    for (const [name, body, args, expected] of cases) {
      it(name, async () => {
        const parameter = args.length > 0 ? "(param i32)" : "";
        const program = await build(`(memory 1) (table 4 funcref) (func (export "f") ${parameter} ${body})`);
        expect(steps(program, args)).to.equal(expected);
      });
    }
  });
});
