// What the C library does with files and directories.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRY(call)                                                              \
  do {                                                                         \
    errno = 0;                                                                 \
    long result_ = (long)(call);                                               \
    printf("%-52s %ld %s\n", #call, result_, errno ? strerror(errno) : "ok");  \
  } while (0)

static int byName(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static void list(const char *path) {
  DIR *dir = opendir(path);
  if (!dir) {
    printf("list %s: %s\n", path, strerror(errno));
    return;
  }
  char *names[256];
  int count = 0;
  for (struct dirent *entry; (entry = readdir(dir)) && count < 256;) {
    // Whether "." and ".." are listed is left open.
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    char line[300];
    snprintf(line, sizeof line, "%s %s", entry->d_name,
             entry->d_type == DT_DIR ? "directory" : entry->d_type == DT_REG ? "file" : entry->d_type == DT_LNK ? "link" : "?");
    names[count++] = strdup(line);
  }
  closedir(dir);
  qsort(names, count, sizeof *names, byName);
  printf("list %s: %d\n", path, count);
  for (int i = 0; i < count; i++) printf("  %s\n", names[i]);
}

static void show(const char *path) {
  struct stat status;
  if (lstat(path, &status)) {
    printf("stat %s: %s\n", path, strerror(errno));
    return;
  }
  int kind = status.st_mode & S_IFMT;
  const char *name = kind == S_IFDIR ? "directory" : kind == S_IFREG ? "file" : kind == S_IFLNK ? "link" : "?";
  // Sizes and links of directories depend on the file system.
  printf("stat %s: %s %lld bytes, %d links\n", path, name, kind == S_IFDIR ? 0LL : (long long)status.st_size,
         kind == S_IFDIR ? 0 : (int)status.st_nlink);
}

static void print(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) {
    printf("print %s: %s\n", path, strerror(errno));
    return;
  }
  int c, count = 0;
  printf("print %s: ", path);
  while ((c = fgetc(file)) != EOF) {
    count++;
    if (count <= 200) {
      if (c < 32 || c > 126) printf("\\%02x", c);
      else putchar(c);
    }
  }
  printf(" (%d)\n", count);
  fclose(file);
}

static void streams(void) {
  FILE *file = fopen("notes.txt", "w+");
  TRY(fprintf(file, "line %d\n", 1));
  TRY(fputs("second line\n", file));
  TRY(fseek(file, 5, SEEK_SET));
  TRY(fputc('X', file));
  TRY(fseek(file, -5, SEEK_END));
  char buffer[32] = {0};
  TRY(fread(buffer, 1, 4, file));
  printf("[%s]\n", buffer);
  TRY(ftell(file));
  TRY(fseek(file, 20, SEEK_END));
  TRY(fputs("after a gap", file));
  TRY(fseek(file, -100, SEEK_SET));
  TRY(fclose(file));
  print("notes.txt");
  file = fopen("notes.txt", "a");
  TRY(fputs("appended", file));
  TRY(fclose(file));
  print("notes.txt");
  TRY(truncate("notes.txt", 6));
  print("notes.txt");
  TRY(truncate("notes.txt", 12));
  print("notes.txt");
}

static void descriptors(void) {
  int fd;
  TRY((fd = open("raw", O_RDWR | O_CREAT | O_EXCL, 0644)) >= 3);
  TRY(open("raw", O_RDWR | O_CREAT | O_EXCL, 0644));
  TRY(write(fd, "0123456789", 10));
  TRY(pwrite(fd, "abc", 3, 4));
  TRY(lseek(fd, 0, SEEK_CUR));
  char buffer[16] = {0};
  TRY(pread(fd, buffer, 6, 2));
  printf("[%s]\n", buffer);
  TRY(read(fd, buffer, 4));
  TRY(lseek(fd, -3, SEEK_END));
  TRY(read(fd, buffer, 10));
  printf("[%.3s]\n", buffer);
  TRY(lseek(fd, -30, SEEK_END));
  TRY(lseek(fd, 0, 9));
  TRY(ftruncate(fd, 3));
  TRY(fsync(fd));
  TRY(fdatasync(fd));
  TRY(posix_fallocate(fd, 0, 8));
  TRY(close(fd));
  TRY(close(fd));
  TRY(read(fd, buffer, 1));
  show("raw");
  fd = open("raw", O_RDONLY);
  TRY(write(fd, "x", 1));
  TRY(close(fd));
  fd = open("raw", O_WRONLY | O_APPEND);
  TRY(read(fd, buffer, 1));
  TRY(write(fd, "end", 3));
  TRY(close(fd));
  print("raw");
  TRY(open("raw", O_RDONLY | O_DIRECTORY));
  TRY(open("missing", O_RDONLY));
  TRY(open("missing/file", O_RDWR | O_CREAT, 0644));
  TRY(open("raw/file", O_RDWR | O_CREAT, 0644));
  TRY(lseek(1, 0, SEEK_CUR));
}

static void directories(void) {
  TRY(mkdir("tree", 0755));
  TRY(mkdir("tree", 0755));
  TRY(mkdir("tree/branch", 0755));
  TRY(mkdir("no/branch", 0755));
  TRY(mkdir("raw/branch", 0755));
  FILE *file = fopen("tree/branch/leaf", "w");
  TRY(fputs("green", file));
  TRY(fclose(file));
  list("tree");
  list("tree/branch");
  list("missing");
  list("raw");
  TRY(rmdir("tree"));
  TRY(rmdir("raw"));
  TRY(unlink("tree"));
  TRY(unlink("missing"));
  TRY(rename("tree/branch/leaf", "tree/fallen"));
  TRY(rename("missing", "other"));
  TRY(rename("tree", "tree/branch/loop"));
  TRY(rename("raw", "tree"));
  TRY(rename("tree", "raw"));
  TRY(rename("tree/branch", "twig"));
  TRY(rename("tree/fallen", "raw"));
  TRY(mkdir("empty", 0755));
  TRY(rename("twig", "empty"));
  TRY(rename("empty", "empty"));
  list("/");
  print("raw");
  TRY(access("raw", R_OK));
  TRY(access("raw/", R_OK));
  TRY(access("tree/", R_OK));
  TRY(access("tree/.././empty", R_OK));
  TRY(access("", R_OK));
  TRY(open("tree", O_WRONLY));
  TRY(rmdir("empty"));
  TRY(rmdir("tree"));
  TRY(rmdir("tree"));
}

static void links(void) {
  char buffer[64] = {0};
  TRY(link("raw", "hard"));
  show("hard");
  TRY(link("raw", "hard"));
  TRY(link("missing", "hard2"));
  TRY(symlink("raw", "soft"));
  TRY(symlink("raw", "soft"));
  TRY(readlink("soft", buffer, sizeof buffer));
  printf("[%s]\n", buffer);
  TRY(readlink("raw", buffer, sizeof buffer));
  show("soft");
  print("soft");
  TRY(unlink("raw"));
  print("soft");
  show("hard");
  TRY(mkdir("d", 0755));
  TRY(symlink("d", "to-d"));
  FILE *file = fopen("to-d/inside", "w");
  TRY(fputs("behind a link", file));
  TRY(fclose(file));
  print("d/inside");
  TRY(symlink("loop2", "loop1"));
  TRY(symlink("loop1", "loop2"));
  TRY(open("loop1", O_RDONLY));
  TRY(rmdir("to-d"));
  TRY(unlink("to-d"));
  list("/");
}

static void many(void) {
  for (int i = 0; i < 100; i++) {
    char name[64];
    snprintf(name, sizeof name, "d/a-file-with-quite-a-long-name-%03d", i);
    FILE *file = fopen(name, "w");
    if (!file || fprintf(file, "%d", i * i) < 0 || fclose(file)) printf("%s: %s\n", name, strerror(errno));
  }
  list("d");
  long sum = 0;
  for (int i = 0; i < 100; i++) {
    char name[64], text[16] = {0};
    snprintf(name, sizeof name, "d/a-file-with-quite-a-long-name-%03d", i);
    FILE *file = fopen(name, "r");
    if (file && fgets(text, sizeof text, file)) sum += atol(text);
    fclose(file);
    remove(name);
  }
  printf("sum %ld\n", sum);
  list("d");
}

static void large(void) {
  FILE *file = fopen("large", "w+");
  unsigned value = 1;
  for (int i = 0; i < 50000; i++) {
    value = value * 1664525u + 1013904223u;
    fwrite(&value, 4, 1, file);
  }
  TRY(ftell(file));
  rewind(file);
  unsigned check = 0, word;
  while (fread(&word, 4, 1, file) == 1) check = check * 31 + word;
  printf("%08x\n", check);
  TRY(fclose(file));
  show("large");
  TRY(unlink("large"));
}

static void unlinked(void) {
  int fd = open("ghost", O_RDWR | O_CREAT, 0644);
  TRY(write(fd, "boo", 3));
  TRY(unlink("ghost"));
  show("ghost");
  char buffer[8] = {0};
  TRY(pread(fd, buffer, 3, 0));
  printf("[%s]\n", buffer);
  TRY(close(fd));
}

// What Node's WASI does otherwise than POSIX, or than the rule that no path leads out of the root.
static void strict(void) {
  char buffer[4] = {0};
  TRY(mkdir("d", 0755));
  TRY(symlink("d", "to-d"));
  TRY(access("d/../../etc", R_OK));
  TRY(access("/../etc", R_OK));
  TRY(readlink("to-d", buffer, 0));
  TRY(symlink("raw", "soft"));
  TRY(readlink("soft", buffer, 2));
  TRY(open("to-d", O_RDONLY | O_NOFOLLOW));
  TRY(symlink("/etc/passwd", "out"));
  TRY(symlink("../..", "d/up"));
  TRY(access("d/up/etc", R_OK));
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "strict")) {
    strict();
    return 0;
  }
  print("given/in.txt");
  print("/given/in.txt");
  list("given");
  streams();
  descriptors();
  directories();
  links();
  many();
  large();
  unlinked();
  return 0;
}
