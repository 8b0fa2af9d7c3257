// The ways in which a program can end.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void last(void) { puts("at exit"); }

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "return";
  atexit(last);
  printf("%s\n", how);
  if (!strcmp(how, "exit")) exit(7);
  if (!strcmp(how, "exit0")) exit(0);
  if (!strcmp(how, "exit255")) exit(255);
  if (!strcmp(how, "quick")) {
    fflush(stdout);
    _Exit(3);
  }
  if (!strcmp(how, "abort")) {
    fflush(stdout);
    abort();
  }
  return 0;
}
