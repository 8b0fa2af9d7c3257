/** A value of JSON from outside with its place in the whole, read by what it should be. */
import { ConsensusError } from "./errors.ts";
import { bytesOfHex } from "./hex.ts";

const INTEGER = /^-?(0|[1-9]\d{0,18})$/;

/** A part of a document. Every reader throws a ConsensusError that names the place. */
export class JsonPart {
  readonly #value: unknown;
  readonly #place: string;

  constructor(value: unknown, place: string) {
    this.#value = value;
    this.#place = place;
  }

  /** Whether it is not there. */
  get isMissing(): boolean {
    return this.#value === undefined || this.#value === null;
  }

  /** A field of an object, also one that is not there. */
  at(name: string): JsonPart {
    if (typeof this.#value !== "object" || this.#value === null || Array.isArray(this.#value))
      throw this.#wrong("an object");
    const value = Object.hasOwn(this.#value, name) ? (this.#value as Record<string, unknown>)[name] : undefined;
    return new JsonPart(value, `${this.#place}.${name}`);
  }

  /** The items of a list. */
  items(): JsonPart[] {
    if (!Array.isArray(this.#value)) throw this.#wrong("a list");
    return this.#value.map((item: unknown, i) => new JsonPart(item, `${this.#place}[${i}]`));
  }

  text(): string {
    if (typeof this.#value !== "string") throw this.#wrong("text");
    return this.#value;
  }

  /** An integer of 64 bits, as a number or as decimal text. */
  integer(): bigint {
    const text = Number.isSafeInteger(this.#value) ? String(this.#value) : this.#value;
    if (typeof text !== "string" || !INTEGER.test(text)) throw this.#wrong("an integer");
    const value = BigInt(text);
    if (value !== BigInt.asIntN(64, value)) throw this.#wrong("an integer of 64 bits");
    return value;
  }

  /** An integer that a number holds exactly. */
  small(): number {
    const value = Number(this.integer());
    if (!Number.isSafeInteger(value)) throw this.#wrong("a smaller integer");
    return value;
  }

  /** Bytes in hexadecimal digits: so many, or any number of them. */
  hex(...lengths: readonly number[]): Uint8Array {
    return this.#sized(bytesOfHex(this.text(), this.#place), lengths);
  }

  /** Bytes in base64: so many, or any number of them. */
  base64(...lengths: readonly number[]): Uint8Array {
    let binary: string;
    try {
      binary = atob(this.text());
    } catch (error) {
      if (error instanceof ConsensusError) throw error;
      throw this.#wrong("bytes in base64", error);
    }
    return this.#sized(
      Uint8Array.from(binary, (unit) => unit.charCodeAt(0)),
      lengths,
    );
  }

  /** One of some texts or numbers, as what it stands for. */
  oneOf<Value>(values: ReadonlyMap<unknown, Value>): Value {
    const value = values.get(this.#value);
    if (value === undefined) throw this.#wrong(`one of ${[...values.keys()].join(", ")}`);
    return value;
  }

  #sized(bytes: Uint8Array, lengths: readonly number[]): Uint8Array {
    if (lengths.length > 0 && !lengths.includes(bytes.length)) throw this.#wrong(`${lengths.join(" or ")} bytes`);
    return bytes;
  }

  #wrong(expected: string, cause?: unknown): ConsensusError {
    return new ConsensusError(`${this.#place} is not ${expected}`, { cause });
  }
}
