/**
 * Transactions in words: what a payload asks for and what an output answers, by the program's
 * convention.
 */
import { bytesToHex } from "viem";
import type { Program } from "../../verifier/program/build.ts";
import { DISPATCH_HEADER, DISPATCH_VALUE } from "../../verifier/program/drivers/dispatch.ts";
import { formatFloat } from "../../verifier/program/float-text.ts";
import { decodeTypedOutput } from "../../verifier/program/transactions.ts";
import type { ValueType } from "../../verifier/wasm/types.ts";

/** What is needed of a program. */
type Conventional = Pick<Program, "convention" | "exports">;

/**
 * A payload: `add(1, 2)` in the typed convention, else its bytes as {@link readable} shows them.
 */
export function payloadText(program: Conventional, payload: Uint8Array): string {
  const called = calledBy(program, payload);
  if (called === undefined) return readable(payload);
  const args = valuesText(payload.subarray(DISPATCH_HEADER), called.type.params);
  return args === undefined ? readable(payload) : `${called.name}(${args})`;
}

/**
 * The output of a transaction with this payload: the results in the typed convention, else as
 * {@link readable} shows it.
 */
export function outputText(program: Conventional, payload: Uint8Array, output: Uint8Array): string {
  const called = calledBy(program, payload);
  return (called && valuesText(output, called.type.results)) ?? readable(output);
}

/** Bytes as the text that they are, or else in hexadecimal digits. */
export function readable(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    // eslint-disable-next-line no-control-regex -- control characters mean that it is no text
    if (!/[\u0000-\u0008\u000e-\u001f\u007f]/.test(text)) return text;
  } catch {
    // Not UTF-8.
  }
  return bytesToHex(bytes);
}

function calledBy({ convention, exports }: Conventional, payload: Uint8Array): Program["exports"][number] | undefined {
  if (convention !== "typed" || payload.length < DISPATCH_HEADER) return undefined;
  return exports[new DataView(payload.buffer, payload.byteOffset).getUint32(0, true)];
}

/** Values, one after the other; undefined if they are not as many as the types. */
function valuesText(bytes: Uint8Array, types: readonly ValueType[]): string | undefined {
  if (bytes.length !== DISPATCH_VALUE * types.length) return undefined;
  const text = (value: bigint, type: ValueType | undefined): string =>
    type === "f32" || type === "f64" ? formatFloat(value, type === "f32" ? 32 : 64) : String(value);
  return decodeTypedOutput(bytes, types)
    .map((value, i) => text(value, types[i]))
    .join(", ");
}
