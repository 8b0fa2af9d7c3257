/** What `wasi_unstable` (wasi_unstable.witx, snapshot 0) has otherwise than preview 1: an enumeration and two layouts. */
import { fd_seek, statDescriptor } from "./files";
import { statPath } from "./paths";
import { poll } from "./poll";

/** Origins of a seek here: the position, the end, the start. Preview 1 has the start first. */
const ORIGINS: u32 = 3;

export function unstable_fd_seek(fd: u32, offset: i64, whence: u32, result: u32): u32 {
  return fd_seek(fd, offset, whence < ORIGINS ? (whence + 1) % ORIGINS : whence, result);
}

export function unstable_fd_filestat_get(fd: u32, result: u32): u32 {
  return statDescriptor(fd, result, true);
}

export function unstable_path_filestat_get(fd: u32, lookup: u32, path: u32, length: u32, result: u32): u32 {
  return statPath(fd, lookup, path, length, result, true);
}

export function unstable_poll_oneoff(subscriptions: u32, events: u32, count: u32, result: u32): u32 {
  return poll(subscriptions, events, count, result, true);
}
