/** Reads the parts of a witness one after the other. */
import { Problem } from "../errors.ts";

/**
 * Thrown when a witness does not prove a step of the state it is given for. Says what is wrong, and
 * at which byte.
 */
export class WitnessError extends Problem {
  override readonly name = "WitnessError";
  /** Where in the witness the part begins that is wrong, in bytes. */
  readonly offset: number;

  constructor(offset: number, problem: string) {
    super(problem, { message: `witness, byte ${offset}: ${problem}`, place: `byte ${offset} of the witness` });
    this.offset = offset;
  }
}

/**
 * A cursor over the bytes of a witness. Every method that reads throws a WitnessError at the end of
 * the bytes.
 */
export class WitnessReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset;
  }

  /** The next `count` bytes; `what` names them in the error. */
  bytes(count: number, what: string): Uint8Array {
    const end = this.#offset + count;
    if (end > this.#bytes.length) this.fail(this.#offset, `ends inside the ${what}`);
    const piece = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return piece;
  }

  /** The next eight bytes as an integer. */
  u64(what: string): bigint {
    const bytes = this.bytes(8, what);
    return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
  }

  /** Throws if something is left. */
  end(): void {
    const left = this.#bytes.length - this.#offset;
    if (left > 0) this.fail(this.#offset, `${left} bytes follow the last part`);
  }

  fail(offset: number, problem: string): never {
    throw new WitnessError(offset, problem);
  }
}
