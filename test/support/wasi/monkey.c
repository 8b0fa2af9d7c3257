// Does whatever stdin says, five bytes an operation, with a few files and directories, and prints every answer.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// No descriptor ever has this number.
enum { SLOTS = 6, CLOSED = 99 };
static int slots[SLOTS];
// Linux lets pwrite append, POSIX does not.
static int appends[SLOTS];
static const char *const NAMES[] = {"a", "b", "d", "e", "d/a", "d/b", "d/d", "e/a", "d/d/a", "l", "d/l", "e/d"};
enum { COUNT = sizeof NAMES / sizeof *NAMES };

static int byName(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void answer(const char *what, const char *one, const char *two, long result) {
  printf("%s %s %s: %ld %s\n", what, one, two, result, result < 0 ? strerror(errno) : "");
}

static void status(const char *what, const char *name, int result, const struct stat *s) {
  answer(what, name, "", result);
  if (result == 0) {
    int isDirectory = S_ISDIR(s->st_mode);
    printf("  %o %d %d\n", s->st_mode & S_IFMT, isDirectory ? 0 : (int)s->st_size, isDirectory ? 0 : (int)s->st_nlink);
  }
}

static void content(const char *data, long size) {
  uint32_t hash = 2166136261u;
  for (long i = 0; i < size; i++) hash = (hash ^ (unsigned char)data[i]) * 16777619u;
  if (size >= 0) printf("  %08x\n", hash);
}

static void list(const char *name) {
  DIR *dir = opendir(name);
  answer("list", name, "", dir ? 0 : -1);
  if (!dir) return;
  char *names[64];
  int count = 0;
  for (struct dirent *entry; (entry = readdir(dir)) && count < 64;)
    if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) {
      char line[80];
      snprintf(line, sizeof line, "%s %d", entry->d_name, entry->d_type);
      names[count++] = strdup(line);
    }
  closedir(dir);
  qsort(names, count, sizeof *names, byName);
  for (int i = 0; i < count; i++) printf("  %s\n", names[i]);
}

int main(void) {
  uint8_t op[5];
  static char buffer[4096];
  struct stat s;
  for (int i = 0; i < SLOTS; i++) slots[i] = CLOSED;
  for (int number = 0; fread(op, 1, sizeof op, stdin) == sizeof op; number++) {
    const char *one = NAMES[op[1] % COUNT], *two = NAMES[op[2] % COUNT];
    int *slot = &slots[op[1] % SLOTS], value = op[3] * 5 % 700;
    static const int FLAGS[] = {O_RDONLY, O_RDWR, O_RDWR | O_CREAT, O_WRONLY | O_TRUNC, O_RDWR | O_CREAT | O_TRUNC,
                                O_WRONLY | O_APPEND | O_CREAT, O_WRONLY, O_RDONLY | O_DIRECTORY};
    printf("%d ", number);
    errno = 0;
    switch (op[0] % 20) {
    case 0:
    case 1:
    case 2:
      slot = &slots[op[4] % SLOTS];
      if (*slot != CLOSED) close(*slot);
      *slot = open(one, FLAGS[op[3] % 8], 0644);
      appends[slot - slots] = op[3] % 8 == 5;
      printf("%d ", op[3] % 8);
      answer("open", one, "", *slot < 0 ? -1 : 0);
      if (*slot < 0) *slot = CLOSED;
      break;
    case 3:
    case 4:
    case 5:
      memset(buffer, op[4], value);
      answer("write", "", "", write(*slot, buffer, value));
      break;
    case 6:
    case 7: {
      long got = read(*slot, buffer, value);
      answer("read", "", "", got);
      content(buffer, got);
      break;
    }
    case 8:
      answer("seek", "", "", lseek(*slot, op[3] * 10 - 300, op[4] % 3));
      break;
    case 9:
      answer("close", "", "", close(*slot));
      *slot = CLOSED;
      break;
    case 10:
      answer("mkdir", one, "", mkdir(one, 0755));
      break;
    case 11:
      answer("rmdir", one, "", rmdir(one));
      break;
    case 12:
      answer("unlink", one, "", unlink(one));
      break;
    case 13:
    case 14:
      answer("rename", one, two, rename(one, two));
      break;
    case 15:
      answer("link", one, two, link(one, two));
      break;
    case 16:
      // Beside the link, so that it means a name in the same directory.
      answer("symlink", one, two, symlink(strchr(one, '/') ? strrchr(one, '/') + 1 : one, two));
      break;
    case 17:
      if (op[3] & 1) status("stat", one, stat(one, &s), &s);
      else status("lstat", one, lstat(one, &s), &s);
      break;
    case 18:
      if (op[3] & 1) {
        answer("truncate", "", "", ftruncate(*slot, value));
        status("fstat", "", fstat(*slot, &s), &s);
      } else {
        memset(buffer, op[4], 50);
        if (!appends[slot - slots]) answer("pwrite", "", "", pwrite(*slot, buffer, 50, value));
        long got = pread(*slot, buffer, 100, value / 2);
        answer("pread", "", "", got);
        content(buffer, got);
      }
      break;
    case 19:
      list(op[3] & 1 ? one : "/");
      break;
    }
  }
  return 0;
}
