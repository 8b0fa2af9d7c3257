/** Random statements over two small tables: valid ones, and ones that break constraints. */
import { Numbers } from "../../../examples/numbers.ts";

const COLUMNS = ["a", "b", "c", "d"] as const;

const VALUES = [
  "NULL", "0", "1", "-1", "42", "9223372036854775807", "-9223372036854775808", "0.5", "-2.25", "1e10", "1e-5", "0.1",
  "''", "'a'", "'B'", "'abc'", "'10'", "' 7'", "'é'", "'数据'", "'it''s'", "x''", "x'00'", "x'ff10'",
]; // prettier-ignore

const BINARY = ["+", "-", "*", "/", "%", "||", "&", "|", "<<", "<", "<=", "=", "<>", "IS", "AND", "OR", "LIKE", "GLOB"];

const FUNCTIONS = [
  "abs(?)", "length(?)", "upper(?)", "typeof(?)", "hex(?)", "quote(?)", "round(?)", "-(?)", "~(?)", "NOT (?)",
  "coalesce(?, ?)", "nullif(?, ?)", "max(?, ?)", "min(?, ?)", "instr(?, ?)", "substr(?, 2, 3)", "substr(?, -2)", "replace(?, 'a', ?)",
  "CAST(? AS INTEGER)", "CAST(? AS TEXT)", "CAST(? AS REAL)", "iif(?, ?, ?)", "? BETWEEN ? AND ?", "? IN (?, ?, ?)",
  "CASE ? WHEN ? THEN ? ELSE ? END", "json_array(?)", "json_quote(?)", "printf('%s/%5.1f', ?, ?)", "unicode(?)",
]; // prettier-ignore

const AGGREGATES = ["count(*)", "count(?)", "sum(?)", "total(?)", "avg(?)", "min(?)", "max(?)", "count(DISTINCT ?)"];

/** Makes statements; the same ones for the same seed. */
export class RandomSql {
  readonly #numbers: Numbers;

  constructor(seed: number) {
    this.#numbers = new Numbers(seed);
  }

  /** The tables. */
  schema(): string[] {
    return [
      "CREATE TABLE p (a INTEGER PRIMARY KEY, b INTEGER, c TEXT COLLATE NOCASE, d)",
      "CREATE TABLE q (a REAL, b UNIQUE, c BLOB, d TEXT DEFAULT 'd')",
      "CREATE INDEX q_by_a ON q (a, d DESC)",
      "CREATE TRIGGER copy AFTER DELETE ON p BEGIN INSERT INTO q (a, c) VALUES (old.b, old.c); END",
    ];
  }

  /** A statement. */
  statement(): string {
    const table = this.#pick(["p", "q"]);
    switch (this.#numbers.below(10)) {
      case 0:
      case 1:
      case 2: {
        const conflict = this.#pick(["", "", "OR IGNORE ", "OR REPLACE "]);
        const rows = Array.from({ length: 1 + this.#numbers.below(3) }, () => `(${this.#values().join(", ")})`);
        return `INSERT ${conflict}INTO ${table} (b, c, d) VALUES ${rows.join(", ")}`;
      }
      case 3:
        return `UPDATE ${table} SET ${this.#pick(["b", "c", "d"])} = ${this.#expression(2)} WHERE ${this.#expression(2)}`;
      case 4:
        return `DELETE FROM ${table} WHERE a IN (SELECT a FROM ${table} ORDER BY a, b LIMIT ${this.#numbers.below(3)})`;
      case 5:
        return this.#grouped(table);
      case 6:
        return this.#joined();
      case 7:
        return `SELECT ${this.#expression(1)} AS x, row_number() OVER (ORDER BY a, b, c, d) AS n, sum(b) OVER (ORDER BY a, b, c, d) AS s FROM ${table} ORDER BY n`;
      default:
        return `SELECT a, ${this.#expression(3)} AS x, ${this.#expression(2)} AS y FROM ${table} WHERE ${this.#expression(2)} ORDER BY a, b, c, d LIMIT 20`;
    }
  }

  #grouped(table: string): string {
    const aggregate = (): string => this.#fill(this.#pick(AGGREGATES), 1);
    return `SELECT typeof(d) AS k, ${aggregate()} AS x, ${aggregate()} AS y FROM ${table} GROUP BY k HAVING count(*) > ${this.#numbers.below(2)} ORDER BY k`;
  }

  #joined(): string {
    const kind = this.#pick(["JOIN", "LEFT JOIN", "FULL JOIN"]);
    const [left, right] = [this.#pick(COLUMNS), this.#pick(COLUMNS)];
    return `SELECT p.a AS pa, q.a AS qa, p.${left} AS x, q.${right} AS y FROM p ${kind} q ON p.${left} = q.${right} ORDER BY p.a, q.a, q.b, q.c, q.d LIMIT 30`;
  }

  #values(): string[] {
    return [0, 1, 2].map(() => this.#pick(VALUES));
  }

  #expression(depth: number): string {
    if (depth === 0) return this.#numbers.below(2) === 0 ? this.#pick(VALUES) : this.#pick(COLUMNS);
    if (this.#numbers.below(2) === 0) return this.#fill(this.#pick(FUNCTIONS), depth - 1);
    return `(${this.#expression(depth - 1)} ${this.#pick(BINARY)} ${this.#expression(depth - 1)})`;
  }

  #fill(pattern: string, depth: number): string {
    return pattern.replaceAll("?", () => this.#expression(depth));
  }

  #pick(list: readonly string[]): string {
    return this.#numbers.pick(list);
  }
}
