/**
 * All functions of WASI preview 1 (wasi_snapshot_preview1.witx); those that its predecessor `wasi_unstable` has otherwise; and two for the
 * driver: `command` and `enter`.
 */
export { command, enter } from "./payload";
export { clock_res_get, clock_time_get, poll_oneoff } from "./poll";
export { fd_pread, fd_pwrite, fd_read, fd_write } from "./transfer";
export {
  fd_advise,
  fd_allocate,
  fd_close,
  fd_datasync,
  fd_fdstat_get,
  fd_fdstat_set_flags,
  fd_fdstat_set_rights,
  fd_filestat_get,
  fd_filestat_set_size,
  fd_filestat_set_times,
  fd_prestat_dir_name,
  fd_prestat_get,
  fd_readdir,
  fd_renumber,
  fd_seek,
  fd_sync,
  fd_tell,
} from "./files";
export {
  path_create_directory,
  path_filestat_get,
  path_filestat_set_times,
  path_link,
  path_open,
  path_readlink,
  path_remove_directory,
  path_rename,
  path_symlink,
  path_unlink_file,
} from "./paths";
export {
  args_get,
  args_sizes_get,
  environ_get,
  environ_sizes_get,
  proc_exit,
  proc_raise,
  random_get,
  sched_yield,
  sock_accept,
  sock_recv,
  sock_send,
  sock_shutdown,
} from "./process";
export {
  unstable_fd_filestat_get,
  unstable_fd_seek,
  unstable_path_filestat_get,
  unstable_poll_oneoff,
} from "./unstable";
