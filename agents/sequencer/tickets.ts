/**
 * The transactions that a sequencer has taken, on disk: what a client was told is taken is there
 * after a restart. A batch is noted before it is sent, with the position that its fragment gets, so
 * that it is submitted once.
 */
import type { SQLOutputValue } from "node:sqlite";
import type { Transaction } from "../../verifier/program/transactions.ts";
import type { Store } from "../store/store.ts";

/** A transaction that was taken. */
export interface Ticket {
  /** Names it: 1, 2, 3… in the order in which they came. */
  readonly number: number;
  readonly transaction: Transaction;
  /** Milliseconds since 1970. */
  readonly taken: number;
  /** Where it stands in the Deal; undefined while it waits. */
  readonly place: Place | undefined;
}

/** A transaction's place in a Deal. */
export interface Place {
  readonly fragment: number;
  /** In the fragment, from 0. */
  readonly transaction: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS ticket (
    number INTEGER PRIMARY KEY AUTOINCREMENT, fuel TEXT NOT NULL, keep INTEGER NOT NULL, payload BLOB NOT NULL,
    taken INTEGER NOT NULL, fragment INTEGER, position INTEGER
  ) STRICT;
  CREATE INDEX IF NOT EXISTS ticket_waiting ON ticket (fragment)
`;

/** The tickets of a store. */
export class Tickets {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.write((database) => database.exec(SCHEMA));
  }

  /** Takes a transaction and gives its number: it is on disk when this returns. */
  take({ fuel, keep, payload }: Transaction, now: number): number {
    return this.#store.write((database) => {
      const insert = database.prepare("INSERT INTO ticket (fuel, keep, payload, taken) VALUES (?, ?, ?, ?)");
      return Number(insert.run(fuel.toString(), keep ? 1 : 0, payload, now).lastInsertRowid);
    });
  }

  /** A ticket by its number. */
  find(number: number): Ticket | undefined {
    const row = this.#store.read((database) => database.prepare("SELECT * FROM ticket WHERE number = ?").get(number));
    return row === undefined ? undefined : ticketOf(row);
  }

  /** Tickets that are in no fragment yet, the oldest first. */
  waiting(most: number): Ticket[] {
    const query = "SELECT * FROM ticket WHERE fragment IS NULL ORDER BY number LIMIT ?";
    return this.#store.read((database) => database.prepare(query).all(most)).map(ticketOf);
  }

  /** The tickets of a fragment, in their order. */
  inFragment(fragment: number): Ticket[] {
    const query = "SELECT * FROM ticket WHERE fragment = ? ORDER BY position";
    return this.#store.read((database) => database.prepare(query).all(fragment)).map(ticketOf);
  }

  /** Gives tickets their places in a fragment, before it is submitted. */
  place(numbers: readonly number[], fragment: number): void {
    this.#store.write((database) => {
      const update = database.prepare("UPDATE ticket SET fragment = ?, position = ? WHERE number = ?");
      numbers.forEach((number, position) => update.run(fragment, position, number));
    });
  }

  /** Takes their places from the tickets of a fragment that the chain does not have, or has otherwise. */
  displace(fragment: number): void {
    this.#store.write((database) => {
      database.prepare("UPDATE ticket SET fragment = NULL, position = NULL WHERE fragment = ?").run(fragment);
    });
  }

  /** The last fragment that has tickets; undefined if none has. */
  lastFragment(): number | undefined {
    const query = "SELECT max(fragment) AS last FROM ticket";
    const last = this.#store.read((database) => database.prepare(query).get())?.["last"];
    return typeof last === "number" ? last : undefined;
  }
}

function ticketOf(row: Readonly<Record<string, SQLOutputValue>>): Ticket {
  const { number, fuel, keep, payload, taken, fragment, position } = row;
  return {
    ...{ number: Number(number), taken: Number(taken) },
    transaction: { fuel: BigInt(String(fuel)), keep: keep === 1, payload: new Uint8Array(payload as Uint8Array) },
    place: fragment === null ? undefined : { fragment: Number(fragment), transaction: Number(position) },
  };
}
