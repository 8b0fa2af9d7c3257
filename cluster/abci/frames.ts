/** Messages in a stream of bytes, each after its length: `libs/protoio` of CometBFT. */
import { readVarint, WireError } from "./wire.ts";

/** The longest message that CometBFT sends (`abci/types/messages.go`). */
export const MAX_FRAME_BYTES = 104_857_600;

/** A length that takes more is longer than any message. */
const LENGTH_BYTES = 4;

/** What has come of a stream and has not been read. */
export class Frames {
  #chunks: Uint8Array[] = [];
  #size = 0;

  /** Takes what has come. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /**
   * The next whole message, if it is there. It shares memory with what was pushed.
   * @throws WireError if no message can begin so: whatever follows is lost
   */
  next(): Uint8Array | undefined {
    const head = this.#head();
    if (head === undefined) return undefined;
    const { length, start } = head;
    if (length > MAX_FRAME_BYTES)
      throw new WireError(`a message of ${length} bytes is longer than the ${MAX_FRAME_BYTES} that one may have`);
    if (this.#size < start + length) return undefined;
    const all = this.#joined();
    const rest = all.subarray(start + length);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#size = rest.length;
    return all.subarray(start, start + length);
  }

  /** The length of the next message, and where it begins. */
  #head(): { readonly length: number; readonly start: number } | undefined {
    const [first = new Uint8Array()] = this.#chunks;
    const bytes = first.length > LENGTH_BYTES ? first : this.#joined();
    const end = bytes.subarray(0, LENGTH_BYTES + 1).findIndex((byte) => byte < 0x80);
    if (end < 0) {
      if (bytes.length > LENGTH_BYTES) throw new WireError("no message is as long as its length says");
      return undefined;
    }
    return { length: Number(readVarint(bytes, 0).value), start: end + 1 };
  }

  /** All in one piece: joined once a message, however many chunks it comes in. */
  #joined(): Uint8Array {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? new Uint8Array();
  }
}
