import { expect } from "chai";
import fc from "fast-check";
import { Crash } from "../../../verifier/errors.ts";
import { TransactionError } from "../../../verifier/program/errors.ts";
import {
  decodeReceipt,
  decodeTransactions,
  decodeTypedOutput,
  encodeTransactions,
  encodeTypedPayload,
} from "../../../verifier/program/transactions.ts";

const transaction = fc.record({
  fuel: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  keep: fc.boolean(),
  payload: fc.uint8Array({ maxLength: 40 }),
});

describe("transactions as bytes", () => {
  it("are read as they were written", () => {
    fc.assert(
      fc.property(fc.array(transaction), (list) => {
        expect(decodeTransactions(encodeTransactions(list))).to.deep.equal(list);
      }),
      { seed: 1 },
    );
  });

  it("are laid out as docs/machine.md says", () => {
    const bytes = encodeTransactions([{ fuel: 0x0102n, keep: true, payload: Uint8Array.of(9, 8) }]);
    expect([...bytes]).to.deep.equal([2, 1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 9, 8]);
  });

  it("end where one is not whole", () => {
    fc.assert(
      fc.property(fc.array(transaction, { minLength: 1 }), fc.nat(), (list, cut) => {
        const bytes = encodeTransactions(list);
        const last = encodeTransactions(list.slice(-1)).length;
        const shortened = bytes.slice(0, bytes.length - 1 - (cut % last));
        expect(decodeTransactions(shortened)).to.deep.equal(list.slice(0, -1));
      }),
      { seed: 2 },
    );
  });

  it("hold no fuel beyond 64 bits", () => {
    const payload = new Uint8Array();
    for (const fuel of [-1n, 2n ** 64n]) {
      expect(() => encodeTransactions([{ fuel, keep: false, payload }])).to.throw(
        TransactionError,
        "does not fit 64 bits",
      );
    }
  });

  it("hold an export's number and eight bytes an argument", () => {
    expect([...encodeTypedPayload(3, [-2n])]).to.deep.equal([
      3,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      254,
      ...Array<number>(7).fill(255),
    ]);
  });
});

describe("typed outputs", () => {
  it("are signed numbers of the results' types", () => {
    const bytes = encodeTypedPayload(0xffff_ffff, [2n ** 64n - 1n]);
    expect(decodeTypedOutput(bytes, ["i32", "i64"])).to.deep.equal([-1n, -1n]);
    expect(decodeTypedOutput(bytes, ["f32", "f64"])).to.deep.equal([2n ** 32n - 1n, 2n ** 64n - 1n]);
  });

  it("have eight bytes a result", () => {
    expect(() => decodeTypedOutput(new Uint8Array(7), ["i32"])).to.throw(Crash, "7 bytes does not hold 1 results");
  });
});

describe("receipts", () => {
  it("are read from their leaf", () => {
    const leaf = (0x0001_0000_000bn << 192n) | (7n << 128n) | (5n << 64n) | 99n;
    expect(decodeReceipt(leaf)).to.deep.equal({ kind: 1, code: 11, start: 7, length: 5, fuelUsed: 99n });
  });
});
