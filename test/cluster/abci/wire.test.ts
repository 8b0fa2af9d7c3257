import { expect } from "chai";
import fc from "fast-check";
import { Frames } from "../../../cluster/abci/frames.ts";
import { METHODS } from "../../../cluster/abci/messages.ts";
import { decode, encode, WireError } from "../../../cluster/abci/wire.ts";
import { concat, delimited } from "../../../verifier/consensus/protobuf.ts";

const bytes = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits.replaceAll(/\s/g, ""), "hex"));

describe("messages", () => {
  it("are what protobuf says", () => {
    // RequestCheckTx { tx: "ab", type: RECHECK }; ResponseCommit { retain_height: 300 }.
    expect(decode(METHODS.checkTx.request, bytes("0a026162 1001"))).deep.equal({ tx: bytes("6162"), type: 1 });
    expect(encode(METHODS.commit.response, { retainHeight: 300n })).deep.equal(bytes("18ac02"));
    expect(encode(METHODS.commit.response, { retainHeight: 0n })).deep.equal(bytes(""));
  });

  it("keep the last of a field that is there twice, and pass over what they do not know", () => {
    // Field 15 in each of the four forms, before and between.
    const unknown = "7805 790102030405060708 7a0161 7d01020304";
    expect(decode(METHODS.checkTx.request, bytes(`${unknown} 1001 0a0161 ${unknown} 0a0162`))).deep.equal({
      tx: bytes("62"),
      type: 1,
    });
  });

  it("come back as they were", () => {
    const integer = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
    const small = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const some = fc.uint8Array({ maxLength: 300 });
    const result = fc.record({
      code: small,
      data: some,
      log: fc.string({ unit: "grapheme" }),
      info: fc.string(),
      gasWanted: integer,
      gasUsed: integer,
      codespace: fc.string(),
    });
    const update = fc.record({ publicKey: fc.record({ secp256k1eth: some }), power: integer });
    const answer = fc.record({ txResults: fc.array(result), validatorUpdates: fc.array(update), appHash: some });
    fc.assert(
      fc.property(answer, (value) => {
        const { response } = METHODS.finalizeBlock;
        expect(decode(response, encode(response, value))).deep.equal(value);
      }),
      { numRuns: 100, seed: 0x0a4b17e4 },
    );
  });

  it("of any bytes are a value or a problem", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (any) => {
        try {
          decode(METHODS.finalizeBlock.request, any);
        } catch (error) {
          expect(error).instanceOf(WireError);
        }
      }),
      { numRuns: 500, seed: 0x0a4b17e4 },
    );
    for (const broken of ["0a", "0a05 61", "08", "00", "0b", "80", "ffffffffffffffffffffff01", "2afe"])
      expect(() => decode(METHODS.finalizeBlock.request, bytes(broken)), broken).throw(WireError);
  });
});

describe("frames", () => {
  it("are the same messages, however the stream is cut", () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 400 }), { maxLength: 8 });
    fc.assert(
      fc.property(messages, fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1 }), (all, cuts) => {
        const stream = concat(...all.map(delimited));
        const frames = new Frames();
        const found: Uint8Array[] = [];
        for (let at = 0, i = 0; at < stream.length; i++) {
          const size = cuts[i % cuts.length]!;
          frames.push(stream.subarray(at, at + size));
          at += size;
          for (let frame = frames.next(); frame !== undefined; frame = frames.next()) found.push(frame.slice());
        }
        expect(found).deep.equal(all);
      }),
      { numRuns: 100, seed: 0x0a4b17e4 },
    );
  });
});
