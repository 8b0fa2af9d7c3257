import { expect } from "chai";
import fc from "fast-check";
import { keccak256 } from "../../../verifier/merkle/keccak.ts";
import {
  BATCH,
  hashAll,
  hashes,
  hashNodes,
  hashRecords,
  NODE_BYTES,
  nodes,
  RECORD_STRIDE,
  recordHashes,
  records,
} from "../../../verifier/merkle/keccak-lanes.ts";
import { SEED } from "../seed.ts";
import { naiveHash } from "./naive-tree.ts";

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

  /** Bytes of a record: nine words. */
  const RECORD = 288;

  /** Expects each record's hash to be what two other implementations give. */
  function expectRecords(bytes: Uint8Array): void {
    const count = bytes.length / RECORD;
    for (let i = 0; i < count; i++) records.set(bytes.subarray(RECORD * i, RECORD * (i + 1)), RECORD_STRIDE * i);
    hashRecords(count);
    for (let i = 0; i < count; i++) {
      const record = bytes.subarray(RECORD * i, RECORD * (i + 1));
      const hash = recordHashes.slice(32 * i, 32 * (i + 1));
      expect(hash, `record ${i} of ${count}`).to.deep.equal(keccak256(record));
      expect(hash).to.deep.equal(naiveHash(record));
    }
  }

  it("hashes any number of records as two other implementations do", () => {
    const content = fc.integer({ min: 1, max: 9 }).chain((count) => {
      const length = count * RECORD;
      return fc.uint8Array({ minLength: length, maxLength: length });
    });
    fc.assert(fc.property(content, expectRecords), { seed: SEED, numRuns: 60 });
    expectRecords(Uint8Array.from({ length: BATCH * RECORD }, (_, i) => (i * i + (i >> 8)) & 0xff));
  });

  it("hashes records in which a single bit is set, each in both lanes", () => {
    for (let bit = 0; bit < 8 * RECORD; bit++) {
      const bytes = new Uint8Array(2 * RECORD);
      bytes[bit >> 3] = 1 << (bit & 7);
      bytes[RECORD + ((8 * RECORD - 1 - bit) >> 3)] = 0x80 >> (bit & 7);
      expectRecords(bytes);
    }
  });
});
