import { expect } from "chai";
import fc from "fast-check";
import { Crash } from "../../../verifier/errors.ts";
import { equalHashes, hashPair, keccak256 } from "../../../verifier/merkle/keccak.ts";
import { MAX_LEVEL, zeroHash } from "../../../verifier/merkle/zero.ts";
import { SEED } from "../seed.ts";
import { naiveHash } from "./naive-tree.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("keccak256", () => {
  it("gives the known hash of no bytes", () => {
    expect(hex(keccak256(new Uint8Array()))).to.equal(
      "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
    );
  });

  it("agrees with another implementation on bytes of any length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(keccak256(bytes)).to.deep.equal(naiveHash(bytes));
      }),
      { seed: SEED },
    );
  });

  it("hashes pairs like their concatenation, and results do not change later", () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(hash, hash, (left, right) => {
        const pair = hashPair(left, right);
        keccak256(left);
        expect(pair).to.deep.equal(naiveHash(left, right));
      }),
      { seed: SEED },
    );
  });

  it("tells equal hashes from different ones", () => {
    const one = keccak256(Uint8Array.of(1));
    const other = one.slice();
    expect(equalHashes(one, other)).to.be.true;
    other[31]! ^= 1;
    expect(equalHashes(one, other)).to.be.false;
  });
});

describe("zeroHash", () => {
  it("is the root of zero leaves at every level up to 60, and nothing beyond", () => {
    let expected: Uint8Array = new Uint8Array(32);
    for (let level = 0; level <= MAX_LEVEL; level++) {
      expect(zeroHash(level)).to.deep.equal(expected);
      expected = naiveHash(expected, expected);
    }
    expect(MAX_LEVEL).to.equal(60);
    expect(() => zeroHash(61)).to.throw(Crash, "level 61");
  });
});
