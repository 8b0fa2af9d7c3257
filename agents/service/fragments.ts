/** Transactions in fragments: as few as fit into what the Deal's terms allow. */
import { Problem } from "../../verifier/errors.ts";
import { DEFAULT_FUEL } from "../../verifier/program/transactions-file.ts";
import { encodeTransactions, type Transaction } from "../../verifier/program/transactions.ts";

/** What a fragment may hold. */
export interface Room {
  /** Of input. */
  readonly bytes: number;
  /** The Deal's `budget`. */
  readonly steps: bigint;
}

/** The input of one fragment. */
export interface Batch {
  readonly input: Uint8Array;
  /** Of transactions. */
  readonly count: number;
}

/** Steps of a fragment that are the driver's (docs/machine.md). */
const DRIVER = 1n << 18n;

/** Transactions that a fragment has room for, if none says how much fuel it wants. */
const USUAL = 8n;

/** Fuel that all transactions of a fragment may have together. */
export function fuelOf({ steps }: Room): bigint {
  return steps > DRIVER ? steps - DRIVER : 0n;
}

/** Fuel of a transaction that does not say how much it wants. */
export function defaultFuel(room: Room): bigint {
  const share = fuelOf(room) / USUAL;
  return share < DEFAULT_FUEL ? share : DEFAULT_FUEL;
}

/** A transaction fits into no fragment. */
export class TooLarge extends Problem {
  override readonly name = "TooLarge";
}

/**
 * Bytes of a transaction in a fragment's input.
 *
 * @throws TooLarge if it fits into no fragment: the program would skip it
 */
export function requireFit(transaction: Transaction, room: Room, name = "the transaction"): number {
  const bytes = encodeTransactions([transaction]).length;
  if (bytes > room.bytes) throw new TooLarge(`${name} takes ${bytes} bytes; a fragment holds ${room.bytes}`);
  if (transaction.fuel > fuelOf(room)) {
    throw new TooLarge(`${name} wants ${transaction.fuel} steps; a fragment has ${fuelOf(room)} for its transactions`, {
      hint: 'ask for less with "fuel"',
    });
  }
  return bytes;
}

/** Splits transactions, in their order. */
export function fragmentsOf(transactions: readonly Transaction[], room: Room): Batch[] {
  const groups: Transaction[][] = [];
  let bytes = 0;
  let fuel = 0n;
  for (const [i, transaction] of transactions.entries()) {
    const size = requireFit(transaction, room, `transaction ${i}`);
    const last = groups.at(-1);
    if (last === undefined || bytes + size > room.bytes || fuel + transaction.fuel > fuelOf(room)) {
      groups.push([transaction]);
      [bytes, fuel] = [size, transaction.fuel];
    } else {
      last.push(transaction);
      bytes += size;
      fuel += transaction.fuel;
    }
  }
  return groups.map((group) => ({ input: encodeTransactions(group), count: group.length }));
}
