/** Floats as text, against the assembler's reading of them. */
import { parse } from "@bytecodealliance/jco";
import { expect } from "chai";
import { formatFloat, parseFloatText } from "../../../verifier/program/float-text.ts";
import { decode } from "../../../verifier/wasm/decode.ts";
import { RandomBits, SPECIAL } from "../machine/float-operands.ts";
import { SEED } from "../seed.ts";

/** What the assembler makes of literals. */
async function assembled(texts: readonly string[], width: 32 | 64): Promise<bigint[]> {
  const globals = texts.map((text) => `(global f${width} (f${width}.const ${text}))`);
  return decode(await parse(`(module ${globals.join("")})`)).globals.map(({ initial }) => {
    const immediate = initial?.instructions[0]?.immediate;
    return immediate?.kind === "f32" || immediate?.kind === "f64" ? BigInt(immediate.bits) : -1n;
  });
}

/** Texts that stand exactly between two floats, or next to such a place. */
const TIES: readonly string[] = [
  "16777217", // 2^24 + 1
  "16777217.000000000000000000000001",
  "16777219",
  "9007199254740993", // 2^53 + 1
  "9007199254740993.0000000000000000000000000001",
  "1.00000005960464477539062500000001", // 1 + 2^-24, and a little
  "1.000000059604644775390625",
  "0x1.000001p0",
  "0x1.00000100000000000000001p0",
  "0x1.00000000000008p0",
  "0x1.000000000000080000000000001p0",
  "0x1p-149",
  "0x1p-150",
  "0x1.8p-150",
  "0x1.fffffep-127",
  "0x1.ffffffp-127",
  "0x1p-1074",
  "0x1p-1075",
  "0x1.8p-1075",
  "0x0.fffffffffffff8p-1022",
  "0x1.fffffefffffp127",
  "340282346638528859811704183484516925440",
  "340282356779733661637539395458142568447",
  "7.00649232162408535461864791644958e-46",
  "7.006492321624085354618647916449e-46",
];

const FORMS: readonly string[] = [
  ...["0", "-0", "+1", "1.", "1.5e-3", "1E+3", "1_0.0_1e1_0", "0xA.Bp1", "0xa_b.c_dp-0_1", "0x10", "0x1.", "6.02e23"],
  ...["inf", "-inf", "+inf", "nan", "-nan", "nan:0x1", "-nan:0x20_0000", "0e999999999", "1e-99999999", "0x1P-5"],
];

describe("float literals", () => {
  for (const width of [32, 64] as const) {
    it(`of f${width} are read as the assembler reads them`, async () => {
      const random = new RandomBits(SEED + width);
      const texts = Array.from({ length: 3000 }, () => {
        const digits = String(random.word()) + String(random.word()).repeat(random.word() % 3);
        const point = random.word() % (digits.length + 1);
        const exponent = (random.word() % (width === 32 ? 60 : 500)) - (width === 32 ? 70 : 400);
        return `${digits.slice(0, point) || "0"}.${digits.slice(point)}e${exponent}`;
      }).filter((text) => Number.isFinite(width === 32 ? Math.fround(Number(text)) : Number(text)));
      const literals = [...FORMS, ...TIES.filter((text) => Number(text) < 1e38 || width === 64), ...texts];
      const wanted = await assembled(literals, width);
      literals.forEach((text, i) => {
        const found = parseFloatText(text, width);
        if (found !== wanted[i]) expect(found, text).to.equal(wanted[i]);
      });
      expect(literals.length).to.be.above(2500);
    });

    it(`of f${width} come from bits, and give them back`, () => {
      const random = new RandomBits(SEED - width);
      for (const bits of [...SPECIAL[width], ...Array.from({ length: 3000 }, () => random.operand(width))]) {
        const text = formatFloat(bits, width);
        if (parseFloatText(text, width) !== bits) expect(parseFloatText(text, width), text).to.equal(bits);
      }
    });
  }

  it("are short", () => {
    expect(formatFloat(0x3dcc_cccdn, 32)).to.equal("0.1");
    expect(formatFloat(0x3fb9_9999_9999_999an, 64)).to.equal("0.1");
    expect(formatFloat(0x7f7f_ffffn, 32)).to.equal("3.4028235e+38");
    expect(formatFloat(1n, 64)).to.equal("5e-324");
    expect(formatFloat(0x8000_0000n, 32)).to.equal("-0");
    expect(formatFloat(0xffc0_0000n, 32)).to.equal("-nan");
    expect(formatFloat(0x7fa0_0000n, 32)).to.equal("nan:0x200000");
  });

  for (const text of ["", "-", "one", "1e", ".5", "1__0", "_1", "0x", "0x.8", "1e309", "-0x1p1024", "nan:0x0", "NaN"]) {
    it(`"${text}" is none`, () => {
      expect(parseFloatText(text, 64)).to.equal(undefined);
    });
  }

  it("have their own bounds in each type", () => {
    expect(parseFloatText("1e39", 32)).to.equal(undefined);
    expect(parseFloatText("340282356779733661637539395458142568448", 32)).to.equal(undefined);
    expect(parseFloatText("nan:0x800000", 32)).to.equal(undefined);
    expect(parseFloatText("nan:0x800000", 64)).to.equal(0x7ff0_0000_0080_0000n);
  });
});
