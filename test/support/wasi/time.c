// Clocks and random numbers: everything printed follows from the transaction.
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <poll.h>

static long long now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(void) {
  time_t seconds = time(NULL);
  char text[64];
  strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", gmtime(&seconds));
  puts(text);
  long long real = now(CLOCK_REALTIME), monotonic = now(CLOCK_MONOTONIC);
  printf("moves %d\n", now(CLOCK_MONOTONIC) > monotonic);
  struct timespec nap = {2, 500000000};
  nanosleep(&nap, NULL);
  long long slept = now(CLOCK_REALTIME) - real, also = now(CLOCK_MONOTONIC) - monotonic;
  printf("slept %lld.%lld %lld.%lld\n", slept / 1000000000, slept / 100000000 % 10, also / 1000000000, also / 100000000 % 10);
  long long deadline = now(CLOCK_MONOTONIC) + 20000;
  long spins = 0;
  while (now(CLOCK_MONOTONIC) < deadline) spins++;
  printf("spun %d\n", spins > 10);
  struct pollfd wait = {0, POLLIN, 0};
  printf("poll %d", poll(&wait, 1, 1000));
  printf(" %d\n", wait.revents == POLLIN);
  unsigned char bytes[37];
  getentropy(bytes, sizeof bytes);
  for (unsigned i = 0; i < sizeof bytes; i++) printf("%02x", bytes[i]);
  puts("");
  return 0;
}
