// Calls of WASI itself. "errors": the errno of each, for comparison; "pointers": every pointer in turn is a bad one.
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wasi/api.h>

#define E(call) printf("%-70s %d\n", #call, (int)(call))

// Linked by hand: the C library's own declarations compute lengths of paths.
#define IMPORT(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))
IMPORT(path_open) int raw_path_open(int, int, const char *, int, int, uint64_t, uint64_t, int, void *);
IMPORT(path_create_directory) int raw_mkdir(int, const char *, int);
IMPORT(path_remove_directory) int raw_rmdir(int, const char *, int);
IMPORT(path_unlink_file) int raw_unlink(int, const char *, int);
IMPORT(path_filestat_get) int raw_stat(int, int, const char *, int, void *);
IMPORT(path_filestat_set_times) int raw_utimes(int, int, const char *, int, uint64_t, uint64_t, int);
IMPORT(path_rename) int raw_rename(int, const char *, int, int, const char *, int);
IMPORT(path_link) int raw_link(int, int, const char *, int, int, const char *, int);
IMPORT(path_symlink) int raw_symlink(const char *, int, int, const char *, int);
IMPORT(path_readlink) int raw_readlink(int, const char *, int, void *, int, void *);
IMPORT(sock_accept) int raw_accept(int, int, void *);
IMPORT(sock_recv) int raw_recv(int, void *, int, int, void *, void *);
IMPORT(sock_send) int raw_send(int, void *, int, int, void *);
IMPORT(sock_shutdown) int raw_shutdown(int, int);
IMPORT(proc_raise) int raw_raise(int);
IMPORT(poll_oneoff) int raw_poll(const void *, void *, int, void *);
IMPORT(fd_fdstat_set_rights) int raw_set_rights(int, uint64_t, uint64_t);
IMPORT(fd_renumber) int raw_renumber(int, int);
IMPORT(fd_advise) int raw_advise(int, uint64_t, uint64_t, int);
IMPORT(fd_allocate) int raw_allocate(int, uint64_t, uint64_t);
IMPORT(fd_readdir) int raw_readdir(int, void *, int, uint64_t, void *);
IMPORT(fd_prestat_get) int raw_prestat(int, void *);
IMPORT(fd_prestat_dir_name) int raw_prestat_name(int, void *, int);
IMPORT(fd_filestat_set_times) int raw_futimes(int, uint64_t, uint64_t, int);
IMPORT(fd_filestat_set_size) int raw_set_size(int, uint64_t);
IMPORT(fd_fdstat_set_flags) int raw_set_flags(int, int);
IMPORT(fd_fdstat_get) int raw_fdstat(int, void *);
IMPORT(fd_filestat_get) int raw_fstat(int, void *);
IMPORT(fd_seek) int raw_seek(int, int64_t, int, void *);
IMPORT(fd_close) int raw_close(int);
IMPORT(fd_tell) int raw_tell(int, void *);
IMPORT(fd_read) int raw_read(int, const void *, int, void *);
IMPORT(fd_pread) int raw_pread(int, const void *, int, uint64_t, void *);
IMPORT(fd_write) int raw_write(int, const void *, int, void *);
IMPORT(fd_pwrite) int raw_pwrite(int, const void *, int, uint64_t, void *);
IMPORT(random_get) int raw_random(void *, int);
IMPORT(clock_res_get) int raw_res(int, void *);
IMPORT(clock_time_get) int raw_time(int, uint64_t, void *);
IMPORT(args_get) int raw_args(void *, void *);
IMPORT(args_sizes_get) int raw_args_sizes(void *, void *);
IMPORT(environ_get) int raw_environ(void *, void *);
IMPORT(environ_sizes_get) int raw_environ_sizes(void *, void *);

enum { ROOT = 3, CREATE = 1, DIRECTORY = 2, EXCLUSIVE = 4, TRUNCATE = 8 };
#define READ ((uint64_t)2)
#define WRITE ((uint64_t)64)
#define ALL ((uint64_t)0x8e001ff)
#define PATH(text) text, (int)strlen(text)

static uint64_t out[64];
static char buffer[64];
typedef struct {
  void *pointer;
  int length;
} Vector;

static int opened(const char *path, int flags, uint64_t rights) {
  uint32_t fd = 0;
  int error = raw_path_open(ROOT, 1, path, strlen(path), flags, rights, rights, 0, &fd);
  return error ? -error : (int)fd;
}

// Which rights and flags of path_open go with a directory, a file, and a name that is free; a path with a slash at its end last.
static void opens(void) {
  static const char *paths[] = {"dir", "file", ".", "free", "dir/"};
  static const uint64_t rights[] = {0, READ, WRITE, READ | WRITE, 1, 1 << 8, 1 << 22, 1 << 14, READ | 1 << 14, 1 << 9};
  for (int path = 0; path < 5; path++)
    for (int how = 0; how < 16; how++)
      for (int i = 0; i < 10; i++) {
        uint32_t fd = 0;
        int error = raw_path_open(ROOT, 1, PATH(paths[path]), how, rights[i], READ, 0, &fd);
        printf("open %s how %d rights %llx: %d", paths[path], how, rights[i], error);
        if (error == 0) {
          raw_fdstat(fd, out);
          printf(" base %llx inheriting %llx", out[1], out[2]);
          raw_close(fd);
        }
        printf("\n");
        raw_unlink(ROOT, PATH("free"));
      }
}

static void errors(void) {
  Vector vector = {buffer, 4}, two[2] = {{"ab", 2}, {"cde", 3}};
  int file = opened("file", CREATE, ALL);
  E(file > ROOT);
  E(raw_path_open(ROOT, 1, PATH("file"), CREATE | EXCLUSIVE, READ, 0, 0, out));
  E(raw_path_open(ROOT, 1, PATH("missing"), 0, READ, 0, 0, out));
  E(raw_path_open(ROOT, 1, PATH("file"), DIRECTORY, READ, 0, 0, out));
  E(raw_path_open(99, 1, PATH("file"), 0, READ, 0, 0, out));
  E(raw_write(file, two, 2, out));
  E((int)*(uint32_t *)out);
  E(raw_seek(file, 1, 0, out));
  E((int)out[0]);
  E(raw_seek(file, -2, 0, out));
  E(raw_seek(file, 0, 7, out));
  E(raw_seek(99, 0, 0, out));
  E(raw_read(file, &vector, 1, out));
  E((int)*(uint32_t *)out);
  printf("[%.4s]\n", buffer);
  E(raw_tell(file, out));
  E((int)out[0]);
  E(raw_tell(99, out));
  E(raw_pread(file, &vector, 1, 100, out));
  E((int)*(uint32_t *)out);
  E(raw_write(file, two, 0, out));
  E((int)*(uint32_t *)out);
  E(raw_read(ROOT, &vector, 1, out));
  E(raw_write(ROOT, two, 1, out));
  E(raw_read(99, &vector, 1, out));
  int reader = opened("file", 0, READ);
  E(raw_write(reader, two, 1, out));
  E(raw_seek(reader, 0, 0, out));
  E(raw_set_size(reader, 0));
  E(raw_fstat(reader, out));
  E(raw_set_rights(reader, ALL, 0));
  E(raw_set_rights(reader, 0, 0));
  E(raw_read(reader, &vector, 1, out));
  E(raw_set_rights(99, 0, 0));
  E(raw_allocate(file, 0, 64));
  E(raw_fstat(file, out));
  E((int)out[4]);
  E(raw_set_size(file, 10));
  E(raw_advise(file, 0, 0, 1));
  E(raw_advise(file, 0, 0, 6));
  E(raw_advise(99, 0, 0, 1));
  E(raw_futimes(file, 1000000000, 2000000000, 1 | 4));
  E(raw_fstat(file, out));
  E((int)(out[5] / 1000000000));
  E((int)(out[6] / 1000000000));
  E(raw_futimes(file, 0, 0, 1 | 2));
  E(raw_futimes(file, 0, 0, 4 | 8));
  E(raw_utimes(ROOT, 1, PATH("file"), 3000000000, 4000000000, 1 | 4));
  E(raw_stat(ROOT, 1, PATH("file"), out));
  E((int)(out[5] / 1000000000));
  E((int)(out[6] / 1000000000));
  E((int)*(uint8_t *)&out[2]);
  E((int)out[4]);
  E(raw_utimes(ROOT, 1, PATH("missing"), 0, 0, 1));
  E(raw_stat(ROOT, 1, PATH("missing"), out));
  E(raw_mkdir(ROOT, PATH("dir")));
  E(raw_mkdir(ROOT, PATH("dir")));
  E(raw_mkdir(ROOT, PATH("dir/sub")));
  E(raw_mkdir(99, PATH("dir/sub")));
  E(raw_rmdir(ROOT, PATH("dir")));
  E(raw_unlink(ROOT, PATH("missing")));
  E(raw_rmdir(ROOT, PATH("file")));
  opens();
  int dir = opened("dir", DIRECTORY, (uint64_t)0x7bffe98);
  E(dir > ROOT);
  E(raw_mkdir(dir, PATH("inner")));
  E(raw_stat(dir, 1, PATH("inner"), out));
  E((int)*(uint8_t *)&out[2]);
  E(raw_rename(dir, PATH("inner"), ROOT, PATH("outer")));
  E(raw_rename(dir, PATH("inner"), ROOT, PATH("outer")));
  E(raw_link(ROOT, 0, PATH("file"), dir, PATH("linked")));
  E(raw_link(ROOT, 0, PATH("missing"), dir, PATH("linked2")));
  E(raw_symlink(PATH("linked"), dir, PATH("soft")));
  E(raw_symlink(PATH("linked"), dir, PATH("soft")));
  E(raw_stat(dir, 1, PATH("soft"), out));
  E((int)*(uint8_t *)&out[2]);
  E(raw_stat(dir, 0, PATH("soft"), out));
  E((int)*(uint8_t *)&out[2]);
  E(raw_readlink(dir, PATH("soft"), buffer, sizeof buffer, out));
  E((int)*(uint32_t *)out);
  printf("[%.6s]\n", buffer);
  E(raw_readlink(dir, PATH("linked"), buffer, sizeof buffer, out));
  E(raw_readdir(99, buffer, sizeof buffer, 0, out));
  E(raw_prestat(ROOT, out));
  E((int)*(uint8_t *)out);
  E((int)((uint32_t *)out)[1]);
  E(raw_prestat(99, out));
  E(raw_prestat_name(ROOT, buffer, 1));
  printf("[%.1s]\n", buffer);
  E(raw_fdstat(ROOT, out));
  E((int)*(uint8_t *)out);
  E(raw_fdstat(file, out));
  E((int)*(uint8_t *)out);
  E(raw_fdstat(99, out));
  E(raw_fstat(99, out));
  E(raw_set_flags(99, 0));
  E(raw_res(0, out));
  E(raw_res(9, out));
  E(raw_time(9, 0, out));
  E(raw_random(buffer, 0));
  E(raw_accept(99, 0, out));
  E(raw_recv(99, &vector, 1, 0, out, out + 1));
  E(raw_send(99, &vector, 1, 0, out));
  E(raw_shutdown(99, 0));
  E(raw_poll(out, out, 0, out));
}

// What Node's WASI answers otherwise, or does not come back from.
static void strict(void) {
  Vector vector = {buffer, 4};
  int file = opened("file", CREATE, ALL), reader = opened("file", 0, READ | 4 | 32);
  E(raw_seek(file, 3, 0, out));
  E(raw_path_open(file, 1, PATH("file"), 0, READ, 0, 0, out));
  E(raw_write(0, &vector, 1, out));
  E(raw_read(1, &vector, 1, out));
  E(raw_stat(file, 1, PATH("file"), out));
  E(raw_readdir(file, buffer, sizeof buffer, 0, out));
  E(raw_prestat(file, out));
  E(raw_prestat_name(ROOT, buffer, 0));
  E(raw_raise(99));
  E(raw_raise(0));
  E(raw_accept(file, 0, out));
  E(raw_shutdown(0, 0));
  E(raw_mkdir(ROOT, PATH("/absolute")));
  E(raw_mkdir(ROOT, PATH("..")));
  E(raw_mkdir(ROOT, buffer, 5000));
  E(raw_rmdir(ROOT, PATH(".")));
  E(raw_allocate(file, 1 << 20, (uint64_t)1 << 40));
  E(raw_allocate(file, 0, 1 << 29));
  E(raw_set_size(file, -1));
  E(raw_set_flags(file, 99));
  E(raw_set_flags(file, 1));
  E(raw_write(file, &vector, 2000, out));
  E(raw_renumber(99, file));
  E(raw_renumber(file, 99));
  E(raw_renumber(file, file));
  E(raw_renumber(file, reader));
  E(raw_tell(file, out));
  E(raw_tell(reader, out));
  E((int)out[0]);
}

#define BAD ((void *)0xfffffff0u)

static void pointers(void) {
  Vector vector = {buffer, 4}, bad = {BAD, 4}, huge = {buffer, -1}, wraps = {(void *)0xffffffffu, 1};
  int file = opened("file", CREATE, ALL);
  E(raw_args(BAD, buffer));
  E(raw_args(buffer, BAD));
  E(raw_args_sizes(BAD, buffer));
  E(raw_args_sizes(buffer, BAD));
  E(raw_environ(buffer, BAD));
  E(raw_environ_sizes(BAD, buffer));
  E(raw_environ_sizes(buffer, BAD));
  E(raw_res(0, BAD));
  E(raw_time(0, 0, BAD));
  E(raw_random(BAD, 40));
  E(raw_random(buffer, -1));
  E(raw_fdstat(file, BAD));
  E(raw_fstat(file, BAD));
  E(raw_fstat(1, BAD));
  E(raw_prestat(ROOT, BAD));
  E(raw_prestat_name(ROOT, BAD, 1));
  E(raw_read(file, BAD, 1, out));
  E(raw_read(file, &bad, 1, out));
  E(raw_read(file, &huge, 1, out));
  E(raw_read(file, &vector, 1, BAD));
  E(raw_read(0, BAD, 1, out));
  E(raw_read(0, &bad, 1, out));
  E(raw_read(0, &huge, 1, out));
  E(raw_read(0, &wraps, 1, out));
  E(raw_read(0, &vector, 1, BAD));
  E(raw_pread(file, &bad, 1, 0, out));
  E(raw_pread(file, &vector, 1, 0, BAD));
  E(raw_write(file, BAD, 1, out));
  E(raw_write(file, &bad, 1, out));
  E(raw_write(file, &huge, 1, out));
  E(raw_write(file, &vector, 1, BAD));
  E(raw_write(1, BAD, 1, out));
  E(raw_write(1, &bad, 1, out));
  E(raw_write(1, &huge, 1, out));
  E(raw_write(1, &vector, 1, BAD));
  E(raw_write(1, (void *)0xffffffffu, 1000, out));
  E(raw_pwrite(file, &bad, 1, 0, out));
  E(raw_pwrite(file, &vector, 1, 0, BAD));
  E(raw_seek(file, 0, 0, BAD));
  E(raw_tell(file, BAD));
  E(raw_readdir(ROOT, BAD, 64, 0, out));
  E(raw_readdir(ROOT, buffer, 64, 0, BAD));
  E(raw_path_open(ROOT, 0, BAD, 20, 0, READ, 0, 0, out));
  E(raw_path_open(ROOT, 0, PATH("file"), 0, READ, 0, 0, BAD));
  E(raw_mkdir(ROOT, BAD, 20));
  E(raw_rmdir(ROOT, BAD, 20));
  E(raw_unlink(ROOT, BAD, 20));
  E(raw_stat(ROOT, 0, BAD, 20, out));
  E(raw_stat(ROOT, 0, PATH("file"), BAD));
  E(raw_utimes(ROOT, 0, BAD, 20, 0, 0, 0));
  E(raw_rename(ROOT, BAD, 20, ROOT, PATH("x")));
  E(raw_rename(ROOT, PATH("file"), ROOT, BAD, 20));
  E(raw_link(ROOT, 0, BAD, 20, ROOT, PATH("x")));
  E(raw_link(ROOT, 0, PATH("file"), ROOT, BAD, 20));
  E(raw_symlink(BAD, 20, ROOT, PATH("x")));
  E(raw_symlink(PATH("file"), ROOT, BAD, 20));
  E(raw_symlink(PATH("file"), ROOT, PATH("soft")) ? 99 : 21);
  E(raw_readlink(ROOT, BAD, 20, buffer, 64, out));
  E(raw_readlink(ROOT, PATH("soft"), BAD, 64, out));
  E(raw_readlink(ROOT, PATH("soft"), buffer, 64, BAD));
  E(raw_poll(BAD, out, 1, out));
  E(raw_poll(out, BAD, 1, out));
  E(raw_poll(out, out, 1, BAD));
  E(raw_poll(out, out, -1, out));
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "pointers")) pointers();
  else if (argc > 1 && !strcmp(argv[1], "strict")) strict();
  else errors();
  return 0;
}
