/*
 * SQLite as a program under a Deal, in the payload convention: SQL text comes in, JSON goes out. The database is ":memory:" and lives as
 * long as the program. The answer to one payload:
 *
 *     {"results":[RESULT,…]}                   every statement was executed
 *     {"results":[RESULT,…],"error":ERROR}     the statement after the last result failed
 *
 *     RESULT = {"columns":[S,…],"rows":[[VALUE,…],…]}  of a statement that returns columns
 *            | {"changes":N}                           of any other: rows inserted, updated or deleted
 *     VALUE  = null | 12 | 1.5 | "text" | {"blob":"00ff"}
 *     ERROR  = {"code":N,"message":S,"rolledBack":B}   SQLite's result code and message
 *
 * A real has a point or an exponent and reads back to the same bits; infinities are 9.0e+999 and -9.0e+999.
 *
 * A failed statement changes nothing, and those after it are not executed. Those before it stay, unless BEGIN precedes them: a transaction
 * ends with its payload at the latest, and one that is still open then is rolled back, which is an error if there is no other.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sqlite3.h"

#define EXPORT(name) __attribute__((export_name(#name)))

/* What the driver reads: a length and that many bytes. */
typedef struct {
  uint32_t length;
  char bytes[];
} Answer;

static sqlite3 *database;

/* The connection; opened by the first payload that gets so far. */
static sqlite3 *connection(void) {
  if (database == NULL && sqlite3_open(":memory:", &database) != SQLITE_OK) __builtin_trap();
  return database;
}

static const char HEX[] = "0123456789abcdef";

static void writeText(sqlite3_str *out, const char *text, int length) {
  sqlite3_str_appendchar(out, 1, '"');
  int begin = 0;
  for (int i = 0; i < length; i++) {
    unsigned char c = (unsigned char)text[i];
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    sqlite3_str_append(out, text + begin, i - begin);
    begin = i + 1;
    if (c == '"' || c == '\\' || c == '\n') {
      char escape[2] = {'\\', c == '\n' ? 'n' : (char)c};
      sqlite3_str_append(out, escape, 2);
    } else {
      char escape[6] = {'\\', 'u', '0', '0', HEX[c >> 4], HEX[c & 15]};
      sqlite3_str_append(out, escape, 6);
    }
  }
  sqlite3_str_append(out, text + begin, length - begin);
  sqlite3_str_appendchar(out, 1, '"');
}

static void writeString(sqlite3_str *out, const char *text) {
  writeText(out, text, (int)strlen(text));
}

/* With as many of 17 digits as it takes to read back the same number; infinities as 9.0e+999. */
static void writeReal(sqlite3_str *out, double value) {
  if (value == 0 && __builtin_signbit(value)) sqlite3_str_appendchar(out, 1, '-');
  sqlite3_str_appendf(out, "%!0.17g", value);
}

static void writeBlob(sqlite3_str *out, const unsigned char *bytes, int length) {
  sqlite3_str_appendall(out, "{\"blob\":\"");
  char digits[256];
  for (int i = 0; i < length;) {
    int count = 0;
    for (; i < length && count < (int)sizeof digits; i++) {
      digits[count++] = HEX[bytes[i] >> 4];
      digits[count++] = HEX[bytes[i] & 15];
    }
    sqlite3_str_append(out, digits, count);
  }
  sqlite3_str_appendall(out, "\"}");
}

static void writeValue(sqlite3_str *out, sqlite3_stmt *statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      sqlite3_str_appendf(out, "%lld", sqlite3_column_int64(statement, column));
      break;
    case SQLITE_FLOAT:
      writeReal(out, sqlite3_column_double(statement, column));
      break;
    case SQLITE_TEXT: {
      const char *text = (const char *)sqlite3_column_text(statement, column);
      writeText(out, text, sqlite3_column_bytes(statement, column));
      break;
    }
    case SQLITE_BLOB: {
      const unsigned char *bytes = sqlite3_column_blob(statement, column);
      writeBlob(out, bytes, sqlite3_column_bytes(statement, column));
      break;
    }
    default:
      sqlite3_str_appendall(out, "null");
  }
}

static void writeColumns(sqlite3_str *out, sqlite3_stmt *statement) {
  sqlite3_str_appendall(out, "{\"columns\":[");
  for (int i = 0; i < sqlite3_column_count(statement); i++) {
    if (i > 0) sqlite3_str_appendchar(out, 1, ',');
    writeString(out, sqlite3_column_name(statement, i));
  }
  sqlite3_str_appendall(out, "],\"rows\":[");
}

static void writeRow(sqlite3_str *out, sqlite3_stmt *statement) {
  sqlite3_str_appendchar(out, 1, '[');
  for (int i = 0; i < sqlite3_column_count(statement); i++) {
    if (i > 0) sqlite3_str_appendchar(out, 1, ',');
    writeValue(out, statement, i);
  }
  sqlite3_str_appendchar(out, 1, ']');
}

/* Executes a statement to its end and writes its result; what it wrote of a failed one is taken back. */
static int execute(sqlite3_str *out, sqlite3_stmt *statement) {
  sqlite3 *db = sqlite3_db_handle(statement);
  int columns = sqlite3_column_count(statement);
  int begin = sqlite3_str_length(out);
  sqlite3_int64 before = sqlite3_total_changes64(db);
  if (columns > 0) writeColumns(out, statement);
  int code;
  for (int rows = 0; (code = sqlite3_step(statement)) == SQLITE_ROW; rows++) {
    if (rows > 0) sqlite3_str_appendchar(out, 1, ',');
    writeRow(out, statement);
  }
  code = sqlite3_finalize(statement);
  if (code != SQLITE_OK) {
    sqlite3_str_truncate(out, begin);
  } else if (columns > 0) {
    sqlite3_str_appendall(out, "]}");
  } else {
    sqlite3_int64 changes = sqlite3_total_changes64(db) == before ? 0 : sqlite3_changes64(db);
    sqlite3_str_appendf(out, "{\"changes\":%lld}", changes);
  }
  return code;
}

static void writeError(sqlite3_str *out, int code, const char *message, int rolledBack) {
  sqlite3_str_appendf(out, ",\"error\":{\"code\":%d,\"message\":", code & 0xff);
  writeString(out, message);
  sqlite3_str_appendf(out, ",\"rolledBack\":%s}", rolledBack ? "true" : "false");
}

/* Executes the statements one by one up to the first that fails, and closes what is still open. */
static void executeAll(sqlite3_str *out, sqlite3 *db, const char *sql, const char *end) {
  sqlite3_str_appendall(out, "{\"results\":[");
  int code = SQLITE_OK;
  for (int count = 0; sql < end && *sql != 0;) {
    sqlite3_stmt *statement;
    code = sqlite3_prepare_v2(db, sql, (int)(end - sql) + 1, &statement, &sql);
    if (code != SQLITE_OK) break;
    if (statement == NULL) continue; /* a comment, or nothing */
    int begin = sqlite3_str_length(out);
    if (count > 0) sqlite3_str_appendchar(out, 1, ',');
    code = execute(out, statement);
    if (code != SQLITE_OK) {
      sqlite3_str_truncate(out, begin);
      break;
    }
    count++;
  }
  sqlite3_str_appendchar(out, 1, ']');
  int open = !sqlite3_get_autocommit(db);
  if (code != SQLITE_OK) {
    writeError(out, code, sqlite3_errmsg(db), open);
  } else if (open) {
    writeError(out, SQLITE_ABORT, "the transaction was left open", open);
  }
  if (open) sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
  sqlite3_str_appendchar(out, 1, '}');
}

/* Room for a payload and the zero after it. */
EXPORT(allocate) void *allocate(uint32_t size) {
  char *room = malloc((size_t)size + 1);
  if (room == NULL) __builtin_trap();
  room[size] = 0;
  return room;
}

EXPORT(deallocate) void deallocate(void *room, uint32_t size) {
  (void)size;
  free(room);
}

/* Answers a payload. An answer that does not fit into memory traps, so that the payload leaves no trace. */
EXPORT(invoke) Answer *invoke(char *payload, uint32_t length) {
  sqlite3 *db = connection();
  /* Of no connection: its length is not limited, and it takes no memory from the database's own. */
  sqlite3_str *out = sqlite3_str_new(NULL);
  executeAll(out, db, payload, payload + length);
  free(payload);
  if (sqlite3_str_errcode(out) != SQLITE_OK) __builtin_trap();
  uint32_t size = (uint32_t)sqlite3_str_length(out);
  Answer *answer = malloc(sizeof *answer + size);
  if (answer == NULL) __builtin_trap();
  answer->length = size;
  memcpy(answer->bytes, sqlite3_str_value(out), size);
  sqlite3_str_free(out);
  return answer;
}
