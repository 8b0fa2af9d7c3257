/** Functions on paths. */
import { found, foundNode, lookUpDirectory, NO_STREAM, open, opened, rightsFor } from "./descriptors";
import {
  E_EXIST,
  E_FAULT,
  E_INVAL,
  E_ISDIR,
  E_LOOP,
  E_NAMETOOLONG,
  E_NOENT,
  E_NOSPC,
  E_NOTCAPABLE,
  E_NOTDIR,
  E_NOTEMPTY,
  E_PERM,
  SUCCESS,
} from "./errno";
import { guestHolds, readGuest, writeGuest } from "./host";
import {
  createNode,
  DIRECTORY,
  insert,
  Node,
  present,
  REGULAR,
  releaseIfUnused,
  remove,
  reserve,
  resize,
  SYMLINK,
} from "./nodes";
import { MAX_PATH, OTHER_PLACE, Place, PLACE, resolveGuest } from "./resolve";
import {
  PATH_CREATE_DIRECTORY,
  PATH_CREATE_FILE,
  PATH_FILESTAT_GET,
  PATH_FILESTAT_SET_SIZE,
  PATH_FILESTAT_SET_TIMES,
  PATH_LINK_SOURCE,
  PATH_LINK_TARGET,
  PATH_OPEN,
  PATH_READLINK,
  PATH_REMOVE_DIRECTORY,
  PATH_RENAME_SOURCE,
  PATH_RENAME_TARGET,
  PATH_SYMLINK,
  PATH_UNLINK_FILE,
  WRITING,
} from "./rights";
import { giveStat, setTimes } from "./stat";
import { give32 } from "./vectors";

/** Finds the place of a path from a directory's descriptor. */
function locate(place: Place, fd: u32, right: u64, path: u32, length: u32, follow: bool): u32 {
  const error = lookUpDirectory(fd, right);
  return error != SUCCESS ? error : resolveGuest(place, foundNode(), path, length, follow);
}

const FOLLOW: u32 = 1;

const CREATE: u32 = 1;
const ONLY_DIRECTORY: u32 = 2;
const EXCLUSIVE: u32 = 4;
const TRUNCATE: u32 = 8;

export function path_open(
  fd: u32,
  lookup: u32,
  path: u32,
  length: u32,
  how: u32,
  base: u64,
  inheriting: u64,
  flags: u32,
  result: u32,
): u32 {
  const mayCreate = (how & CREATE) != 0;
  const mustCreate = mayCreate && (how & EXCLUSIVE) != 0;
  if (mayCreate && (how & ONLY_DIRECTORY) != 0) return E_INVAL;
  if (!guestHolds(result, 4)) return E_FAULT;
  let right = PATH_OPEN;
  if (mayCreate) right |= PATH_CREATE_FILE;
  if ((how & TRUNCATE) != 0) right |= PATH_FILESTAT_SET_SIZE;
  let error = locate(PLACE, fd, right, path, length, (lookup & FOLLOW) != 0 && !mustCreate);
  if (error != SUCCESS) return error;
  const granted = found.inheriting;
  let node = PLACE.node;
  if (node == null) {
    if (!mayCreate) return E_NOENT;
    if (PLACE.isSlashed) return E_ISDIR;
    error = create(PLACE, REGULAR);
    if (error != SUCCESS) return error;
    node = present(PLACE.node);
  } else {
    if (mayCreate && PLACE.isSlashed) return E_ISDIR;
    if (mustCreate) return E_EXIST;
    if (node.kind == SYMLINK) return E_LOOP;
    if (node.kind == DIRECTORY) {
      if (mayCreate || (how & TRUNCATE) != 0 || (base & WRITING) != 0) return E_ISDIR;
    } else if ((how & ONLY_DIRECTORY) != 0) return E_NOTDIR;
    if ((how & TRUNCATE) != 0) {
      error = resize(node, 0);
      if (error != SUCCESS) return error;
    }
  }
  // Nothing is opened by way of a file.
  const handedOn = node.kind == DIRECTORY ? inheriting & granted : 0;
  error = open(node, NO_STREAM, base & granted & rightsFor(node), handedOn, flags);
  return error != SUCCESS ? error : give32(result, opened);
}

/** Creates a node where there is none: `place.node`. */
function create(place: Place, kind: u32): u32 {
  const parent = place.parent;
  if (parent == null) return E_EXIST;
  const node = createNode(kind);
  if (node == null) return E_NOSPC;
  const error = insert(parent, place.name, place.length, node);
  if (error != SUCCESS) releaseIfUnused(node);
  else place.node = node;
  return error;
}

export function path_create_directory(fd: u32, path: u32, length: u32): u32 {
  const error = locate(PLACE, fd, PATH_CREATE_DIRECTORY, path, length, false);
  if (error != SUCCESS) return error;
  return PLACE.node != null ? E_EXIST : create(PLACE, DIRECTORY);
}

export function path_remove_directory(fd: u32, path: u32, length: u32): u32 {
  const error = locate(PLACE, fd, PATH_REMOVE_DIRECTORY, path, length, false);
  if (error != SUCCESS) return error;
  const node = PLACE.node;
  if (node == null) return E_NOENT;
  if (node.kind != DIRECTORY) return E_NOTDIR;
  const parent = PLACE.parent;
  if (parent == null) return E_INVAL;
  if (node.first != null) return E_NOTEMPTY;
  remove(parent, PLACE.name, PLACE.length);
  return SUCCESS;
}

export function path_unlink_file(fd: u32, path: u32, length: u32): u32 {
  const error = locate(PLACE, fd, PATH_UNLINK_FILE, path, length, false);
  if (error != SUCCESS) return error;
  const node = PLACE.node;
  if (node == null) return E_NOENT;
  const parent = PLACE.parent;
  if (node.kind == DIRECTORY || parent == null) return E_ISDIR;
  remove(parent, PLACE.name, PLACE.length);
  return SUCCESS;
}

export function path_filestat_get(fd: u32, lookup: u32, path: u32, length: u32, result: u32): u32 {
  return statPath(fd, lookup, path, length, result, false);
}

/** `path_filestat_get`, in either layout. */
export function statPath(fd: u32, lookup: u32, path: u32, length: u32, result: u32, isUnstable: bool): u32 {
  const error = locate(PLACE, fd, PATH_FILESTAT_GET, path, length, (lookup & FOLLOW) != 0);
  if (error != SUCCESS) return error;
  const node = PLACE.node;
  return node == null ? E_NOENT : giveStat(result, node, isUnstable);
}

export function path_filestat_set_times(
  fd: u32,
  lookup: u32,
  path: u32,
  length: u32,
  accessed: u64,
  modified: u64,
  flags: u32,
): u32 {
  const error = locate(PLACE, fd, PATH_FILESTAT_SET_TIMES, path, length, (lookup & FOLLOW) != 0);
  if (error != SUCCESS) return error;
  const node = PLACE.node;
  return node == null ? E_NOENT : setTimes(node, accessed, modified, flags);
}

export function path_link(
  fromFd: u32,
  lookup: u32,
  from: u32,
  fromLength: u32,
  toFd: u32,
  to: u32,
  toLength: u32,
): u32 {
  let error = locate(PLACE, fromFd, PATH_LINK_SOURCE, from, fromLength, (lookup & FOLLOW) != 0);
  if (error != SUCCESS) return error;
  const node = PLACE.node;
  if (node == null) return E_NOENT;
  error = locate(OTHER_PLACE, toFd, PATH_LINK_TARGET, to, toLength, false);
  if (error != SUCCESS) return error;
  if (OTHER_PLACE.node != null) return E_EXIST;
  if (node.kind == DIRECTORY) return E_PERM;
  if (OTHER_PLACE.isSlashed) return E_NOENT;
  return insert(present(OTHER_PLACE.parent), OTHER_PLACE.name, OTHER_PLACE.length, node);
}

export function path_symlink(target: u32, targetLength: u32, fd: u32, path: u32, length: u32): u32 {
  const error = locate(PLACE, fd, PATH_SYMLINK, path, length, false);
  if (error != SUCCESS) return error;
  if (PLACE.node != null) return E_EXIST;
  if (PLACE.isSlashed || targetLength == 0) return E_NOENT;
  if (targetLength > MAX_PATH) return E_NAMETOOLONG;
  const node = createNode(SYMLINK);
  if (node == null) return E_NOSPC;
  let problem = reserve(node, targetLength, 0);
  if (problem == SUCCESS && !readGuest(node.data, target, targetLength)) problem = E_FAULT;
  // Such a link could never be followed: paths begin in a directory that is open.
  if (problem == SUCCESS && load<u8>(node.data) == 0x2f) problem = E_NOTCAPABLE;
  node.size = targetLength;
  if (problem == SUCCESS) problem = insert(present(PLACE.parent), PLACE.name, PLACE.length, node);
  if (problem != SUCCESS) releaseIfUnused(node);
  return problem;
}

export function path_readlink(fd: u32, path: u32, length: u32, buffer: u32, size: u32, result: u32): u32 {
  const error = locate(PLACE, fd, PATH_READLINK, path, length, false);
  if (error != SUCCESS) return error;
  const node = PLACE.node;
  if (node == null) return E_NOENT;
  if (node.kind != SYMLINK) return E_INVAL;
  const used = min(size, node.size);
  if (!guestHolds(buffer, size) || !writeGuest(buffer, node.data, used)) return E_FAULT;
  return give32(result, used);
}

export function path_rename(fromFd: u32, from: u32, fromLength: u32, toFd: u32, to: u32, toLength: u32): u32 {
  let error = locate(PLACE, fromFd, PATH_RENAME_SOURCE, from, fromLength, false);
  if (error != SUCCESS) return error;
  error = locate(OTHER_PLACE, toFd, PATH_RENAME_TARGET, to, toLength, false);
  if (error != SUCCESS) return error;
  const node = PLACE.node;
  const oldParent = PLACE.parent;
  const newParent = OTHER_PLACE.parent;
  if (node == null) return E_NOENT;
  if (oldParent == null || newParent == null) return E_INVAL;
  if (node.kind == DIRECTORY && isWithin(newParent, node)) return E_INVAL;
  if (node.kind != DIRECTORY && OTHER_PLACE.isSlashed) return E_NOTDIR;
  const replaced = OTHER_PLACE.node;
  if (replaced == node) return SUCCESS;
  if (replaced != null) {
    if (node.kind == DIRECTORY) {
      if (replaced.kind != DIRECTORY) return E_NOTDIR;
      if (replaced.first != null) return E_NOTEMPTY;
    } else if (replaced.kind == DIRECTORY) return isWithin(oldParent, replaced) ? E_NOTEMPTY : E_ISDIR;
    remove(newParent, OTHER_PLACE.name, OTHER_PLACE.length);
  }
  // The new entry first: while it has one the node stays.
  error = insert(newParent, OTHER_PLACE.name, OTHER_PLACE.length, node);
  if (error != SUCCESS) return error;
  remove(oldParent, PLACE.name, PLACE.length);
  return SUCCESS;
}

/** Whether a directory is another one or lies below it. */
function isWithin(directory: Node, other: Node): bool {
  let current = directory;
  while (true) {
    if (current == other) return true;
    const parent = present(current.parent);
    if (parent == current) return false;
    current = parent;
  }
}
