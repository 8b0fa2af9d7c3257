// Arguments, environment, both streams, and an exit code.
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  printf("%d arguments\n", argc);
  for (int i = 0; i < argc; i++) printf("%d: [%s]\n", i, argv[i]);
  const char *names[] = {"HOME", "EMPTY", "MISSING", "UMLAUT"};
  for (int i = 0; i < 4; i++) {
    const char *value = getenv(names[i]);
    printf("%s=%s\n", names[i], value ? value : "(none)");
  }
  fprintf(stderr, "floats %.17g %g\n", 0.1, 1e300 * 1e10);
  fprintf(stderr, "and the end\n");
  return argc > 1 ? atoi(argv[1]) : 0;
}
