// A library in the payload convention: each call appends to a file and tells what there is, with the C library behind it.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int constructed;

__attribute__((constructor)) static void construct(void) { constructed++; }

__attribute__((export_name("allocate"))) void *allocate(size_t size) { return malloc(size); }

__attribute__((export_name("deallocate"))) void deallocate(void *block, size_t size) { free(block); }

__attribute__((export_name("invoke"))) uint8_t *invoke(const char *text, size_t size) {
  struct timespec before, after;
  clock_gettime(CLOCK_REALTIME, &before);
  if (size == 4 && !memcmp(text, "exit", 4)) exit(9);
  printf("nobody sees this\n");
  FILE *file = fopen("log", "a+");
  if (!file) abort();
  fwrite(text, 1, size, file);
  if (size == 4 && !memcmp(text, "trap", 4)) {
    fflush(file);
    abort();
  }
  rewind(file);
  uint8_t *result = malloc(4 + 1024);
  char *to = (char *)result + 4;
  size_t length = snprintf(to, 64, "%d constructed, env %s, log ", constructed, getenv("HOME") ? "yes" : "no");
  length += fread(to + length, 1, 900, file);
  fclose(file);
  clock_gettime(CLOCK_REALTIME, &after);
  length += snprintf(to + length, 64, ", in %d, eof %d", (int)after.tv_sec + 1970, getchar() == EOF);
  if (after.tv_nsec <= before.tv_nsec) abort();
  memcpy(result, &length, 4);
  return result;
}
