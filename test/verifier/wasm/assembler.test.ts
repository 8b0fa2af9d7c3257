import { expect } from "chai";
import fc from "fast-check";
import { Crash } from "../../../verifier/errors.ts";
import { asm, signed, unsigned } from "../../../verifier/wasm/assembler.ts";
import { External, ModuleWriter } from "../../../verifier/wasm/module-writer.ts";
import { decode } from "../../../verifier/wasm/decode.ts";
import { Reader } from "../../../verifier/wasm/reader.ts";
import { validate } from "../../../verifier/wasm/validate.ts";

describe("assembler", () => {
  it("writes integers that are read as they were, in as few bytes as can be", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (u, s) => {
        expect(new Reader(Uint8Array.from(unsigned(u))).u32()).to.equal(u);
        expect(new Reader(Uint8Array.from(signed(s))).s64()).to.equal(s);
      }),
      { seed: 3 },
    );
    expect([unsigned(127), unsigned(128), signed(63), signed(64), signed(-64), signed(-65)]).to.deep.equal([
      [127],
      [0x80, 1],
      [63],
      [0xc0, 0],
      [0x40],
      [0xbf, 0x7f],
    ]);
  });

  it("writes every section so that the decoder and V8 accept it", () => {
    const writer = new ModuleWriter();
    writer.importMemory("m", "memory", { minimum: 0, maximum: 3 });
    writer.importGlobal("m", "global", "i64", false);
    const imported = writer.importFunction("m", "f", { params: ["i32"], results: ["i64"] });
    writer.table({ minimum: 2 });
    writer.global("i32", true, asm.i32(-5));
    const type = { params: [], results: ["i32", "i64"] } as const;
    const body = [writer.blockType(type), asm.i32(1), asm.i32(2), asm.call(imported), 0x0b, asm.set(1), asm.set(0)];
    const f = writer.function({
      type: { params: [], results: [] },
      locals: ["i32", "i64"],
      body: [0x02, body],
      name: "fn",
    });
    writer.elements([f, imported], asm.i32(0));
    writer.elements([f]);
    writer.data(Uint8Array.of(1, 2), asm.i32(3));
    writer.data(Uint8Array.of(4));
    writer.start(f);
    writer.export("run", External.function, f);
    const module = decode(writer.bytes());
    validate(module);
    expect(WebAssembly.validate(Uint8Array.from(writer.bytes()))).to.equal(true);
    expect(module.names.functions.get(f)).to.equal("fn");
    expect([module.elements.length, module.data.length, module.dataCount, module.start?.function]).to.deep.equal([
      2,
      2,
      2,
      f,
    ]);
  });

  it("takes imports first", () => {
    const writer = new ModuleWriter();
    writer.function({ type: { params: [], results: [] }, body: [] });
    expect(() => writer.importFunction("m", "f", { params: [], results: [] })).to.throw(Crash);
  });
});
