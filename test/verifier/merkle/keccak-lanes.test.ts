import { expect } from "chai";
import fc from "fast-check";
import { keccak256 } from "../../../verifier/merkle/keccak.ts";
import { BATCH, hashAll, hashes, hashNodes, NODE_BYTES, nodes } from "../../../verifier/merkle/keccak-lanes.ts";

/** What another implementation gives, node by node. */
function expected(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length / 2);
  for (let at = 0; at < bytes.length; at += NODE_BYTES)
    result.set(keccak256(bytes.subarray(at, at + NODE_BYTES)), at / 2);
  return result;
}

describe("keccak-256 in lanes", () => {
  it("hashes any number of nodes as hash-wasm does", () => {
    const content = fc.integer({ min: 1, max: 40 }).chain((count) => {
      const length = count * NODE_BYTES;
      return fc.uint8Array({ minLength: length, maxLength: length });
    });
    fc.assert(
      fc.property(content, (bytes) => {
        expect(hashAll(bytes)).to.deep.equal(expected(bytes));
      }),
    );
  });

  it("hashes nodes in which a single bit is set, each in both lanes", () => {
    for (let bit = 0; bit < 8 * NODE_BYTES; bit++) {
      const bytes = new Uint8Array(2 * NODE_BYTES);
      bytes[bit >> 3] = 1 << (bit & 7);
      bytes[NODE_BYTES + ((8 * NODE_BYTES - 1 - bit) >> 3)] = 0x80 >> (bit & 7);
      expect(hashAll(bytes)).to.deep.equal(expected(bytes));
    }
  });

  it("hashes more nodes than one batch takes", () => {
    const bytes = Uint8Array.from({ length: (2 * BATCH + 3) * NODE_BYTES }, (_, i) => (i * i + (i >> 7)) & 0xff);
    expect(hashAll(bytes)).to.deep.equal(expected(bytes));
  });

  it("leaves hashes beyond an even count as they are", () => {
    nodes.fill(7, 0, 4 * NODE_BYTES);
    hashNodes(4);
    const before = hashes.slice(0, 128);
    nodes.fill(8, 0, 4 * NODE_BYTES);
    hashNodes(2);
    expect(hashes.slice(64, 128)).to.deep.equal(before.slice(64));
    expect(hashes.slice(0, 64)).to.not.deep.equal(before.slice(0, 64));
  });
});
