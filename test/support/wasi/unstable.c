// What wasi_unstable has otherwise than preview 1, called beside preview 1. Each line says what is seen.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define OLD(name) __attribute__((import_module("wasi_unstable"), import_name(#name)))
#define NEW(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))
OLD(fd_seek) int old_seek(int, int64_t, int, void *);
OLD(fd_filestat_get) int old_fstat(int, void *);
OLD(path_filestat_get) int old_stat(int, int, const char *, int, void *);
OLD(poll_oneoff) int old_poll(const void *, void *, int, void *);
OLD(path_open) int old_open(int, int, const char *, int, int, uint64_t, uint64_t, int, void *);
OLD(fd_write) int old_write(int, const void *, int, void *);
OLD(clock_time_get) int old_time(int, uint64_t, void *);
NEW(fd_seek) int new_seek(int, int64_t, int, void *);
NEW(fd_filestat_get) int new_fstat(int, void *);
NEW(path_filestat_get) int new_stat(int, int, const char *, int, void *);
NEW(poll_oneoff) int new_poll(const void *, void *, int, void *);

enum { ROOT = 3, CREATE = 1, SECOND = 1000000000 };

typedef struct {
  uint64_t device, number;
  uint8_t kind;
  uint32_t links;
  uint64_t size, times[3];
} OldStat;
typedef struct {
  uint64_t device, number;
  uint8_t kind;
  uint64_t links, size, times[3];
} NewStat;
typedef struct {
  uint64_t data;
  uint8_t tag;
  uint64_t identifier;
  uint32_t clock;
  uint64_t timeout, precision;
  uint16_t flags;
} OldClock;
typedef struct {
  uint64_t data;
  uint8_t tag;
  _Alignas(8) uint32_t clock;
  uint64_t timeout, precision;
  uint16_t flags;
} NewClock;
typedef struct {
  uint64_t data;
  uint8_t tag;
  _Alignas(8) uint32_t fd;
  char room[32];
} OldReady;
typedef struct {
  uint64_t data;
  uint16_t error;
  uint8_t tag;
  uint64_t bytes;
  uint16_t flags;
} Event;

static uint64_t now(void) {
  uint64_t time = 0;
  old_time(1, 0, &time);
  return time;
}

static int same(const OldStat *a, const NewStat *b) {
  return a->device == b->device && a->number == b->number && a->kind == b->kind && a->links == b->links &&
         a->size == b->size && memcmp(a->times, b->times, sizeof a->times) == 0;
}

int main(void) {
  uint64_t at = 0;
  uint32_t fd = 0, count = 0;
  struct {
    const char *pointer;
    int length;
  } vector = {"abcde", 5};
  int error = old_open(ROOT, 0, "f", 1, CREATE, 0x8e001ff, 0, 0, &fd);
  printf("open %d %d\n", error, old_write(fd, &vector, 1, &count));
  static const int origins[] = {2, 0, 1, 3};
  static const int64_t offsets[] = {2, 1, -1, 0};
  for (int i = 0; i < 4; i++) {
    error = old_seek(fd, offsets[i], origins[i], &at);
    printf("seek %d %d: %d %d\n", (int)offsets[i], origins[i], error, (int)at);
  }
  printf("seek of preview 1: %d %d\n", new_seek(fd, 0, 0, &at), (int)at);

  OldStat old;
  NewStat new;
  printf("fstat %d %d", old_fstat(fd, &old), new_fstat(fd, &new));
  printf(" same %d size %d links %d\n", same(&old, &new), (int)old.size, (int)old.links);
  printf("stat %d %d", old_stat(ROOT, 0, "f", 1, &old), new_stat(ROOT, 0, "f", 1, &new));
  printf(" same %d\n", same(&old, &new));
  char *end = (char *)(__builtin_wasm_memory_size(0) << 16);
  printf("at the end of memory %d %d\n", old_fstat(fd, end - 56), new_fstat(fd, end - 56));
  printf("one byte less %d\n", old_fstat(fd, end - 55));

  Event event;
  uint64_t before = now();
  OldClock sleep = {.data = 7, .identifier = 1234, .clock = 1, .timeout = SECOND};
  error = old_poll(&sleep, &event, 1, &count);
  printf("slept %d %d data %d tag %d error %d\n", error, (int)((now() - before) / SECOND), (int)event.data, event.tag, event.error);
  OldClock until = {.data = 8, .identifier = 5, .clock = 1, .timeout = now() + 2 * (uint64_t)SECOND, .flags = 1};
  before = now();
  error = old_poll(&until, &event, 1, &count);
  printf("slept until %d %d data %d\n", error, (int)((now() - before + SECOND / 2) / SECOND), (int)event.data);
  struct {
    OldReady ready;
    OldClock sleep;
  } two = {{.data = 9, .tag = 2, .fd = fd}, {.data = 10, .clock = 1, .timeout = SECOND}};
  Event events[2];
  error = old_poll(&two, events, 2, &count);
  printf("two %d count %d data %d tag %d\n", error, count, (int)events[0].data, events[0].tag);
  NewClock plain = {.data = 11, .clock = 1, .timeout = SECOND};
  before = now();
  error = new_poll(&plain, &event, 1, &count);
  printf("poll of preview 1: %d %d data %d\n", error, (int)((now() - before) / SECOND), (int)event.data);
  return 0;
}
