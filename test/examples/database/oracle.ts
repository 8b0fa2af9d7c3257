/** The same payloads on the SQLite that Node brings, with answers in the same form. */
import { DatabaseSync } from "node:sqlite";

/** A value with its type: integers as `bigint`, reals as `number`. */
export type Value = null | bigint | number | string | { readonly blob: string };

/** What a statement answers. */
export type Result =
  { readonly columns: readonly string[]; readonly rows: readonly (readonly Value[])[] } | { readonly changes: bigint };

/** What a payload answers. */
export interface Answer {
  readonly results: readonly Result[];
  readonly error?: { readonly code: bigint; readonly message: string; readonly rolledBack: boolean };
}

/** Reads an answer of the guest: numbers keep their type, which JSON alone would not tell. */
export function parseAnswer(text: string): Answer {
  const number = (source: string): bigint | number => (/^-?\d+$/.test(source) ? BigInt(source) : Number(source));
  type Reviver = (key: string, value: unknown, context: { source: string }) => unknown;
  const reviver: Reviver = (_, value, { source }) => (typeof value === "number" ? number(source) : value);
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown) as Answer;
}

/** Node's SQLite, told to behave like the guest. */
export class Oracle {
  readonly #database = new DatabaseSync(":memory:");

  /** Version of the library. */
  get version(): string {
    return String(Object.values(this.#database.prepare("SELECT sqlite_version()").get() ?? {})[0]);
  }

  /** Executes statements as one payload. */
  answer(statements: readonly string[]): Answer {
    const results: Result[] = [];
    try {
      for (const sql of statements) results.push(this.#execute(sql));
      // The guest ends a transaction with its payload, and says so.
      if (this.#rollBack()) return { results, error: { code: 4n, message: LEFT_OPEN, rolledBack: true } };
      return { results };
    } catch (error) {
      const { errcode, message } = error as Error & { errcode: number };
      return { results, error: { code: BigInt(errcode & 0xff), message, rolledBack: this.#rollBack() } };
    }
  }

  #execute(sql: string): Result {
    const statement = this.#database.prepare(sql);
    statement.setReadBigInts(true);
    const columns = statement.columns().map(({ name }) => name);
    if (columns.length === 0) {
      const before = this.#totalChanges();
      statement.run();
      return { changes: this.#totalChanges() === before ? 0n : this.#integer("SELECT changes() AS n") };
    }
    const rows = statement.all() as unknown as Record<string, null | bigint | number | string | Uint8Array>[];
    return { columns, rows: rows.map((row) => columns.map((name) => valueOf(row[name] ?? null))) };
  }

  #totalChanges(): bigint {
    return this.#integer("SELECT total_changes() AS n");
  }

  #integer(sql: string): bigint {
    const statement = this.#database.prepare(sql);
    statement.setReadBigInts(true);
    const n = statement.get()?.["n"];
    if (typeof n !== "bigint") throw new Error(`${sql} gives no integer`);
    return n;
  }

  #rollBack(): boolean {
    try {
      this.#database.exec("ROLLBACK");
      return true;
    } catch {
      return false;
    }
  }
}

const LEFT_OPEN = "the transaction was left open";

function valueOf(value: null | bigint | number | string | Uint8Array): Value {
  return value instanceof Uint8Array ? { blob: Buffer.from(value).toString("hex") } : value;
}
