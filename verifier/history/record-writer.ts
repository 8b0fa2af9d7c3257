/** Records one after the other, as steps change them: only what is new is written again. */
import type { Registers } from "../machine/record.ts";
import { writeLeaf } from "../merkle/leaf.ts";
import { RECORD_BYTES, recordBytes, type State } from "../state/state.ts";

// Offsets of the record's words that steps change (docs/machine.md, Record and state root).
const SAVED = 160;
const REGISTERS = 192;
const SIZES = 224;
const LENGTHS = 256;

/**
 * The record of a state that changes; its stack, memory and cells roots are somebody else's
 * business.
 */
export class RecordWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #words: Int32Array;
  #registers: Registers;

  constructor(state: State) {
    this.#bytes = recordBytes(state);
    this.#view = new DataView(this.#bytes.buffer);
    this.#words = new Int32Array(this.#bytes.buffer);
    this.#registers = state.registers;
  }

  /** The word `saved` becomes this hash. */
  set saved(hash: Uint8Array) {
    this.#bytes.set(hash, SAVED);
  }

  /** The registers become these. Fields must be in range. */
  set registers(r: Registers) {
    const view = this.#view;
    const before = this.#registers;
    view.setUint8(REGISTERS, r.status);
    view.setUint8(REGISTERS + 1, r.trapCode);
    view.setUint32(REGISTERS + 2, r.pc);
    view.setUint32(REGISTERS + 6, r.base);
    if (r.outcome !== before.outcome) setUint48(view, REGISTERS + 10, r.outcome);
    view.setBigUint64(REGISTERS + 16, r.fuel);
    if (r.reserve !== before.reserve) view.setBigUint64(REGISTERS + 24, r.reserve);
    if (r.sizes !== before.sizes) writeLeaf(r.sizes, this.#bytes, SIZES);
    if (r.transactionFuel !== before.transactionFuel) view.setBigUint64(LENGTHS, r.transactionFuel);
    if (r.inputLength !== before.inputLength) setUint48(view, LENGTHS + 8, r.inputLength);
    if (r.outputLength !== before.outputLength) setUint48(view, LENGTHS + 14, r.outputLength);
    if (r.outputStart !== before.outputStart) setUint48(view, LENGTHS + 20, r.outputStart);
    if (r.receiptCount !== before.receiptCount) setUint48(view, LENGTHS + 26, r.receiptCount);
    this.#registers = r;
  }

  /** Copies the record, so many words of 32 bits from `at` on. */
  copy(target: Int32Array, at: number): void {
    for (let i = 0; i < RECORD_BYTES / 4; i++) target[at + i] = this.#words[i]!;
  }
}

function setUint48(view: DataView, offset: number, value: number): void {
  view.setUint16(offset, Math.floor(value / 2 ** 32));
  view.setUint32(offset + 2, value % 2 ** 32);
}
