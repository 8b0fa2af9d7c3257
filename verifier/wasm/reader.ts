/**
 * Bytes, integers and names of the binary format (section 5.2 of the WebAssembly specification).
 */
import { DecodeError, UnsupportedError } from "./errors.ts";
import { LIMITS } from "./limits.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads a stretch of a module from left to right; every method throws DecodeError at the offset of
 * the bytes that are wrong.
 */
export class Reader {
  readonly bytes: Uint8Array;
  /** Absolute offset of the next byte. */
  position: number;
  /** Absolute offset after the last byte that may be read. */
  readonly end: number;

  private readonly whole: boolean;

  /** Without `start` and `end`, a reader of all bytes. */
  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.whole = start === 0;
    this.position = start;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.position;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  /** A byte. */
  u8(): number {
    if (this.position >= this.end) throw this.endError();
    return this.bytes[this.position++] as number;
  }

  /** The next byte, which stays unread; undefined at the end. */
  peek(): number | undefined {
    return this.position < this.end ? this.bytes[this.position] : undefined;
  }

  /** Unsigned LEB128 of at most 32 bits. */
  u32(): number {
    const first = this.u8();
    if (first < 0x80) return first;
    const start = this.position - 1;
    let result = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const byte = this.u8();
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return result;
    }
    const last = this.u8();
    if ((last & 0x70) !== 0) throw new DecodeError("integer too large", start);
    if (last >= 0x80) throw new DecodeError("integer representation too long", start);
    return (result | (last << 28)) >>> 0;
  }

  /** Signed LEB128 of at most 32 bits. */
  s32(): number {
    const start = this.position;
    let result = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.u8();
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (result << (25 - shift)) >> (25 - shift);
    }
    const last = this.u8();
    this.checkLastSigned(last, 0x78, start);
    return result | (last << 28);
  }

  /** Signed LEB128 of at most 33 bits. */
  s33(): number {
    const start = this.position;
    let result = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.u8();
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (result << (25 - shift)) >> (25 - shift);
    }
    const last = this.u8();
    this.checkLastSigned(last, 0x70, start);
    // 28 bits so far and 5 more, the uppermost of which is the sign.
    return result + ((last << 27) >> 27) * 2 ** 28;
  }

  /** Signed LEB128 of at most 64 bits. */
  s64(): bigint {
    const start = this.position;
    let low = 0;
    let shift = 0;
    for (; shift < 28; shift += 7) {
      const byte = this.u8();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt((low << (25 - shift)) >> (25 - shift));
    }
    let result = BigInt(low);
    for (; shift < 63; shift += 7) {
      const byte = this.u8();
      result |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) return BigInt.asIntN(shift + 7, result);
    }
    const last = this.u8();
    this.checkLastSigned(last, 0x7f, start);
    return BigInt.asIntN(64, result | (BigInt(last & 1) << 63n));
  }

  /**
   * Unsigned LEB128 of at most 64 bits, rounded if it is beyond 2^53: for values that are only
   * compared with 2^32.
   */
  u64(): number {
    const first = this.u8();
    if (first < 0x80) return first;
    const start = this.position - 1;
    let result = first & 0x7f;
    for (let shift = 7; shift < 63; shift += 7) {
      const byte = this.u8();
      result += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return result;
    }
    const last = this.u8();
    if ((last & 0x7e) !== 0) throw new DecodeError("integer too large", start);
    if (last >= 0x80) throw new DecodeError("integer representation too long", start);
    return result + last * 2 ** 63;
  }

  /** `mask` covers the bits of the last byte that must equal the sign. */
  private checkLastSigned(last: number, mask: number, start: number): void {
    const bits = last & mask;
    if (bits !== 0 && bits !== mask) throw new DecodeError("integer too large", start);
    if (last >= 0x80) throw new DecodeError("integer representation too long", start);
  }

  /** Four bytes, little-endian, unsigned. */
  fixed32(): number {
    const bytes = this.take(4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  }

  /** Eight bytes, little-endian, unsigned. */
  fixed64(): bigint {
    const bytes = this.take(8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  }

  /** A view of the next `length` bytes. */
  take(length: number): Uint8Array {
    if (length > this.remaining) throw this.endError();
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  /** A size in bytes, which must be there. */
  size(what: string): number {
    const start = this.position;
    const size = this.u32();
    if (size > this.remaining) {
      throw new DecodeError(`length out of bounds: ${what} of ${size} bytes, ${this.remaining} are left`, start);
    }
    return size;
  }

  /**
   * The count of a vector. As an entry takes at least one byte, a count beyond the bytes that are
   * left is refused at once.
   *
   * @throws UnsupportedError if it is above `limit`.
   */
  count(what: string, limit: number): number {
    const start = this.position;
    const count = this.u32();
    if (count > this.remaining) {
      const problem = `unexpected end of section or function: ${count} ${what}, ${this.remaining} bytes are left`;
      throw new DecodeError(problem, start);
    }
    if (count > limit) throw new UnsupportedError(`${count} ${what}, at most ${limit}`, "limit", start);
    return count;
  }

  /** A name: its length and that many bytes of well-formed UTF-8. */
  name(): string {
    const start = this.position;
    const length = this.size("a name");
    if (length > LIMITS.name) {
      throw new UnsupportedError(`a name of ${length} bytes, at most ${LIMITS.name}`, "limit", start);
    }
    try {
      return utf8.decode(this.take(length));
    } catch {
      throw new DecodeError("malformed UTF-8 encoding", start);
    }
  }

  /** A reader of the next `size` bytes, which this one skips. */
  part(size: number): Reader {
    const start = this.position;
    this.take(size);
    return new Reader(this.bytes, start, this.position);
  }

  /** The stretch must have been read to its end. */
  finish(what: string): void {
    if (!this.done) throw new DecodeError(`section size mismatch: ${what} ends before its size`, this.position);
  }

  private endError(): DecodeError {
    return new DecodeError(this.whole ? "unexpected end" : "unexpected end of section or function", this.end);
  }
}
