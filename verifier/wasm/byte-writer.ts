/**
 * A growing run of bytes with the number formats of WebAssembly binaries (section 5.2 of the
 * specification).
 */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Appends bytes as they are. */
  put(...bytes: readonly number[]): void {
    this.#reserve(bytes.length);
    for (const byte of bytes) this.#bytes[this.#length++] = byte;
  }

  /** Appends a run of bytes. */
  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Unsigned LEB128 of a u32. */
  u32(value: number): void {
    this.#reserve(5);
    let rest = value >>> 0;
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  /** Unsigned LEB128 of a u64. */
  u64(value: bigint): void {
    let rest = value;
    for (; rest >= 0x80n; rest >>= 7n) this.put(Number(rest & 0x7fn) | 0x80);
    this.put(Number(rest));
  }

  /** Signed LEB128 of a 32-bit integer. */
  s32(value: number): void {
    this.#reserve(5);
    let rest = value | 0;
    for (; rest < -0x40 || rest >= 0x40; rest >>= 7) this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#length++] = rest & 0x7f;
  }

  /** Signed LEB128 of a 64-bit integer. */
  s64(value: bigint): void {
    let rest = value;
    for (; rest < -0x40n || rest >= 0x40n; rest >>= 7n) this.put(Number(rest & 0x7fn) | 0x80);
    this.put(Number(rest & 0x7fn));
  }

  /** The least significant `count` bytes of an integer, least significant first. */
  fixed(value: bigint, count: number): void {
    for (let i = 0; i < count; i++) this.put(Number((value >> BigInt(8 * i)) & 0xffn));
  }

  /** A name: its length and its bytes. */
  name(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.u32(bytes.length);
    this.append(bytes);
  }

  /** What another writer holds, preceded by its length. */
  sized(content: ByteWriter): void {
    this.u32(content.length);
    this.append(content.bytes());
  }

  /** A view of what has been written; writing more may detach it from the writer. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
