/**
 * Messages of protobuf (protobuf.dev, "Encoding") described by tables, read and written. Whatever
 * bytes come from outside give a value or a {@link WireError}; fields that a table does not name
 * are passed over, as protobuf asks.
 */
import { bytesField, concat, integerField, messageField } from "../../verifier/consensus/protobuf.ts";
import { Problem } from "../../verifier/errors.ts";

/** Bytes are no message of the kind that they should be. */
export class WireError extends Problem {
  override readonly name = "WireError";
}

/** A field as it is on the wire: a number, or bytes. */
type WireValue = bigint | Uint8Array;

/** One field of a message. */
export interface Field<Value> {
  readonly number: number;
  /** What it is where the message does not have it; a new one for each message. */
  readonly missing: () => Value;
  /** What it is after one more occurrence; a list grows in place. */
  readonly read: (before: Value, wire: WireValue) => Value;
  readonly write: (value: Value) => Uint8Array;
}

/** The fields of a message by their names in TypeScript. */
export type Message<Shape> = { readonly [Name in keyof Shape]: Field<Shape[Name]> };

/** The value that messages of a table stand for. */
export type ValueOf<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends Field<infer Value> ? Value : never;
};

const NONE = new Uint8Array();
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** A field with an int64, or a uint64 below 2^63. */
export function int64(number: number): Field<bigint> {
  return scalar(
    number,
    () => 0n,
    (wire) => BigInt.asIntN(64, numberOf(wire)),
    integerField,
  );
}

/** A field with an int32, a uint32 or an enum. */
export function int32(number: number): Field<number> {
  return scalar(
    number,
    () => 0,
    (wire) => Number(BigInt.asIntN(64, numberOf(wire))),
    integerField,
  );
}

/** A field with a bool. */
export function bool(number: number): Field<boolean> {
  return scalar(
    number,
    () => false,
    (wire) => numberOf(wire) !== 0n,
    (field, value) => integerField(field, value ? 1 : 0),
  );
}

/** A field with bytes. */
export function bytes(number: number): Field<Uint8Array> {
  return scalar(number, () => NONE, bytesOf, bytesField);
}

/** A field with text. */
export function text(number: number): Field<string> {
  return scalar(
    number,
    () => "",
    (wire) => textOf(bytesOf(wire)),
    (field, value) => bytesField(field, new TextEncoder().encode(value)),
  );
}

/** A field with a message, which is always written. */
export function message<Shape>(number: number, table: Message<Shape>): Field<Shape> {
  return scalar(
    number,
    () => decode(table, NONE),
    (wire) => decode(table, bytesOf(wire)),
    (field, value) => messageField(field, encode(table, value)),
  );
}

/** A field with any number of byte strings. */
export function bytesList(number: number): Field<readonly Uint8Array[]> {
  return list(number, bytesOf, (value) => value);
}

/** A field with any number of messages. */
export function messageList<Shape>(number: number, table: Message<Shape>): Field<readonly Shape[]> {
  return list(
    number,
    (wire) => decode(table, bytesOf(wire)),
    (value) => encode(table, value),
  );
}

/**
 * A message's value.
 * @throws WireError if the bytes are no such message
 */
export function decode<Shape>(table: Message<Shape>, encoded: Uint8Array): Shape {
  const fields = fieldsOfTable(table);
  const value = Object.fromEntries(fields.map(([name, field]) => [name, field.missing()]));
  for (const [number, wire] of fieldsOf(encoded)) {
    const [name, field] = fields.find(([, one]) => one.number === number) ?? [];
    if (name !== undefined && field !== undefined) value[name] = field.read(value[name], wire);
  }
  return value as Shape;
}

/** A message's bytes: its fields in the order of the table. */
export function encode<Shape>(table: Message<Shape>, value: NoInfer<Shape>): Uint8Array {
  const values = value as Readonly<Record<string, unknown>>;
  return concat(...fieldsOfTable(table).map(([name, field]) => field.write(values[name])));
}

/** Names and fields, each of whatever type. */
function fieldsOfTable<Shape>(table: Message<Shape>): [string, Field<unknown>][] {
  return Object.entries(table as Readonly<Record<string, Field<unknown>>>);
}

/**
 * The fields of a message in their order, with what they hold.
 * @throws WireError if the bytes are no message
 */
export function* fieldsOf(encoded: Uint8Array): Generator<[number, WireValue], void> {
  for (let at = 0; at < encoded.length;) {
    const tag = readVarint(encoded, at);
    const number = Number(tag.value >> 3n);
    if (number < 1 || number >= 2 ** 29) throw new WireError(`there is no field ${number}`, { place: `at byte ${at}` });
    const { value, end } = readValue(encoded, tag.end, Number(tag.value & 7n));
    yield [number, value];
    at = end;
  }
}

/** Something that was read, and where what follows begins. */
interface Read<Value> {
  readonly value: Value;
  readonly end: number;
}

function readValue(encoded: Uint8Array, at: number, wireType: number): Read<WireValue> {
  switch (wireType) {
    case 0:
      return readVarint(encoded, at);
    case 1:
      return { value: slice(encoded, at, 8), end: at + 8 };
    case 2: {
      const length = readVarint(encoded, at);
      const size = Number(length.value);
      return { value: slice(encoded, length.end, size), end: length.end + size };
    }
    case 5:
      return { value: slice(encoded, at, 4), end: at + 4 };
    default:
      throw new WireError(`there is no wire type ${wireType}`, { place: `at byte ${at}` });
  }
}

function slice(encoded: Uint8Array, at: number, size: number): Uint8Array {
  if (size > encoded.length - at)
    throw new WireError(`${size} bytes are missing but for ${encoded.length - at}`, { place: `at byte ${at}` });
  return encoded.subarray(at, at + size);
}

/**
 * A number in groups of seven bits.
 * @throws WireError if it does not end, or has more than 64 bits
 */
export function readVarint(encoded: Uint8Array, at: number): Read<bigint> {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = encoded[at + i];
    if (byte === undefined) throw new WireError("a number does not end", { place: `at byte ${at}` });
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return { value: BigInt.asUintN(64, value), end: at + i + 1 };
  }
  throw new WireError("a number has more than ten bytes", { place: `at byte ${at}` });
}

function scalar<Value>(
  number: number,
  missing: () => Value,
  read: (wire: WireValue) => Value,
  write: (number: number, value: Value) => Uint8Array,
): Field<Value> {
  return { number, missing, read: (_, wire) => read(wire), write: (value) => write(number, value) };
}

function list<Value>(
  number: number,
  read: (wire: WireValue) => Value,
  write: (value: Value) => Uint8Array,
): Field<readonly Value[]> {
  return {
    number,
    missing: () => [],
    read: (before, wire) => {
      // A block can have thousands: what is read is this message's own.
      (before as Value[]).push(read(wire));
      return before;
    },
    write: (values) => concat(...values.map((value) => messageField(number, write(value)))),
  };
}

function numberOf(wire: WireValue): bigint {
  if (typeof wire !== "bigint") throw new WireError("a field has bytes where a number belongs");
  return wire;
}

function bytesOf(wire: WireValue): Uint8Array {
  if (typeof wire === "bigint") throw new WireError("a field has a number where bytes belong");
  return wire;
}

function textOf(encoded: Uint8Array): string {
  try {
    return UTF8.decode(encoded);
  } catch (error) {
    throw new WireError("a field's text is no UTF-8", { cause: error });
  }
}
