/** Functions on descriptors, but for reading, writing and listing. */
import { close, found, foundNode, lookUp, lookUpDirectory, NO_STREAM, renumber } from "./descriptors";
import { E_BADF, E_FAULT, E_INVAL, E_NAMETOOLONG, E_NOTCAPABLE, E_SPIPE, SUCCESS } from "./errno";
import { guestHolds, writeGuest } from "./host";
import { Entry, nameOf, Node, present, resize, UNKNOWN } from "./nodes";
import {
  FD_ADVISE,
  FD_ALLOCATE,
  FD_DATASYNC,
  FD_FDSTAT_SET_FLAGS,
  FD_FILESTAT_GET,
  FD_FILESTAT_SET_SIZE,
  FD_FILESTAT_SET_TIMES,
  FD_READDIR,
  FD_SEEK,
  FD_SYNC,
  FD_TELL,
} from "./rights";
import { giveStat, setTimes } from "./stat";
import { give32, give64, SCRATCH } from "./vectors";

export function fd_close(fd: u32): u32 {
  const error = lookUp(fd, 0);
  if (error == SUCCESS) close(fd);
  return error;
}

export function fd_renumber(from: u32, to: u32): u32 {
  let error = lookUp(from, 0);
  if (error == SUCCESS) error = lookUp(to, 0);
  if (error == SUCCESS) renumber(from, to);
  return error;
}

export function fd_sync(fd: u32): u32 {
  return lookUp(fd, FD_SYNC);
}

export function fd_datasync(fd: u32): u32 {
  return lookUp(fd, FD_DATASYNC);
}

const MAX_ADVICE: u32 = 5;

export function fd_advise(fd: u32, _offset: u64, _length: u64, advice: u32): u32 {
  const error = lookUp(fd, 0);
  if (error != SUCCESS) return error;
  if (found.stream != NO_STREAM) return E_SPIPE;
  return advice > MAX_ADVICE ? E_INVAL : lookUp(fd, FD_ADVISE);
}

export function fd_allocate(fd: u32, offset: u64, length: u64): u32 {
  const error = lookUp(fd, FD_ALLOCATE);
  if (error != SUCCESS) return error;
  if (length == 0 || offset + length < offset) return E_INVAL;
  const node = foundNode();
  return offset + length > node.size ? resize(node, offset + length) : SUCCESS;
}

const FDSTAT: u32 = 24;
/** All of `fdflags`. */
const FLAGS: u32 = 31;

export function fd_fdstat_get(fd: u32, result: u32): u32 {
  const error = lookUp(fd, 0);
  if (error != SUCCESS) return error;
  const node = found.node;
  memory.fill(SCRATCH, 0, FDSTAT);
  store<u8>(SCRATCH, node == null ? UNKNOWN : node.kind);
  store<u16>(SCRATCH + 2, found.flags);
  store<u64>(SCRATCH + 8, found.base);
  store<u64>(SCRATCH + 16, found.inheriting);
  return writeGuest(result, SCRATCH, FDSTAT) ? SUCCESS : E_FAULT;
}

export function fd_fdstat_set_flags(fd: u32, flags: u32): u32 {
  const error = lookUp(fd, FD_FDSTAT_SET_FLAGS);
  if (error != SUCCESS) return error;
  if (flags > FLAGS) return E_INVAL;
  found.flags = flags;
  return SUCCESS;
}

/** Rights can only be given up. */
export function fd_fdstat_set_rights(fd: u32, base: u64, inheriting: u64): u32 {
  const error = lookUp(fd, 0);
  if (error != SUCCESS) return error;
  if ((base & ~found.base) != 0 || (inheriting & ~found.inheriting) != 0) return E_NOTCAPABLE;
  found.base = base;
  found.inheriting = inheriting;
  return SUCCESS;
}

export function fd_filestat_get(fd: u32, result: u32): u32 {
  return statDescriptor(fd, result, false);
}

/** `fd_filestat_get`, in either layout. */
export function statDescriptor(fd: u32, result: u32, isUnstable: bool): u32 {
  const error = lookUp(fd, FD_FILESTAT_GET);
  return error != SUCCESS ? error : giveStat(result, found.node, isUnstable);
}

export function fd_filestat_set_size(fd: u32, size: u64): u32 {
  const error = lookUp(fd, FD_FILESTAT_SET_SIZE);
  return error != SUCCESS ? error : resize(foundNode(), size);
}

export function fd_filestat_set_times(fd: u32, accessed: u64, modified: u64, flags: u32): u32 {
  const error = lookUp(fd, FD_FILESTAT_SET_TIMES);
  return error != SUCCESS ? error : setTimes(foundNode(), accessed, modified, flags);
}

const FROM_START: u32 = 0;
const FROM_POSITION: u32 = 1;
const FROM_END: u32 = 2;

export function fd_seek(fd: u32, offset: i64, whence: u32, result: u32): u32 {
  let error = lookUp(fd, 0);
  if (error != SUCCESS) return error;
  if (found.stream != NO_STREAM) return E_SPIPE;
  error = lookUp(fd, FD_SEEK);
  if (error != SUCCESS) return error;
  let from: i64;
  if (whence == FROM_START) from = 0;
  else if (whence == FROM_POSITION) from = found.position;
  else if (whence == FROM_END) from = foundNode().size;
  else return E_INVAL;
  const position = from + offset;
  if (position < 0 || (offset > 0 && position < from)) return E_INVAL;
  error = give64(result, position);
  if (error == SUCCESS) found.position = position;
  return error;
}

export function fd_tell(fd: u32, result: u32): u32 {
  let error = lookUp(fd, 0);
  if (error != SUCCESS) return error;
  if (found.stream != NO_STREAM) return E_SPIPE;
  error = lookUp(fd, FD_TELL);
  return error != SUCCESS ? error : give64(result, found.position);
}

/** The preopened directory is called "/". */
const ROOT_NAME: u8 = 0x2f;
const ROOT_LENGTH: u32 = 1;

function lookUpPreopened(fd: u32): u32 {
  const error = lookUp(fd, 0);
  if (error != SUCCESS) return error;
  return found.isPreopened ? SUCCESS : E_BADF;
}

export function fd_prestat_get(fd: u32, result: u32): u32 {
  const error = lookUpPreopened(fd);
  return error != SUCCESS ? error : give64(result, (<u64>ROOT_LENGTH) << 32);
}

export function fd_prestat_dir_name(fd: u32, pointer: u32, length: u32): u32 {
  const error = lookUpPreopened(fd);
  if (error != SUCCESS) return error;
  if (length < ROOT_LENGTH) return E_NAMETOOLONG;
  store<u8>(SCRATCH, ROOT_NAME);
  return writeGuest(pointer, SCRATCH, ROOT_LENGTH) ? SUCCESS : E_FAULT;
}

const DIRENT: u32 = 24;
const DOTS: usize = memory.data<u8>([0x2e, 0x2e]);

/** Where the listing goes on, and what room is left there. */
let listAt: u32 = 0;
let listLeft: u32 = 0;

export function fd_readdir(fd: u32, buffer: u32, size: u32, cookie: u64, result: u32): u32 {
  const error = lookUpDirectory(fd, FD_READDIR);
  if (error != SUCCESS) return error;
  if (!guestHolds(buffer, size) || !guestHolds(result, 4)) return E_FAULT;
  const directory = foundNode();
  listAt = buffer;
  listLeft = size;
  // A directory that was removed has no entries, and its parent may be gone.
  if (directory.links != 0) {
    if (cookie == 0) list(1, directory, DOTS, 1);
    if (cookie <= 1) list(2, present(directory.parent), DOTS, 2);
  }
  let entry = directory.first;
  while (entry != null && listLeft > 0) {
    if (entry.cookie >= cookie) list(entry.cookie + 1, entry.node, nameOf(entry), entry.length);
    entry = entry.next;
  }
  return give32(result, size - listLeft);
}

/** Writes an entry, or what there is room for. */
function list(next: u64, node: Node, name: usize, length: u32): void {
  store<u64>(SCRATCH, next);
  store<u64>(SCRATCH + 8, node.number);
  store<u32>(SCRATCH + 16, length);
  store<u32>(SCRATCH + 20, node.kind);
  pour(SCRATCH, DIRENT);
  pour(name, length);
}

function pour(source: usize, length: u32): void {
  const size = min(length, listLeft);
  writeGuest(listAt, source, size);
  listAt += size;
  listLeft -= size;
}
