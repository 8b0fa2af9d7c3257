import { expect } from "chai";
import fc from "fast-check";
import { leafBytes, readLeaf, writeLeaf } from "../../../verifier/merkle/leaf.ts";
import { SEED } from "../seed.ts";
import { naiveLeaf } from "./naive-tree.ts";

const word = fc.oneof(
  fc.bigInt(0n, (1n << 64n) - 1n),
  fc.bigInt(0n, (1n << 256n) - 1n),
  fc.constantFrom(0n, 1n << 64n, (1n << 64n) - 1n, 1n << 128n, 1n << 192n, (1n << 256n) - 1n),
);

describe("leaves", () => {
  it("are 32 bytes, most significant first", () => {
    fc.assert(
      fc.property(word, (value) => {
        expect(leafBytes(value)).to.deep.equal(naiveLeaf(value));
        expect(readLeaf(naiveLeaf(value), 0)).to.equal(value);
      }),
      { seed: SEED },
    );
  });

  it("are written and read at any offset, and nothing beside them changes", () => {
    const bytes = new Uint8Array(100).fill(0xaa);
    writeLeaf(0x1234n, bytes, 33);
    expect(readLeaf(bytes, 33)).to.equal(0x1234n);
    expect([bytes[32], bytes[65]]).to.deep.equal([0xaa, 0xaa]);
  });
});
