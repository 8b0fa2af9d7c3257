// Reads all of stdin: counts bytes, lines and words, sorts the lines, and gives a checksum.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

int main(void) {
  size_t capacity = 16, size = 0;
  char *text = malloc(capacity);
  for (;;) {
    size_t got = fread(text + size, 1, capacity - size, stdin);
    if (got == 0) break;
    size += got;
    if (size == capacity) text = realloc(text, capacity *= 2);
  }
  if (size == capacity) text = realloc(text, capacity + 1);
  text[size] = 0;
  uint32_t hash = 2166136261u;
  size_t words = 0, lines = 0;
  int inside = 0;
  for (size_t i = 0; i < size; i++) {
    hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    int space = text[i] == ' ' || text[i] == '\n';
    words += !space && !inside;
    inside = !space;
    lines += text[i] == '\n';
  }
  printf("%zu bytes, %zu words, %zu lines, %08x\n", size, words, lines, hash);
  char **list = malloc((lines + 1) * sizeof *list);
  size_t count = 0;
  for (char *line = strtok(text, "\n"); line && count <= lines; line = strtok(NULL, "\n")) list[count++] = line;
  qsort(list, count, sizeof *list, compare);
  for (size_t i = 0; i < count; i++) puts(list[i]);
  return feof(stdin) && !ferror(stdin) ? 0 : 1;
}
