/** Long runs of bytes as a sequence of pieces, so that nobody has to hold them in one array. */

/** Bytes from which on a piece is passed on. */
const PIECE_BYTES = 2 ** 20;

/** Bytes that may be put between two calls of `full`. */
const ROOM = 2 ** 13;

/** Collects bytes into pieces of about 1 MiB. */
export class PieceWriter {
  readonly #bytes = new Uint8Array(PIECE_BYTES + ROOM);
  #used = 0;

  /** Appends bytes: at most 8 KiB between two calls of `full`. */
  put(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /** A piece, if there is enough for one. The next one takes its place in memory. */
  *full(): Generator<Uint8Array> {
    if (this.#used >= PIECE_BYTES) yield* this.rest();
  }

  /** All that there is, as a piece like the others. */
  *rest(): Generator<Uint8Array> {
    const used = this.#used;
    this.#used = 0;
    if (used > 0) yield this.#bytes.subarray(0, used);
  }
}

/** Thrown by a {@link PieceReader} when the pieces end before what is asked for. */
export class PiecesEndError extends Error {
  override name = "PiecesEndError";
}

/** Takes bytes out of pieces, of which it holds one at a time. */
export class PieceReader {
  readonly #pieces: Iterator<Uint8Array>;
  #piece: Uint8Array = new Uint8Array();
  #taken = 0;

  constructor(pieces: Iterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.iterator]();
  }

  /**
   * The next `count` bytes. They may be a view of a piece: use them before the next call.
   * @throws PiecesEndError if there are fewer
   */
  take(count: number): Uint8Array {
    if (this.#piece.length - this.#taken >= count) return this.#view(count);
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count;) {
      if (this.#taken === this.#piece.length && !this.#next()) {
        throw new PiecesEndError(`the bytes end where ${count - at} more should follow`);
      }
      const part = this.#view(Math.min(count - at, this.#piece.length - this.#taken));
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  /** Whether nothing is left. */
  ended(): boolean {
    while (this.#taken === this.#piece.length) if (!this.#next()) return true;
    return false;
  }

  /** All that follows, as pieces. */
  *rest(): Generator<Uint8Array> {
    while (!this.ended()) yield this.#view(this.#piece.length - this.#taken);
  }

  #view(count: number): Uint8Array {
    const from = this.#taken;
    this.#taken += count;
    return this.#piece.subarray(from, this.#taken);
  }

  #next(): boolean {
    const next = this.#pieces.next();
    if (next.done === true) return false;
    this.#piece = next.value;
    this.#taken = 0;
    return true;
  }
}
