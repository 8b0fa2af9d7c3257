import { expect } from "chai";
import fc from "fast-check";
import { sameBytes } from "../../../verifier/merkle/same-bytes.ts";
import { SEED } from "../seed.ts";

/** The bytes, at an offset in a buffer of their own. */
function at(offset: number, bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(offset + bytes.length + 3).fill(0xaa);
  copy.set(bytes, offset);
  return copy.subarray(offset, offset + bytes.length);
}

describe("sameBytes", () => {
  const offset = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 16 }));

  it("tells bytes from others that differ in one bit, wherever they lie", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), offset, offset, fc.nat(), (bytes, one, other, bit) => {
        expect(sameBytes(at(one, bytes), at(other, bytes))).to.be.true;
        if (bytes.length === 0) return;
        const changed = bytes.slice();
        changed[Math.floor(bit / 8) % bytes.length]! ^= 1 << (bit % 8);
        expect(sameBytes(at(one, bytes), at(other, changed))).to.be.false;
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  it("tells bytes of different lengths apart", () => {
    expect(sameBytes(new Uint8Array(8), new Uint8Array(9))).to.be.false;
    expect(sameBytes(new Uint8Array(16), new Uint8Array(8))).to.be.false;
  });
});
