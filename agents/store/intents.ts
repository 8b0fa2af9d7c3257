/**
 * The journal of what was signed: a transaction is written here before it is sent, and so whoever
 * restarts knows each one that may be on its way. A flight is a nonce and all that was signed for
 * it; of its attempts at most one is mined.
 */
import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import type { Address, Hash, Hex } from "viem";
import type { Store } from "./store.ts";

/** What a flight carries: an intent's transaction, or nothing if it only fills a nonce. */
export interface Cargo {
  /** Of the intent; undefined if it is nobody's wish. */
  readonly key: string | undefined;
  readonly label: string;
  readonly to: Address;
  readonly data: Hex;
  /** In wei. */
  readonly value: bigint;
  /** The limit, with its reserve. */
  readonly gas: bigint;
  /** In seconds of the chain's time. */
  readonly deadline: number;
  /** In wei. */
  readonly stake: bigint;
  readonly concealed: boolean;
}

/** A signed transaction. */
export interface Attempt {
  readonly hash: Hash;
  readonly raw: Hex;
  /** `maxFeePerGas`, in wei. */
  readonly maxFee: bigint;
  /** `maxPriorityFeePerGas`, in wei. */
  readonly tip: bigint;
  /** When it was signed, in seconds of the chain's time. */
  readonly at: number;
  /** Whether it was shown to everybody, not to a private endpoint alone. */
  readonly shown: boolean;
  /** Whether it carries nothing, so that the nonce is used up. */
  readonly cancels: boolean;
}

/** How an attempt was mined. */
export interface Mined {
  readonly hash: Hash;
  readonly block: bigint;
  readonly blockHash: Hash;
  readonly success: boolean;
  /** Gas times price, in wei. */
  readonly paid: bigint;
}

/** A nonce, and what was signed for it. */
export interface Flight {
  readonly nonce: number;
  readonly cargo: Cargo;
  /** The oldest first; never empty. */
  readonly attempts: readonly Attempt[];
  readonly mined: Mined | undefined;
  /** Whether its wish was gone once after it was mined: the same wish is then another one. */
  readonly over: boolean;
}

/** A flight that is final. */
export interface Receipt extends Mined {
  readonly nonce: number;
  readonly key: string | undefined;
  readonly label: string;
}

/** Receipts that are kept: the newest ones. Some hundred bytes each. */
const RECEIPTS_KEPT = 10_000;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS flight (
    nonce INTEGER PRIMARY KEY, key TEXT, label TEXT NOT NULL, recipient TEXT NOT NULL, data TEXT NOT NULL,
    value TEXT NOT NULL, gas TEXT NOT NULL, deadline REAL NOT NULL, stake TEXT NOT NULL,
    concealed INTEGER NOT NULL, mined TEXT, over INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE IF NOT EXISTS attempt (
    hash TEXT PRIMARY KEY, nonce INTEGER NOT NULL REFERENCES flight, raw TEXT NOT NULL, max_fee TEXT NOT NULL,
    tip TEXT NOT NULL, at INTEGER NOT NULL, shown INTEGER NOT NULL, cancels INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS receipt (nonce INTEGER NOT NULL, key TEXT, label TEXT NOT NULL, mined TEXT NOT NULL) STRICT`;

type Row = Record<string, SQLOutputValue>;

/** The journal in a store. */
export class Intents {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.write((database) => {
      database.exec(SCHEMA);
    });
  }

  /** All flights that are not final, by nonce. */
  flights(): Flight[] {
    return this.#store.read((database) => {
      const attempts = Map.groupBy(
        database.prepare("SELECT * FROM attempt ORDER BY rowid").all(),
        (row) => row["nonce"],
      );
      const rows = database.prepare("SELECT * FROM flight ORDER BY nonce").all();
      return rows.map((row) => flightOf(row, (attempts.get(row["nonce"] ?? null) ?? []).map(attemptOf)));
    });
  }

  /** Writes an attempt, and its flight if it is the first one or carries something else. */
  sign(nonce: number, cargo: Cargo, attempt: Attempt): void {
    this.#store.write((database) => {
      const { key = null, label, to, data, value, gas, deadline, stake, concealed } = cargo;
      database
        .prepare(
          `INSERT INTO flight (nonce, key, label, recipient, data, value, gas, deadline, stake, concealed)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (nonce) DO UPDATE SET deadline = excluded.deadline, stake = excluded.stake`,
        )
        .run(nonce, key, label, to, data, String(value), String(gas), deadline, String(stake), Number(concealed));
      const { hash, raw, maxFee, tip, at, shown, cancels } = attempt;
      database
        .prepare("INSERT INTO attempt VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
        .run(hash, nonce, raw, String(maxFee), String(tip), at, Number(shown), Number(cancels));
    });
  }

  /** Notes that an attempt is about to be shown to everybody. */
  show(hash: Hash): void {
    this.#store.write((database) => database.prepare("UPDATE attempt SET shown = 1 WHERE hash = ?").run(hash));
  }

  /** Notes flights as they are now known to be: mined, no longer mined, wanted no more. */
  note(flights: readonly Flight[]): void {
    if (flights.length === 0) return;
    this.#store.write((database) => {
      const update = database.prepare("UPDATE flight SET mined = ?, over = ? WHERE nonce = ?");
      for (const { nonce, mined, over } of flights) update.run(mined ? minedText(mined) : null, Number(over), nonce);
    });
  }

  /** Drops flights that are final; of those that were mined the receipts stay, the newest of them. */
  retire(flights: readonly Flight[]): void {
    if (flights.length === 0) return;
    this.#store.write((database) => {
      for (const { nonce, cargo, attempts, mined } of flights) {
        if (mined !== undefined) {
          const cancelled = attempts.some(({ hash, cancels }) => cancels && hash === mined.hash);
          const key = cancelled ? null : (cargo.key ?? null);
          database.prepare("INSERT INTO receipt VALUES (?, ?, ?, ?)").run(nonce, key, cargo.label, minedText(mined));
        }
        drop(database, nonce);
      }
      database.prepare("DELETE FROM receipt WHERE rowid <= (SELECT max(rowid) FROM receipt) - ?").run(RECEIPTS_KEPT);
    });
  }

  /** What was mined for good, the oldest first; of ten thousand transactions at most. */
  receipts(): Receipt[] {
    const rows = this.#store.read((database) => database.prepare("SELECT * FROM receipt ORDER BY rowid").all());
    return rows.map((row) => ({
      nonce: Number(row["nonce"]),
      key: optional(row["key"]),
      label: text(row["label"]),
      ...minedOf(text(row["mined"])),
    }));
  }
}

function drop(database: DatabaseSync, nonce: number): void {
  database.prepare("DELETE FROM attempt WHERE nonce = ?").run(nonce);
  database.prepare("DELETE FROM flight WHERE nonce = ?").run(nonce);
}

function flightOf(row: Row, attempts: readonly Attempt[]): Flight {
  const mined = optional(row["mined"]);
  const cargo: Cargo = {
    key: optional(row["key"]),
    label: text(row["label"]),
    to: hex(row["recipient"]),
    data: hex(row["data"]),
    value: BigInt(text(row["value"])),
    gas: BigInt(text(row["gas"])),
    deadline: Number(row["deadline"]),
    stake: BigInt(text(row["stake"])),
    concealed: row["concealed"] === 1,
  };
  return {
    nonce: Number(row["nonce"]),
    cargo,
    attempts,
    mined: mined === undefined ? undefined : minedOf(mined),
    over: row["over"] === 1,
  };
}

function attemptOf(row: Row): Attempt {
  return {
    hash: hex(row["hash"]),
    raw: hex(row["raw"]),
    maxFee: BigInt(text(row["max_fee"])),
    tip: BigInt(text(row["tip"])),
    at: Number(row["at"]),
    shown: row["shown"] === 1,
    cancels: row["cancels"] === 1,
  };
}

function minedText({ hash, block, blockHash, success, paid }: Mined): string {
  return JSON.stringify([hash, String(block), blockHash, success, String(paid)]);
}

function minedOf(json: string): Mined {
  const [hash, block, blockHash, success, paid] = JSON.parse(json) as [Hash, string, Hash, boolean, string];
  return { hash, block: BigInt(block), blockHash, success, paid: BigInt(paid) };
}

function text(value: SQLOutputValue | undefined): string {
  return String(value);
}

function optional(value: SQLOutputValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function hex(value: SQLOutputValue | undefined): Hex {
  return text(value) as Hex;
}
