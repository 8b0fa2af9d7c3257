/*
 * Work for measurements: run(n) opens a database in memory, fills it with a few megabytes and executes n statements, most of them
 * prepared once, some from text. What is done to which rows is pseudorandom and the same every time.
 */
#include <stdint.h>
#include <stdlib.h>

#include "sqlite3.h"

/* Rows in the beginning, and the most that there ever are. */
enum { ROWS = 16384, MOST_ROWS = 2 * ROWS, CATEGORIES = 512 };

/* Statements of a transaction, and of which one is a report over all rows. */
enum { BATCH = 64, REPORT = 8192 };

enum { BEGIN, COMMIT, INSERT, FIND, RANGE, UPDATE, DELETE, AGGREGATE, GROUP, STATEMENTS };

static const char SCHEMA[] =
    "CREATE TABLE item (id INTEGER PRIMARY KEY, category INTEGER NOT NULL, name TEXT NOT NULL, price REAL, stock INTEGER);"
    "CREATE INDEX item_by_price ON item (category, price);"
    "INSERT INTO item WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 16384)"
    "  SELECT i, (i * 7919) % 512, hex(randomblob(32)), i % 1000 / 8.0, i % 97 FROM n;";

static const char *const SQL[STATEMENTS] = {
    [BEGIN] = "BEGIN",
    [COMMIT] = "COMMIT",
    [INSERT] = "INSERT INTO item (category, name, price, stock) VALUES (?1, hex(randomblob(32)), ?2 / 8.0, ?3)",
    [FIND] = "SELECT stock, length(name) FROM item WHERE id = ?1",
    [RANGE] = "SELECT id FROM item WHERE category = ?1 AND price >= ?2 / 8.0 ORDER BY price LIMIT 5",
    [UPDATE] = "UPDATE item SET stock = stock + ?2, price = price / 2 + ?3 / 16.0 WHERE id = ?1",
    [DELETE] = "DELETE FROM item WHERE id = ?1",
    [AGGREGATE] = "SELECT count(*), sum(stock), CAST(avg(price) AS INTEGER) FROM item WHERE category = ?1",
    [GROUP] = "SELECT category % 10 AS c, CAST(sum(stock * price) AS INTEGER) FROM item GROUP BY c ORDER BY 2",
};

static sqlite3 *database;
static sqlite3_stmt *statements[STATEMENTS];

/* Keys of the rows that there are. */
static sqlite3_int64 keys[MOST_ROWS];
static uint32_t rows;

static uint32_t seed = 2463534242;

static uint32_t draw(uint32_t below) {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return seed % below;
}

static void require(int isRight) {
  if (!isRight) __builtin_trap();
}

/* Executes a statement to its end; gives a checksum of the integers that it returns. */
static uint32_t finish(sqlite3_stmt *statement) {
  uint32_t sum = 0;
  int code;
  while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
    for (int i = 0; i < sqlite3_column_count(statement); i++) sum = sum * 31 + (uint32_t)sqlite3_column_int64(statement, i);
  }
  require(code == SQLITE_DONE);
  return sum;
}

static uint32_t execute(int which, sqlite3_int64 first, sqlite3_int64 second, sqlite3_int64 third) {
  sqlite3_stmt *statement = statements[which];
  sqlite3_int64 values[] = {first, second, third};
  for (int i = 0; i < sqlite3_bind_parameter_count(statement); i++) sqlite3_bind_int64(statement, i + 1, values[i]);
  uint32_t sum = finish(statement);
  sqlite3_reset(statement);
  return sum;
}

/* A question that is compiled every time. */
static uint32_t ask(sqlite3_int64 key, uint32_t category) {
  char text[200];
  sqlite3_snprintf(sizeof text, text,
                   "SELECT a.stock, count(b.id) FROM item AS a JOIN item AS b ON b.category = %u AND b.price > a.price"
                   " WHERE a.id = %lld", category, key);
  sqlite3_stmt *statement;
  require(sqlite3_prepare_v2(database, text, -1, &statement, NULL) == SQLITE_OK);
  uint32_t sum = finish(statement);
  sqlite3_finalize(statement);
  return sum;
}

static uint32_t insert(void) {
  uint32_t sum = execute(INSERT, draw(CATEGORIES), draw(1000), draw(97));
  keys[rows++] = sqlite3_last_insert_rowid(database);
  return sum;
}

static uint32_t delete(void) {
  uint32_t chosen = draw(rows);
  sqlite3_int64 key = keys[chosen];
  keys[chosen] = keys[--rows];
  return execute(DELETE, key, 0, 0);
}

static uint32_t any(void) {
  uint32_t kind = draw(100);
  if (kind < 15) return rows < MOST_ROWS ? insert() : delete();
  if (kind < 30) return rows > ROWS / 2 ? delete() : insert();
  if (kind < 55) return execute(FIND, keys[draw(rows)], 0, 0);
  if (kind < 65) return execute(RANGE, draw(CATEGORIES), draw(1000), 0);
  if (kind < 85) return execute(UPDATE, keys[draw(rows)], draw(5), draw(1000));
  if (kind < 95) return execute(AGGREGATE, draw(CATEGORIES), 0, 0);
  return ask(keys[draw(rows)], draw(CATEGORIES));
}

static void open(void) {
  require(sqlite3_open(":memory:", &database) == SQLITE_OK);
  require(sqlite3_exec(database, SCHEMA, NULL, NULL, NULL) == SQLITE_OK);
  for (int i = 0; i < STATEMENTS; i++) {
    require(sqlite3_prepare_v2(database, SQL[i], -1, &statements[i], NULL) == SQLITE_OK);
  }
  while (rows < ROWS) {
    keys[rows] = rows + 1;
    rows++;
  }
}

/* A checksum of all answers. A second call goes on with the database of the first. */
__attribute__((export_name("run"))) uint32_t run(uint32_t count) {
  if (database == NULL) open();
  uint32_t sum = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (i % BATCH == 0) execute(BEGIN, 0, 0, 0);
    sum = sum * 31 + (i % REPORT == REPORT - 1 ? execute(GROUP, 0, 0, 0) : any());
    if (i % BATCH == BATCH - 1 || i + 1 == count) execute(COMMIT, 0, 0, 0);
  }
  return sum;
}
