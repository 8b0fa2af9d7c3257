import { expect } from "chai";
import { Crash } from "../../../verifier/errors.ts";
import { WIDTHS } from "../../../verifier/instructions/operation.ts";
import {
  EXECUTED,
  keyOf,
  LOADS,
  NUMERIC,
  Op,
  operationOf,
  OPERATIONS,
  STORES,
} from "../../../verifier/instructions/table.ts";
import { Trap } from "../../../verifier/machine/codes.ts";
import { stepState } from "../../../verifier/state/step-state.ts";
import { loadedState, word } from "../machine/assemble.ts";
import { REFUSED_OPERATIONS } from "../../../verifier/instructions/refused.ts";
import { VECTOR_OPERATIONS } from "../../../verifier/instructions/vectors.ts";

const UNARY = /eqz|clz|ctz|popcnt|abs|neg|ceil|floor|trunc|nearest|sqrt|wrap|extend|convert|demote|promote|reinterpret/;

describe("the table of instructions", () => {
  it("holds as many instructions of each proposal as its specification", () => {
    const counts: Record<string, number> = {};
    for (const { proposal } of OPERATIONS.values()) counts[proposal] = (counts[proposal] ?? 0) + 1;
    expect(counts).to.deep.equal({
      // The 172 instructions of WebAssembly 1.0 are these two.
      mvp: 104,
      float: 68,
      "sign-extension": 5,
      "saturating-float": 8,
      "bulk-memory": 4,
      "bulk-table": 3,
      "reference-types": 9,
      "tail-call": 2,
      simd: 236,
      "relaxed-simd": 20,
      "legacy-exceptions": 5,
      exceptions: 3,
      "function-references": 5,
      gc: 32,
      threads: 67,
      "wide-arithmetic": 4,
    });
  });

  it("gives every opcode once", () => {
    for (const rows of [VECTOR_OPERATIONS, REFUSED_OPERATIONS]) {
      expect(new Set(rows.map(({ op }) => op)).size).to.equal(rows.length);
      for (const row of rows) expect(OPERATIONS.get(row.op)).to.equal(row);
    }
  });

  it("gives every name once, but for the variants with null and the typed select", () => {
    const names = [...OPERATIONS.values()].map(({ mnemonic }) => mnemonic);
    const twice = names.filter((mnemonic, position) => names.indexOf(mnemonic) !== position);
    expect(twice).to.have.members(["select", "ref.test", "ref.cast"]);
  });

  it("names every instruction but the refused ones by a constant", () => {
    const accepted = [...OPERATIONS.values()].filter(({ immediate }) => immediate !== "refused");
    const named = new Set([...accepted, ...EXECUTED.values()].map(({ op }) => op));
    expect(Object.values(Op)).to.have.members([...named]);
    expect(accepted).to.have.length(172 + 5 + 8 + 4 + 3 + 9 + 2 + 236 + 20);
    const same = { "i64.mul": Op.i64Mul, "table.fill": Op.tableFill, "i32.trunc_sat_f64_u": Op.i32TruncSatF64U };
    for (const [name, op] of Object.entries(same)) expect(operationOf(op).mnemonic).to.equal(name);
    expect(() => operationOf(0xff)).to.throw(Crash, "0xff is no opcode");
    expect(keyOf("i64.load16_u")).to.equal("i64Load16U");
  });

  it("has a row for every opcode of the specification's index, 2.0 with vectors, and none for those it leaves free", () => {
    const accepted = [...OPERATIONS.values()].filter(({ immediate }) => immediate !== "refused");
    const has = (op: number): boolean => accepted.some((row) => row.op === op);
    const ranges: readonly (readonly [number, number])[] = [
      [0x00, 0x05],
      [0x0b, 0x13],
      [0x1a, 0x1c],
      [0x20, 0x26],
      [0x28, 0xc4],
      [0xd0, 0xd2],
      [0xfc00, 0xfc11],
    ];
    const expected = ranges.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
    expect(expected.filter((op) => !has(op))).to.deep.equal([]);
    expect(accepted.filter(({ op }) => op < 0xfd00)).to.have.length(expected.length);
    // Numbers that the vector proposal gave up.
    const free = [
      0x9a, 0xa2, 0xa5, 0xa6, 0xaf, 0xb0, 0xb2, 0xb3, 0xb4, 0xbb, 0xc2, 0xc5, 0xc6, 0xcf, 0xd0, 0xd2, 0xd3, 0xd4,
    ];
    const vectors = Array.from({ length: 256 }, (_, sub) => 0xfd00 + sub).filter((op) => !has(op));
    expect(vectors).to.deep.equal([...free, 0xe2, 0xee].map((sub) => 0xfd00 + sub));
  });

  it("knows the width of every operand, up to the 128 bits of vectors", () => {
    for (const { signature, mnemonic } of OPERATIONS.values())
      for (const type of [...(signature?.params ?? []), ...(signature?.results ?? [])])
        expect(WIDTHS[type], mnemonic).to.be.oneOf([32, 64, 128]);
    expect(operationOf(Op.v128Bitselect).signature?.params.map((type) => WIDTHS[type])).to.deep.equal([128, 128, 128]);
    expect(2 ** operationOf(Op.v128Load).alignment).to.equal(16);
  });

  it("gives numeric instructions and accesses the shapes that their names say", () => {
    for (const { name, bits, operands, family } of NUMERIC.values()) {
      const from = /_([if])(32|64)/.exec(name) ?? /^([if])(32|64)/.exec(name);
      expect([name, bits]).to.deep.equal([name, name === "i32.wrap_i64" ? 64 : Number(from?.[2])]);
      expect([name, operands]).to.deep.equal([name, UNARY.test(name) ? 1 : 2]);
      expect([name, family]).to.deep.equal([name, /f(32|64)/.test(name) ? "float" : "integer"]);
    }
    for (const [shapes, verb] of [
      [LOADS, "load"],
      [STORES, "store"],
    ] as const)
      for (const [op, { bytes, signed, bits }] of shapes) {
        const [, type, width, sign] =
          new RegExp(`^[if](32|64)\\.${verb}(\\d*)(_s)?`).exec(operationOf(op).mnemonic) ?? [];
        expect([bytes, signed, bits]).to.deep.equal([Number(width || type) / 8, sign !== undefined, Number(type)]);
      }
    expect([LOADS.size, STORES.size, NUMERIC.size]).to.deep.equal([14, 9, 136]);
  });

  it("has an executor for every instruction that steps execute, and for nothing else", () => {
    const trapOf = (op: number): number => {
      return stepState(loadedState([word(op, { top: 4 })])).registers.trapCode;
    };
    for (const { op, mnemonic } of EXECUTED.values())
      expect(trapOf(op), mnemonic).not.to.equal(Trap.invalidInstruction);
    const others = Array.from({ length: 0x10000 }, (_, op) => op).filter((op) => !EXECUTED.has(op));
    for (const op of others.filter((op) => op < 0x200 || op % 97 === 0 || OPERATIONS.has(op)))
      expect(trapOf(op), String(op)).to.equal(Trap.invalidInstruction);
  });
});
