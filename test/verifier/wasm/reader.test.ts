import { expect } from "chai";
import fc from "fast-check";
import { signed, unsigned } from "../../../verifier/wasm/assembler.ts";
import { DecodeError } from "../../../verifier/wasm/errors.ts";
import { Reader } from "../../../verifier/wasm/reader.ts";
import { SEED } from "../seed.ts";
import { name } from "./binary.ts";

const reader = (...bytes: number[]): Reader => new Reader(Uint8Array.from(bytes));

function problem(read: () => unknown): [string, number] {
  try {
    read();
  } catch (error) {
    if (error instanceof DecodeError) return [error.problem, error.offset];
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** Any code point but the surrogates. */
const scalar = fc.oneof(fc.nat(0x7f), fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff }));

describe("Reader", () => {
  describe("integers", () => {
    it("reads what was written, up to the last byte", () => {
      const check = (bytes: readonly number[], read: (reader: Reader) => number | bigint, value: bigint): void => {
        const subject = new Reader(Uint8Array.from(bytes));
        expect(BigInt(read(subject))).to.equal(value);
        expect(subject.remaining).to.equal(0);
      };
      fc.assert(
        fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.nat(63), (wide, shift) => {
          const value = wide >> BigInt(shift);
          check(signed(value), (r) => r.s64(), value);
          const s33 = BigInt.asIntN(33, value);
          check(signed(s33), (r) => r.s33(), s33);
          const s32 = BigInt.asIntN(32, value);
          check(signed(s32), (r) => r.s32(), s32);
          const u32 = BigInt.asUintN(32, value);
          check(unsigned(Number(u32)), (r) => r.u32(), u32);
          check(unsigned(Number(u32)), (r) => r.u64(), u32);
        }),
        { seed: SEED, numRuns: 1000 },
      );
    });

    it("accepts redundant bytes as far as the width allows", () => {
      expect(reader(0x83, 0x80, 0x80, 0x80, 0x00).u32()).to.equal(3);
      expect(reader(0xff, 0xff, 0xff, 0xff, 0x0f).u32()).to.equal(0xffff_ffff);
      expect(reader(0xff, 0xff, 0xff, 0xff, 0x7f).s32()).to.equal(-1);
      expect(reader(0x80, 0x80, 0x80, 0x80, 0x78).s32()).to.equal(-0x8000_0000);
      expect(reader(0xff, 0xff, 0xff, 0xff, 0x0f).s33()).to.equal(0xffff_ffff);
      expect(reader(0x80, 0x80, 0x80, 0x80, 0x70).s33()).to.equal(-(2 ** 32));
      expect(reader(0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f).s64()).to.equal(-2n);
      expect(reader(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f).s64()).to.equal(-(2n ** 63n));
      expect(reader(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01).u64()).to.equal(2 ** 63);
    });

    const wide = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80];
    const cases: [string, number[], (reader: Reader) => unknown, string][] = [
      ["u32", [0x80, 0x80, 0x80, 0x80, 0x80, 0x00], (r) => r.u32(), "integer representation too long"],
      ["u32", [0x80, 0x80, 0x80, 0x80, 0x10], (r) => r.u32(), "integer too large"],
      ["s32", [0x80, 0x80, 0x80, 0x80, 0x80, 0x00], (r) => r.s32(), "integer representation too long"],
      ["s32", [0x80, 0x80, 0x80, 0x80, 0x08], (r) => r.s32(), "integer too large"],
      ["s32", [0xff, 0xff, 0xff, 0xff, 0x6f], (r) => r.s32(), "integer too large"],
      ["s33", [0x80, 0x80, 0x80, 0x80, 0x80, 0x00], (r) => r.s33(), "integer representation too long"],
      ["s33", [0x80, 0x80, 0x80, 0x80, 0x10], (r) => r.s33(), "integer too large"],
      ["s64", [...wide, 0x80, 0x00], (r) => r.s64(), "integer representation too long"],
      ["s64", [...wide, 0x01], (r) => r.s64(), "integer too large"],
      ["s64", [...wide, 0x7e], (r) => r.s64(), "integer too large"],
      ["u64", [...wide, 0x80, 0x00], (r) => r.u64(), "integer representation too long"],
      ["u64", [...wide, 0x02], (r) => r.u64(), "integer too large"],
    ];
    for (const [width, bytes, read, expected] of cases) {
      it(`refuses ${bytes.map((byte) => byte.toString(16)).join(" ")} as ${width}`, () => {
        const subject = reader(0, ...bytes);
        subject.u8();
        expect(problem(() => read(subject))).to.deep.equal([expected, 1]);
      });
    }

    it("names the end of the bytes if an integer goes beyond", () => {
      expect(problem(() => reader(0x80, 0x80).u32())).to.deep.equal(["unexpected end", 2]);
      const later = reader(0, 0x80, 0x80, 0x00);
      later.u8();
      const inner = later.part(2);
      expect(problem(() => inner.u32())).to.deep.equal(["unexpected end of section or function", 3]);
    });
  });

  describe("names", () => {
    it("reads every well-formed string", () => {
      fc.assert(
        fc.property(fc.array(scalar), (points) => {
          const text = String.fromCodePoint(...points);
          expect(reader(...name(text)).name()).to.equal(text);
        }),
        { seed: SEED },
      );
    });

    it("keeps a byte order mark", () => {
      expect(reader(3, 0xef, 0xbb, 0xbf).name()).to.equal("\uFEFF");
    });

    const wrong: [string, number[]][] = [
      ["a lone continuation", [0x80]],
      ["an overlong form", [0xc0, 0x80]],
      ["a surrogate", [0xed, 0xa0, 0x80]],
      ["a code point beyond U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
      ["a cut sequence", [0xe2, 0x82]],
    ];
    for (const [what, bytes] of wrong) {
      it(`refuses ${what}`, () => {
        expect(problem(() => reader(bytes.length, ...bytes).name())).to.deep.equal(["malformed UTF-8 encoding", 0]);
      });
    }

    it("refuses a length beyond the bytes", () => {
      expect(problem(() => reader(3, 0x61).name())).to.deep.equal([
        "length out of bounds: a name of 3 bytes, 1 are left",
        0,
      ]);
    });
  });

  it("reads fixed widths with the least significant byte first", () => {
    expect(reader(0x01, 0x02, 0x03, 0x84).fixed32()).to.equal(0x84030201);
    expect(reader(1, 2, 3, 4, 5, 6, 7, 0x88).fixed64()).to.equal(0x8807060504030201n);
  });
});
