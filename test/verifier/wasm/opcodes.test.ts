import { expect } from "chai";
import { Crash } from "../../../verifier/errors.ts";
import { OP, OPERATIONS, operationOf } from "../../../verifier/wasm/opcodes.ts";
import { REFUSED_OPERATIONS } from "../../../verifier/wasm/opcodes-refused.ts";
import { VECTOR_OPERATIONS } from "../../../verifier/wasm/opcodes-vector.ts";

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

  it("knows the opcodes that have a constant", () => {
    for (const op of Object.values(OP)) expect(operationOf(op).immediate).not.to.equal("refused");
    expect(operationOf(OP.i64Mul).mnemonic).to.equal("i64.mul");
    expect(operationOf(OP.tableFill).mnemonic).to.equal("table.fill");
    expect(() => operationOf(0xff)).to.throw(Crash, "0xff is no opcode");
  });
});
