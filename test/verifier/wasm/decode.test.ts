import { expect } from "chai";
import { unsigned } from "../../../verifier/wasm/assembler.ts";
import { decode } from "../../../verifier/wasm/decode.ts";
import { ALL_FEATURES } from "../../../verifier/wasm/features.ts";
import { binary, body, HEADER, name, section, TYPES, vector, withCode } from "./binary.ts";
import type { Bytes } from "./binary.ts";
import { refusal } from "./outcome.ts";

const FUNCTION: Bytes = section(3, vector([0]));
const CODE: Bytes = section(10, vector(body([])));
const MEMORY: Bytes = section(5, vector([0, 1]));
const TABLE: Bytes = section(4, vector([0x70, 0, 1]));

describe("decode", () => {
  it("reads every section", () => {
    const module = decode(
      binary(
        section(1, vector([0x60, 0, 0], [0x60, 2, 0x7f, 0x7e, 1, 0x7d])),
        section(
          2,
          vector(
            [...name("env"), ...name("f"), 0, 1],
            [...name("env"), ...name("m"), 2, 1, 1, 2],
            [...name("env"), ...name("g"), 3, 0x7e, 1],
          ),
        ),
        section(3, vector([0])),
        TABLE,
        section(6, vector([0x7f, 0, 0x41, 0x2a, 0x0b])),
        section(7, vector([...name("run"), 0, 1], [...name("memory"), 2, 0])),
        section(8, [1]),
        section(9, vector([0, 0x41, 0, 0x0b, 2, 1, 0], [5, 0x70, 2, 0xd2, 1, 0x0b, 0xd0, 0x70, 0x0b])),
        section(12, [1]),
        section(10, vector(body([0x01], [2, 0x7f]))),
        section(11, vector([1, ...name("abc")])),
        section(0, name("note"), [1, 2, 3]),
      ),
    );
    expect(module.types).to.deep.equal([
      { params: [], results: [] },
      { params: ["i32", "i64"], results: ["f32"] },
    ]);
    expect(module.functions.map(({ typeIndex, imported }) => [typeIndex, imported?.name])).to.deep.equal([
      [1, "f"],
      [0, undefined],
    ]);
    const run = module.functions[1]?.body;
    expect([...module.bytes.subarray(run?.code, run?.end)]).to.deep.equal([0x01, 0x0b]);
    expect(module.memories.map(({ limits }) => limits)).to.deep.equal([{ minimum: 1, maximum: 2 }]);
    expect(module.tables.map(({ type, limits }) => [type, limits])).to.deep.equal([["funcref", { minimum: 1 }]]);
    expect(module.globals.map(({ type, mutable }) => [type, mutable])).to.deep.equal([
      ["i64", true],
      ["i32", false],
    ]);
    expect(module.globals[1]?.initial?.instructions.map(({ immediate }) => immediate)).to.deep.equal([
      { kind: "i32", value: 42 },
    ]);
    expect(module.exports.map(({ name: text, kind, index }) => [text, kind, index])).to.deep.equal([
      ["run", "function", 1],
      ["memory", "memory", 0],
    ]);
    expect(module.start?.function).to.equal(1);
    expect(module.elements.map(({ mode, items }) => [mode.kind, items])).to.deep.equal([
      ["active", [1, 0]],
      ["passive", [1, null]],
    ]);
    expect(module.data.map(({ mode, bytes }) => [mode.kind, [...bytes]])).to.deep.equal([["passive", [97, 98, 99]]]);
    expect(module.dataCount).to.equal(1);
    expect(module.custom.map(({ name: text, start, end }) => [text, end - start])).to.deep.equal([["note", 3]]);
  });

  describe("refuses what is malformed", () => {
    // [what, module, start of the message, byte offset]
    const cases: [string, Uint8Array, string, number][] = [
      ["no bytes", Uint8Array.of(), "unexpected end, at byte 0 (0x0)", 0],
      ["half a magic number", Uint8Array.of(0, 0x61), "unexpected end", 2],
      ["another magic number", Uint8Array.of(0, 0x61, 0x73, 0x6e, 1, 0, 0, 0), "magic header not detected", 0],
      ["half a version", Uint8Array.from(HEADER.slice(0, 6)), "unexpected end", 6],
      ["another version", Uint8Array.from([...HEADER.slice(0, 4), 13, 0, 1, 0]), "unknown binary version", 4],
      ["an unknown section", binary([14, 0]), "malformed section id 14", 8],
      ["a section without a size", binary([1]), "unexpected end", 9],
      ["a section beyond the file", binary([1, 5, 0]), "length out of bounds: a section of 5 bytes, 1 are left", 9],
      ["a section longer than its content", binary([1, 2, 0, 0]), "section size mismatch", 11],
      [
        "a section shorter than its content",
        binary([1, 2, 1, 0x60, 0, 0]),
        "unexpected end of section or function",
        12,
      ],
      ["sections out of order", binary(FUNCTION, TYPES), "unexpected content after last section", 12],
      ["a section twice", binary(TYPES, TYPES), "unexpected content after last section", 14],
      ["a data count after the code", binary(section(10, [0]), section(12, [0])), "unexpected content after", 11],
      ["a custom section without a name", binary([0, 0]), "unexpected end", 10],
      ["a custom section whose name is no text", binary(section(0, [1, 0xff])), "malformed UTF-8 encoding", 10],
      [
        "more entries than bytes",
        binary(section(1, unsigned(1e9))),
        "unexpected end of section or function: 1000000000",
        10,
      ],
      ["a type that is none", binary(section(1, vector([0x20]))), "malformed definition type", 11],
      ["a parameter that is no type", binary(section(1, vector([0x60, 1, 0x40, 0]))), "malformed value type", 13],
      ["an unknown import", binary(section(2, vector([0, 0, 9, 0]))), "malformed import kind", 13],
      ["a table of numbers", binary(section(4, vector([0x7f, 0, 0]))), "malformed reference type", 11],
      ["unknown limits", binary(section(5, vector([8, 0]))), "malformed limits flags", 11],
      ["a global neither constant nor not", binary(section(6, vector([0x7f, 2, 0x0b]))), "malformed mutability", 12],
      ["a constant without an end", binary(section(6, vector([0x7f, 0, 0x41, 0]))), "unexpected end of section", 15],
      ["an unknown export", binary(section(7, vector([0, 5, 0]))), "malformed export kind", 12],
      ["an unknown element segment", binary(section(9, vector([8]))), "malformed elements segment kind", 11],
      ["an unknown kind of element", binary(section(9, vector([1, 1, 0]))), "malformed element kind", 12],
      ["an unknown data segment", binary(section(11, vector([3]))), "malformed data segment kind", 11],
      ["data beyond the section", binary(section(11, vector([1, 4, 0]))), "unexpected end of section or function", 14],
      ["a function without a body", binary(TYPES, FUNCTION), "function and code section have inconsistent lengths", 18],
      ["a body without a function", binary(CODE), "function and code section have inconsistent lengths", 14],
      [
        "fewer data segments than counted",
        binary(section(12, [2])),
        "data count and data section have inconsistent",
        11,
      ],
      [
        "a body beyond the section",
        binary(TYPES, FUNCTION, section(10, vector([9, 0]))),
        "unexpected end of section",
        21,
      ],
      ["2^32 locals", withCode([], [...unsigned(0xffff_ffff), 0x7f], [1, 0x7f]), "too many locals", 29],
      ["an unknown opcode", withCode([0x01, 0x27]), "illegal opcode 27", 24],
      ["an unknown opcode after a prefix", withCode([0xfc, 0x92, 0x03]), "illegal opcode fc 192", 23],
      ["an instruction that is cut", withCode([0x41]), "unexpected end of section or function", 25],
      [
        "a body without an end before others",
        binary(TYPES, FUNCTION, section(10, vector([1, 0])), section(0, name("x"))),
        "END opcode expected",
        23,
      ],
      ["a body without an end", binary(TYPES, FUNCTION, section(10, vector([1, 0]))), "unexpected end of section", 23],
      ["bytes after the end", withCode([0x0b]), "section size mismatch", 24],
      ["an else without an if", withCode([0x05]), "END opcode expected", 23],
      ["alignment with unknown flags", withCode([0x41, 0, 0x28, 0x80, 1, 0, 0x1a]), "malformed memop flags", 26],
      ["data.drop without a count", withCode([0xfc, 0x09, 0x00]), "data count section required", 23],
      ["a block of no type", withCode([0x02, 0x41, 0x0b]), "malformed value type", 24],
    ];
    for (const [what, bytes, start, offset] of cases) {
      it(what, () => {
        const error = refusal(bytes);
        expect(error?.name).to.equal("DecodeError");
        expect(error?.message.startsWith(start), error?.message).to.equal(true);
        expect(error?.offset).to.equal(offset);
        expect(error?.message).to.match(/^[^\n]+, .*at byte \d+ \(0x[0-9a-f]+\)[^\n:]*$/);
        expect(error?.hint).to.match(/build or download it again$/);
        expect(WebAssembly.validate(bytes.slice())).to.equal(false);
      });
    }
  });

  it("refuses a value type of two bytes, though V8 does not", () => {
    const error = refusal(withCode([0x02, 0xc0, 0x7f, 0x0b]));
    expect([error?.name, error?.problem, error?.offset]).to.deep.equal(["DecodeError", "malformed block type", 24]);
    expect(error?.instruction).to.equal("block");
  });

  it("refuses every beginning of a module as malformed, unless it ends between sections", () => {
    const whole = withCode([0x41, 0, 0x1a]);
    const boundaries = [8, 14, 18];
    for (let length = 0; length < whole.length; length++) {
      const error = refusal(whole.subarray(0, length));
      if (length === 8 || length === 14) expect(error).to.equal(undefined);
      else expect(error?.name).to.equal("DecodeError");
      if (!boundaries.includes(length)) expect(error?.message).to.match(/^(unexpected end|length out of bounds)/);
    }
  });

  it("refuses sizes out of proportion", () => {
    const manyLocals = refusal(withCode([], [...unsigned(50_001), 0x7f]));
    expect([manyLocals?.message, manyLocals?.hint]).to.deep.equal([
      "unsupported size: 50001 parameters and locals, at most 50000, at byte 22 (0x16) in function 0",
      "use a smaller module",
    ]);
    expect(refusal(withCode([], [...unsigned(50_000), 0x7f]))).to.equal(undefined);
    const blocks = Array.from({ length: 50_001 }, () => [0x02, 0x40]).flat();
    expect(refusal(withCode(blocks))?.problem).to.equal("unsupported size: more than 50000 blocks in one another");
    const large = section(4, vector([0x70, 0, ...unsigned(0xffff_ffff)]));
    expect(refusal(binary(large))).to.equal(undefined);
    const parameters = section(1, vector([0x60, ...vector(...Array.from({ length: 1001 }, () => [0x7f])), 0]));
    expect(refusal(binary(parameters))?.problem).to.equal("unsupported size: 1001 parameters, at most 1000");
  });

  it("names the function of a malformed body, from the name section or an export", () => {
    const broken = [
      TYPES,
      FUNCTION,
      section(7, vector([...name("run\n"), 0, 0])),
      section(10, vector([2, 1, 0x0b])),
    ] as const;
    expect(refusal(binary(...broken))?.function).to.deep.equal({ index: 0, name: "run\n" });
    expect(refusal(binary(...broken))?.message).to.contain("in function 0 (run\\n)");
    const names = section(0, name("name"), section(1, vector([0, ...name("inner")])));
    expect(refusal(binary(...broken, names))?.function).to.deep.equal({ index: 0, name: "inner" });
  });

  it("takes a module with all features as one without, if it needs none", () => {
    const bytes = binary(TYPES, FUNCTION, MEMORY, CODE);
    expect(decode(bytes, ALL_FEATURES).functions).to.deep.equal(decode(bytes).functions);
  });
});
