import { expect } from "chai";
import { Crash } from "../../../verifier/errors.ts";
import { branchTypes } from "../../../verifier/wasm/control.ts";
import { decode } from "../../../verifier/wasm/decode.ts";
import { ValidationError } from "../../../verifier/wasm/errors.ts";
import { operationOf } from "../../../verifier/instructions/table.ts";
import type { Module } from "../../../verifier/wasm/types.ts";
import { walk } from "../../../verifier/wasm/walk.ts";
import { assemble } from "./text.ts";

const decodeText = async (text: string): Promise<Module> => decode(await assemble(`(module ${text})`));

/**
 * What the visitor sees at each instruction: name, height before it, depth of blocks, and whether
 * it is reached.
 */
function trace(module: Module, index = 0): string[] {
  const lines: string[] = [];
  walk(module, index, ({ op }, view) => {
    lines.push(`${operationOf(op).mnemonic} ${view.height} ${view.depth} ${view.isLive ? "live" : "dead"}`);
  });
  return lines;
}

describe("walk", () => {
  it("shows the stacks before each instruction", async () => {
    const module = await decodeText(`(func (param i32) (result i32)
      (i64.const 7)
      (block (result i32) (local.get 0) (if (then (br 1 (i32.const 1)))) (i32.const 2))
      (i32.add (i32.const 3))
      (i64.store (i32.const 0))
      (i32.const 9)) (memory 1)`);
    const lines: string[] = [];
    expect(() => {
      walk(module, 0, ({ op }, view) => lines.push(`${operationOf(op).mnemonic} ${view.height} ${view.depth}`));
    }).to.throw(ValidationError, "type mismatch");
    expect(lines).to.deep.equal([
      "i64.const 0 1",
      "block 1 1",
      "local.get 1 2",
      "if 2 2",
      "i32.const 1 3",
      "br 2 3",
      "end 1 3",
      "i32.const 1 2",
      "end 2 2",
      "i32.const 2 1",
      "i32.add 3 1",
      "i32.const 2 1",
      "i64.store 3 1",
    ]);
  });

  it("tells what is reached, in blocks within dead code too", async () => {
    const module = await decodeText(`(func (result i32)
      (block br 0 (block nop) nop)
      (if (result i32) (i32.const 0) (then unreachable) (else (i32.const 1))))`);
    expect(trace(module)).to.deep.equal([
      "block 0 1 live",
      "br 0 2 live",
      "block 0 2 dead",
      "nop 0 3 dead",
      "end 0 3 dead",
      "nop 0 2 dead",
      "end 0 2 dead",
      "i32.const 0 1 live",
      "if 1 1 live",
      "unreachable 0 2 live",
      "else 0 2 dead",
      "i32.const 0 2 live",
      "end 1 2 live",
      "end 1 1 live",
    ]);
  });

  it("shows blocks with their types, heights and places", async () => {
    const module = await decodeText(`(func (param i64)
      (i32.const 1) (local.get 0)
      (loop (param i64) (result i32)
        drop (i32.const 5) (if (param) (result) (i32.const 1) (then nop) (else (br 1 (local.get 0)))))
      drop drop)`);
    const seen: unknown[] = [];
    walk(module, 0, ({ op, offset }, view) => {
      const name = operationOf(op).mnemonic;
      if (name !== "nop" && name !== "br") return;
      for (let label = 0; label < view.depth; label++) {
        const block = view.block(label);
        seen.push([
          block.kind,
          block.height,
          branchTypes(block).join(),
          block.type.results.join(),
          offset - block.offset,
        ]);
      }
    });
    expect(seen).to.deep.equal([
      ["if", 2, "", "", 2],
      ["loop", 1, "i64", "i32", 9],
      ["function", 0, "", "", 13],
      ["else", 2, "", "", 3],
      ["loop", 1, "i64", "i32", 13],
      ["function", 0, "", "", 17],
    ]);
  });

  it("shows operands and locals with their types", async () => {
    const module = await decodeText(`(func (param f32) (local i32 i32 i64)
      (select (local.get 0) (local.get 0) (i32.const 1)) (local.get 3) nop drop drop unreachable i32.eqz nop drop)`);
    const seen: string[] = [];
    walk(module, 0, ({ op }, view) => {
      if (operationOf(op).mnemonic !== "nop") return;
      const operands = Array.from({ length: view.height }, (_, distance) => view.operand(distance));
      const locals = Array.from({ length: view.localCount }, (_, index) => view.local(index));
      seen.push(`${operands.join()} of ${locals.join()}`);
    });
    expect(seen).to.deep.equal(["i64,f32 of f32,i32,i32,i64", "i32 of f32,i32,i32,i64"]);
  });

  it("makes up operands in dead code only", async () => {
    const module = await decodeText("(func nop unreachable nop)");
    const seen: string[] = [];
    walk(module, 0, ({ op }, view) => {
      if (operationOf(op).mnemonic !== "nop") return;
      try {
        seen.push(view.operand(3));
      } catch (error) {
        seen.push((error as Error).name);
      }
    });
    expect(seen).to.deep.equal(["Crash", "unknown"]);
  });

  it("gives absolute offsets and immediates", async () => {
    const module = await decodeText(`(memory 1)
      (func (drop (i64.load32_s offset=300 align=2 (i32.const -1))) (drop (i64.const -9223372036854775808)))`);
    const seen: unknown[] = [];
    walk(module, 0, ({ op, offset, immediate }) => {
      expect(module.bytes[offset]).to.equal(op);
      seen.push(immediate);
    });
    expect(seen).to.deep.equal([
      { kind: "i32", value: -1 },
      { kind: "access", alignment: 1, offset: 300, memory: 0 },
      { kind: "none" },
      { kind: "i64", value: -(2n ** 63n) },
      { kind: "none" },
      { kind: "none" },
    ]);
  });

  it("adds the place to the visitor's errors about the module and leaves others alone", async () => {
    const module = await decodeText('(func nop) (export "f" (func 0))');
    const complain = (error: Error) => () => {
      walk(module, 0, () => {
        throw error;
      });
    };
    expect(complain(new ValidationError("too odd", 30))).to.throw("too odd, nop at byte 30 (0x1e) in function 0 (f)");
    expect(complain(new TypeError("bug"))).to.throw(TypeError, /^bug$/);
  });

  it("refuses functions without a body", async () => {
    const module = await decodeText('(import "" "" (func)) (func)');
    for (const index of [0, 2]) {
      expect(() => {
        walk(module, index);
      }).to.throw(Crash, `function ${index} has no body`);
    }
    expect(trace(module, 1)).to.deep.equal(["end 0 1 live"]);
  });
});
