import { expect } from "chai";
import { outputText, payloadText, readable } from "../../../agents/report/transaction-text.ts";
import { encodeTypedPayload } from "../../../verifier/program/transactions.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("transactions in words", () => {
  const exports = [
    { name: "none", type: { params: [], results: [] } },
    { name: "mix", type: { params: ["i32", "f64"], results: ["i64", "f32"] } },
  ] as const;
  const typed = { convention: "typed", exports } as const;
  const payload = { convention: "payload", exports } as const;

  it("shows a typed call and its results", () => {
    const call = encodeTypedPayload(1, [-5n, 0x3ff8_0000_0000_0000n]);
    expect(payloadText(typed, call)).equal("mix(-5, 1.5)");
    expect(outputText(typed, call, encodeTypedPayload(0, [-1n, 0xffc0_0000n]).subarray(8))).equal("-1, -nan");
    expect(payloadText(typed, encodeTypedPayload(0, []))).equal("none()");
  });

  it("shows the bytes of what is no call, or no result of it", () => {
    expect(payloadText(typed, Uint8Array.of(1, 0, 0))).equal("0x010000");
    expect(payloadText(typed, encodeTypedPayload(7, []))).equal("0x0700000000000000");
    expect(payloadText(typed, encodeTypedPayload(1, [1n]))).equal("0x01000000000000000100000000000000");
    expect(outputText(typed, encodeTypedPayload(1, [1n, 2n]), Uint8Array.of(0, 1))).equal("0x0001");
  });

  it("shows payloads and outputs as text, or else in hexadecimal digits", () => {
    expect(payloadText(payload, utf8("SELECT 'é';\n\t--"))).equal("SELECT 'é';\n\t--");
    expect(outputText(payload, utf8("x"), utf8("{}"))).equal("{}");
    expect(readable(Uint8Array.of(0x61, 0xff))).equal("0x61ff");
    expect(readable(Uint8Array.of(0x61, 0))).equal("0x6100");
    expect(readable(new Uint8Array())).equal("");
  });
});
