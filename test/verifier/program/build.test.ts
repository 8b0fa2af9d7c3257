import { parse } from "@bytecodealliance/jco";
import { expect } from "chai";
import { cGuest } from "../../../examples/c/guests.ts";
import { buildProgram, type OnBuild } from "../../../verifier/program/build.ts";
import { LinkError } from "../../../verifier/program/errors.ts";
import { Op } from "../../../verifier/instructions/table.ts";
import { ValidationError } from "../../../verifier/wasm/errors.ts";
import { withCode } from "../wasm/binary.ts";
import { initialState } from "../../../verifier/state/program.ts";

describe("building a program", () => {
  it("tells how far it is, function by function, phase by phase", async () => {
    const told: Parameters<OnBuild>[] = [];
    const bytes = await cGuest("mix");
    const { root, functions } = buildProgram([{ name: "mix", bytes }], {
      convention: "typed",
      onProgress: (...event) => told.push(event),
    });
    expect(root).deep.equal(buildProgram([{ name: "mix", bytes }], { convention: "typed" }).root);
    expect([...new Set(told.map(([phase]) => phase))]).deep.equal(["lowering", "hashing"]);
    // Each body is walked once.
    expect(told.filter(([, done]) => done === 1)).length(1);
    const lowered = told.filter(([phase]) => phase === "lowering");
    // The entry function comes before all others and is not told.
    expect(lowered.map(([, done]) => done)).deep.equal(Array.from({ length: functions.length - 1 }, (_, i) => i + 1));
    for (const [, done, total] of told) expect(done).at.most(total);
  });

  it("tells what is wrong with a module before what is wrong with the program", async () => {
    const missing = await parse(`(module (import "nobody" "f" (func)))`);
    const invalid = await parse(`(module (import "nobody" "f" (func)) (func (result i32) i32.const 1))`);
    // The constant's place gets a nop: the function leaves nothing.
    invalid.set([Op.nop, Op.nop], invalid.lastIndexOf(Op.i32Const));
    const build = (...modules: Uint8Array[]): unknown =>
      buildProgram(
        modules.map((bytes, i) => ({ name: `m${i}`, bytes })),
        { convention: "typed" },
      );
    expect(() => build(missing)).throw(LinkError, "unknown import");
    expect(() => build(invalid)).throw(ValidationError, "type mismatch: expected i32");
    expect(() => build(missing, invalid)).throw(ValidationError);
  });

  it("refuses a body that refers to what is not there as validation does", () => {
    for (const [code, problem] of [
      [[Op.call, 7], "unknown function 7"],
      [[Op.br, 7], "unknown label 7"],
      [[Op.localGet, 7, Op.drop], "unknown local 7"],
      [[Op.globalGet, 7, Op.drop], "unknown global 7"],
      [[Op.i32Const, 0, Op.i32Load, 2, 0, Op.drop], "unknown memory 0"],
      [[Op.drop], "type mismatch"],
    ] as const) {
      const build = (): unknown => buildProgram([{ name: "m", bytes: withCode(code) }], { convention: "typed" });
      expect(build, problem).throw(ValidationError, problem);
    }
  });

  it("makes the initial state of an image once", async () => {
    const { image } = buildProgram([{ name: "mix", bytes: await cGuest("mix") }], { convention: "typed" });
    expect(initialState(image)).equal(initialState(image));
  });
});
