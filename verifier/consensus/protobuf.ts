/**
 * Messages in protobuf's wire format (protobuf.dev, "Encoding"), as gogoproto writes them: fields
 * in the order of their numbers, scalars that are zero and bytes that are empty left out, embedded
 * messages always there. So every value has one encoding, which can be hashed and signed.
 */
import { concatenate } from "../concatenate.ts";

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;

const NONE = new Uint8Array();

/** Some bytes one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return concatenate(parts);
}

/** A number in groups of seven bits, the lowest first. A negative one as its 64 bits. */
export function varint(value: bigint | number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** A field with an integer: int32, int64, uint32, uint64, bool or an enum. */
export function integerField(field: number, value: bigint | number): Uint8Array {
  return BigInt(value) === 0n ? NONE : concat(tag(field, VARINT), varint(value));
}

/** A field with an sfixed64: eight bytes, the lowest first. */
export function fixedField(field: number, value: bigint): Uint8Array {
  if (value === 0n) return NONE;
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, value, true);
  return concat(tag(field, FIXED64), bytes);
}

/** A field with bytes or text. */
export function bytesField(field: number, bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 ? NONE : messageField(field, bytes);
}

/** A field with an embedded message, given by its bytes. */
export function messageField(field: number, bytes: Uint8Array): Uint8Array {
  return concat(tag(field, LENGTH_DELIMITED), delimited(bytes));
}

/** Bytes after their length. */
export function delimited(bytes: Uint8Array): Uint8Array {
  return concat(varint(bytes.length), bytes);
}

function tag(field: number, wireType: number): Uint8Array {
  return varint((field << 3) | wireType);
}
