/** How far a chain has been read, and what was read: so that a restart goes on from there. */
import type { Store } from "./store.ts";

/** A reading after a block, as text. */
export interface Cursor {
  readonly block: bigint;
  readonly text: string;
}

/** One reading of a kind, the newest that was kept. */
export class Cursors {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.write((database) => {
      database.exec(
        "CREATE TABLE IF NOT EXISTS cursor (name TEXT PRIMARY KEY, block INTEGER NOT NULL, text TEXT NOT NULL) STRICT",
      );
    });
  }

  /** What was kept by a name; undefined if nothing was. */
  read(name: string): Cursor | undefined {
    const row = this.#store.read((database) =>
      database.prepare("SELECT block, text FROM cursor WHERE name = ?").get(name),
    );
    return row === undefined ? undefined : { block: BigInt(Number(row["block"])), text: String(row["text"]) };
  }

  /** Keeps a reading in place of the one before. */
  keep(name: string, { block, text }: Cursor): void {
    this.#store.write((database) => {
      database.prepare("INSERT OR REPLACE INTO cursor VALUES (?, ?, ?)").run(name, Number(block), text);
    });
  }
}
