/** Rights of descriptors (`rights` of wasi_snapshot_preview1.witx), and which ones each kind of descriptor can have. */
export const FD_DATASYNC: u64 = 1 << 0;
export const FD_READ: u64 = 1 << 1;
export const FD_SEEK: u64 = 1 << 2;
export const FD_FDSTAT_SET_FLAGS: u64 = 1 << 3;
export const FD_SYNC: u64 = 1 << 4;
export const FD_TELL: u64 = 1 << 5;
export const FD_WRITE: u64 = 1 << 6;
export const FD_ADVISE: u64 = 1 << 7;
export const FD_ALLOCATE: u64 = 1 << 8;
export const PATH_CREATE_DIRECTORY: u64 = 1 << 9;
export const PATH_CREATE_FILE: u64 = 1 << 10;
export const PATH_LINK_SOURCE: u64 = 1 << 11;
export const PATH_LINK_TARGET: u64 = 1 << 12;
export const PATH_OPEN: u64 = 1 << 13;
export const FD_READDIR: u64 = 1 << 14;
export const PATH_READLINK: u64 = 1 << 15;
export const PATH_RENAME_SOURCE: u64 = 1 << 16;
export const PATH_RENAME_TARGET: u64 = 1 << 17;
export const PATH_FILESTAT_GET: u64 = 1 << 18;
export const PATH_FILESTAT_SET_SIZE: u64 = 1 << 19;
export const PATH_FILESTAT_SET_TIMES: u64 = 1 << 20;
export const FD_FILESTAT_GET: u64 = 1 << 21;
export const FD_FILESTAT_SET_SIZE: u64 = 1 << 22;
export const FD_FILESTAT_SET_TIMES: u64 = 1 << 23;
export const PATH_SYMLINK: u64 = 1 << 24;
export const PATH_REMOVE_DIRECTORY: u64 = 1 << 25;
export const PATH_UNLINK_FILE: u64 = 1 << 26;
export const POLL_FD_READWRITE: u64 = 1 << 27;

export const BASE_OF_INPUT: u64 = FD_READ | FD_FDSTAT_SET_FLAGS | FD_FILESTAT_GET | POLL_FD_READWRITE;

export const BASE_OF_OUTPUT: u64 =
  FD_WRITE | FD_DATASYNC | FD_SYNC | FD_FDSTAT_SET_FLAGS | FD_FILESTAT_GET | POLL_FD_READWRITE;

export const BASE_OF_FILE: u64 =
  FD_DATASYNC |
  FD_READ |
  FD_SEEK |
  FD_FDSTAT_SET_FLAGS |
  FD_SYNC |
  FD_TELL |
  FD_WRITE |
  FD_ADVISE |
  FD_ALLOCATE |
  FD_FILESTAT_GET |
  FD_FILESTAT_SET_SIZE |
  FD_FILESTAT_SET_TIMES |
  POLL_FD_READWRITE;

export const BASE_OF_DIRECTORY: u64 =
  FD_FDSTAT_SET_FLAGS |
  FD_SYNC |
  FD_ADVISE |
  PATH_CREATE_DIRECTORY |
  PATH_CREATE_FILE |
  PATH_LINK_SOURCE |
  PATH_LINK_TARGET |
  PATH_OPEN |
  FD_READDIR |
  PATH_READLINK |
  PATH_RENAME_SOURCE |
  PATH_RENAME_TARGET |
  PATH_FILESTAT_GET |
  PATH_FILESTAT_SET_SIZE |
  PATH_FILESTAT_SET_TIMES |
  FD_FILESTAT_GET |
  FD_FILESTAT_SET_TIMES |
  PATH_SYMLINK |
  PATH_REMOVE_DIRECTORY |
  PATH_UNLINK_FILE |
  POLL_FD_READWRITE;

export const INHERITED_FROM_DIRECTORY: u64 = BASE_OF_FILE | BASE_OF_DIRECTORY;

/** With any of these a file is opened for writing. */
export const WRITING: u64 = FD_DATASYNC | FD_WRITE | FD_ALLOCATE | FD_FILESTAT_SET_SIZE;
