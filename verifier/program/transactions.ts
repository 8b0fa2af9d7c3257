/**
 * Transactions as bytes: what a fragment's input holds, what a typed payload holds, and what a
 * fragment leaves in the output region (docs/machine.md, "Transactions and conventions").
 */
import { Crash } from "../errors.ts";
import { TransactionError } from "./errors.ts";
import { regionDepthOf } from "./layout.ts";
import { TRANSACTION_HEADER } from "./drivers/loop.ts";
import { DISPATCH_HEADER, DISPATCH_VALUE } from "./drivers/dispatch.ts";
import type { Header, Registers } from "../machine/record.ts";
import type { ValueType } from "../wasm/types.ts";

/** One transaction of a fragment. */
export interface Transaction {
  /** Steps that it may take. u64. */
  readonly fuel: bigint;
  /**
   * Whether memory, cells and output stay as they are when it traps; otherwise it leaves no trace.
   */
  readonly keep: boolean;
  readonly payload: Uint8Array;
}

/** Most bytes of a payload. */
const MAX_PAYLOAD = 2 ** 32 - 1;

/** Writes the input of a fragment. */
export function encodeTransactions(transactions: readonly Transaction[]): Uint8Array {
  const length = transactions.reduce((sum, { payload }) => sum + TRANSACTION_HEADER + payload.length, 0);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let position = 0;
  for (const [i, { fuel, keep, payload }] of transactions.entries()) {
    const place = `transaction ${i}`;
    if (fuel < 0n || fuel >= 1n << 64n) throw new TransactionError(place, `fuel ${fuel} does not fit 64 bits`);
    if (payload.length > MAX_PAYLOAD)
      throw new TransactionError(place, `a payload of ${payload.length} bytes is longer than ${MAX_PAYLOAD}`);
    view.setBigUint64(position, fuel, true);
    view.setUint32(position + 8, payload.length, true);
    view.setUint32(position + 12, keep ? 1 : 0, true);
    bytes.set(payload, position + TRANSACTION_HEADER);
    position += TRANSACTION_HEADER + payload.length;
  }
  return bytes;
}

/**
 * Reads the input of a fragment as a driver does: a truncated header, or a payload beyond the end,
 * ends it.
 */
export function decodeTransactions(input: Uint8Array): Transaction[] {
  const view = new DataView(input.buffer, input.byteOffset, input.length);
  const transactions: Transaction[] = [];
  let position = 0;
  while (input.length - position >= TRANSACTION_HEADER) {
    const length = view.getUint32(position + 8, true);
    if (length > input.length - position - TRANSACTION_HEADER) break;
    const start = position + TRANSACTION_HEADER;
    transactions.push({
      fuel: view.getBigUint64(position, true),
      keep: (view.getUint32(position + 12, true) & 1) === 1,
      payload: input.slice(start, start + length),
    });
    position = start + length;
  }
  return transactions;
}

/** Writes the payload of a call; arguments of any size are taken modulo 2^64. */
export function encodeTypedPayload(exportNumber: number, args: readonly bigint[]): Uint8Array {
  const bytes = new Uint8Array(DISPATCH_HEADER + DISPATCH_VALUE * args.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, exportNumber, true);
  args.forEach((arg, i) => {
    view.setBigUint64(DISPATCH_HEADER + DISPATCH_VALUE * i, BigInt.asUintN(64, arg), true);
  });
  return bytes;
}

/**
 * Reads the output of a call, one value a result: integers as signed numbers, floats as their bits.
 */
export function decodeTypedOutput(output: Uint8Array, results: readonly ValueType[]): bigint[] {
  if (output.length !== DISPATCH_VALUE * results.length) {
    throw new Crash(`an output of ${output.length} bytes does not hold ${results.length} results`);
  }
  const view = new DataView(output.buffer, output.byteOffset, output.length);
  return results.map((type, i) => {
    const value = view.getBigUint64(DISPATCH_VALUE * i, true);
    const width = type.endsWith("64") ? 64 : 32;
    return type.startsWith("f") ? BigInt.asUintN(width, value) : BigInt.asIntN(width, value);
  });
}

/** What the receipt of a transaction says. */
export interface Receipt {
  /** How it ended; see `Outcome` of the machine. */
  readonly kind: number;
  /** The trap code, or what the guest left with. u32. */
  readonly code: number;
  /** Where its output begins in the fragment's output, in bytes. */
  readonly start: number;
  /** Bytes of its output. */
  readonly length: number;
  /** Steps that it took. */
  readonly fuelUsed: bigint;
}

/**
 * Reads a receipt from its leaf: outcome at bit 192, start at 128, length at 64, fuel used at 0.
 */
export function decodeReceipt(leaf: bigint): Receipt {
  const u64 = (shift: bigint): bigint => BigInt.asUintN(64, leaf >> shift);
  const outcome = u64(192n);
  return {
    kind: Number(outcome >> 32n),
    code: Number(outcome & 0xffff_ffffn),
    start: Number(u64(128n)),
    length: Number(u64(64n)),
    fuelUsed: u64(0n),
  };
}

/** A transaction's receipt and output. */
export interface TransactionResult extends Receipt {
  readonly output: Uint8Array;
}

/**
 * Reads what the transactions of a fragment left.
 * @param header - the program's
 * @param registers - of the state at the end of the fragment
 * @param leaf - the leaf of the memory tree at an index
 */
export function readResults(
  header: Header,
  registers: Pick<Registers, "outputLength" | "receiptCount">,
  leaf: (index: number) => bigint,
): TransactionResult[] {
  const depth = regionDepthOf(header);
  const first = (2 ** header.regionBits - 2) * 2 ** depth;
  const results: TransactionResult[] = [];
  for (let i = 0; i < registers.receiptCount; i++) {
    const receipt = decodeReceipt(leaf(first + 2 ** (depth - 1) + i));
    const output = readBytes((k) => leaf(first + k), receipt.start, receipt.length, registers.outputLength);
    results.push({ ...receipt, output });
  }
  return results;
}

/** The bytes from `start` on, none at or beyond `end`. */
function readBytes(leaf: (index: number) => bigint, start: number, length: number, end: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, end - start)));
  let index = -1;
  let word = 0n;
  for (let i = 0; i < bytes.length; i++) {
    const address = start + i;
    if (index !== Math.floor(address / 32)) {
      index = Math.floor(address / 32);
      word = leaf(index);
    }
    bytes[i] = Number((word >> BigInt(8 * (31 - (address % 32)))) & 0xffn);
  }
  return bytes;
}
