/*
 * The system that SQLite runs on: none. There are no files, as all is in memory; no clock, so that 'now' is NULL; and random() gives the
 * same numbers to everybody.
 */
#include <string.h>

#include "sqlite3.h"

static int openFile(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *given) {
  (void)vfs, (void)name, (void)flags, (void)given;
  file->pMethods = NULL;
  return SQLITE_CANTOPEN;
}

static int deleteFile(sqlite3_vfs *vfs, const char *name, int sync) {
  (void)vfs, (void)name, (void)sync;
  return SQLITE_IOERR_DELETE;
}

static int accessFile(sqlite3_vfs *vfs, const char *name, int flags, int *result) {
  (void)vfs, (void)name, (void)flags;
  *result = 0;
  return SQLITE_OK;
}

static int fullPathname(sqlite3_vfs *vfs, const char *name, int size, char *out) {
  (void)vfs;
  sqlite3_snprintf(size, out, "%s", name);
  return SQLITE_OK;
}

/* The seed of random(). */
static int randomness(sqlite3_vfs *vfs, int size, char *out) {
  (void)vfs;
  memset(out, 0, (size_t)size);
  return size;
}

static int sleepFor(sqlite3_vfs *vfs, int microseconds) {
  (void)vfs;
  return microseconds;
}

/* SQLite answers NULL where it cannot learn the time. */
static int currentTime(sqlite3_vfs *vfs, sqlite3_int64 *now) {
  (void)vfs;
  *now = 0;
  return SQLITE_ERROR;
}

static int currentTimeOld(sqlite3_vfs *vfs, double *now) {
  (void)vfs;
  *now = 0;
  return SQLITE_ERROR;
}

static int lastError(sqlite3_vfs *vfs, int size, char *out) {
  (void)vfs;
  if (size > 0) out[0] = 0;
  return 0;
}

/* SQLite calls it once, before anything else. */
int sqlite3_os_init(void) {
  static sqlite3_vfs none = {
      .iVersion = 2,
      .szOsFile = sizeof(sqlite3_file),
      .mxPathname = 256,
      .zName = "none",
      .xOpen = openFile,
      .xDelete = deleteFile,
      .xAccess = accessFile,
      .xFullPathname = fullPathname,
      .xRandomness = randomness,
      .xSleep = sleepFor,
      .xCurrentTime = currentTimeOld,
      .xGetLastError = lastError,
      .xCurrentTimeInt64 = currentTime,
  };
  return sqlite3_vfs_register(&none, 1);
}

int sqlite3_os_end(void) {
  return SQLITE_OK;
}
