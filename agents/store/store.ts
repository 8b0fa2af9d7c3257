/**
 * What a service keeps on disk: one SQLite file for one account at work on one Deal of one chain.
 * Tables are defined in files of their own. The file is locked for as long as it is open, so that
 * no two processes act for the account; the operating system frees it however the process ends.
 */
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Address, Hash } from "viem";
import { Problem } from "../../verifier/errors.ts";
import { escaped } from "../../verifier/printable.ts";
import { MOVE_AWAY, storeProblem } from "./store-problem.ts";

/** Of the whole file: raised with each change of a table that an older program can't read. */
const SCHEMA_VERSION = 1;

/** `PRAGMA application_id`: "Arbi". */
const APPLICATION_ID = 0x41726269;

/** A path that names no file: what is kept is gone with the process. */
const IN_MEMORY = ":memory:";

/** What a store is about. */
export interface Subject {
  readonly chainId: number;
  /** Hash of block 0: local nodes that are started again are other chains with the same id. */
  readonly genesis: Hash;
  readonly deal: Address;
  readonly account: Address;
}

/** An open store. */
export class Store {
  readonly path: string;
  readonly #database: DatabaseSync;

  constructor(path: string, database: DatabaseSync) {
    this.path = path;
    this.#database = database;
  }

  /**
   * Hands the database to `work` and commits what it wrote: all of it, or nothing if it throws.
   * When this returns, the disk has it (`synchronous = FULL`).
   */
  write<T>(work: (database: DatabaseSync) => T): T {
    return this.#run((database) => {
      database.exec("BEGIN IMMEDIATE");
      try {
        const result = work(database);
        database.exec("COMMIT");
        return result;
      } catch (error) {
        // A full disk has ended the transaction already.
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  /** Hands the database to `work`, which only reads. */
  read<T>(work: (database: DatabaseSync) => T): T {
    return this.#run(work);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #run<T>(work: (database: DatabaseSync) => T): T {
    try {
      return work(this.#database);
    } catch (error) {
      throw storeProblem(this.path, error);
    }
  }
}

/**
 * Opens a store, and makes it if there is none. Throws a `Problem` if another process has it open,
 * if it is about something else, if a newer program wrote it, or if it is broken.
 *
 * @param path of the file, or `:memory:`
 */
export function openStore(path: string, subject: Subject): Store {
  let database: DatabaseSync | undefined;
  try {
    if (path !== IN_MEMORY) makeFile(path);
    database = new DatabaseSync(path, { timeout: 0 });
    lock(database);
    checkHealth(database);
    checkVersion(database);
    const store = new Store(path, database);
    store.write((opened) => {
      define(opened, subject);
    });
    return store;
  } catch (error) {
    if (database?.isOpen === true) database.close();
    throw storeProblem(path, error);
  }
}

/** Readable by its owner alone: the secret is in it. SQLite gives its other files the same mode. */
function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
}

/** In exclusive mode the lock is taken with the first transaction and kept. */
function lock(database: DatabaseSync): void {
  database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec("BEGIN IMMEDIATE; COMMIT");
}

function checkHealth(database: DatabaseSync): void {
  const found = database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
  if (found !== "ok") throw new Problem(`it is broken: ${escaped(String(found))}`, { hint: MOVE_AWAY });
}

function checkVersion(database: DatabaseSync): void {
  const application = pragma(database, "application_id");
  const version = pragma(database, "user_version");
  if (application === 0 && version === 0) return;
  if (application !== APPLICATION_ID) throw new Problem("it belongs to another program", { hint: "name another file" });
  if (version > SCHEMA_VERSION) {
    throw new Problem(`it was written by a newer version: its schema is ${version}, known is ${SCHEMA_VERSION}`, {
      hint: "run the version that wrote it",
    });
  }
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function define(database: DatabaseSync, { chainId, genesis, deal, account }: Subject): void {
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}`);
  database.exec("CREATE TABLE IF NOT EXISTS subject (chain INTEGER, genesis TEXT, deal TEXT, account TEXT) STRICT");
  const known = database.prepare("SELECT chain, genesis, deal, account FROM subject").get();
  const wanted = { chain: chainId, genesis, deal: deal.toLowerCase(), account: account.toLowerCase() };
  if (known === undefined) {
    database.prepare("INSERT INTO subject VALUES (?, ?, ?, ?)").run(...Object.values(wanted));
    return;
  }
  const shown = (one: typeof known): string =>
    `chain ${String(one["chain"])}, Deal ${String(one["deal"])}, account ${String(one["account"])}`;
  if (shown(known) !== shown(wanted)) {
    throw new Problem(`it is about ${shown(known)}, not ${shown(wanted)}`, { hint: "name another file" });
  }
  if (known["genesis"] !== genesis) {
    throw new Problem("it is about another chain of the same id: that one began with another block", {
      hint: "move it away: a local node that is started again forgets what was there",
    });
  }
}
