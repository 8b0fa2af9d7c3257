/** The file system: nodes (files, directories, symbolic links) and the entries by which directories name them. */
import { realtime } from "./clock";
import { E_FBIG, E_NOENT, E_NOSPC, SUCCESS } from "./errno";
import { allocate, blockSize, release } from "./heap";

/** Kinds of nodes, as `filetype` of WASI numbers them. */
export const UNKNOWN: u32 = 0;
export const DIRECTORY: u32 = 3;
export const REGULAR: u32 = 4;
export const SYMLINK: u32 = 7;

/** Most bytes of a file: the largest block of memory. */
const MAX_FILE: u64 = 1 << 30;

/** A file, a directory or a symbolic link. */
@unmanaged
export class Node {
  number: u64;
  accessed: u64;
  modified: u64;
  changed: u64;
  kind: u32;
  /** Entries that name it; a directory has one at most. */
  links: u32;
  /** Descriptors that refer to it. */
  opens: u32;
  /** Bytes of a file's or a link's content, which lie at `data`, where there is room for `capacity`. */
  size: u32;
  capacity: u32;
  data: usize;
  /** Of a directory. */
  parent: Node | null;
  first: Entry | null;
  last: Entry | null;
  /** The cookie that the next entry gets; 0 and 1 are those of "." and "..". */
  cookie: u64;
}

/** An entry of a directory; the name follows. */
@unmanaged
export class Entry {
  cookie: u64;
  next: Entry | null;
  node: Node;
  length: u32;
}

/** The first byte of an entry's name. */
export function nameOf(entry: Entry): usize {
  return changetype<usize>(entry) + offsetof<Entry>();
}

let nodes: u64 = 0;

/** A node that nothing refers to yet; null if there is no more memory. */
export function createNode(kind: u32): Node | null {
  const block = allocate(offsetof<Node>());
  if (block == 0) return null;
  memory.fill(block, 0, offsetof<Node>());
  const node = changetype<Node>(block);
  node.number = ++nodes;
  node.kind = kind;
  node.cookie = 2;
  const now = realtime();
  node.accessed = now;
  node.modified = now;
  node.changed = now;
  return node;
}

/** Frees a node that nothing refers to any more. */
export function releaseIfUnused(node: Node): void {
  if (node.links != 0 || node.opens != 0) return;
  if (node.capacity != 0) release(node.data, node.capacity);
  release(changetype<usize>(node), offsetof<Node>());
}

/** A node that must be there: what would be a mistake of this module ends the transaction. */
export function present(node: Node | null): Node {
  if (changetype<usize>(node) == 0) unreachable();
  return changetype<Node>(node);
}

/** The content has changed. */
export function touch(node: Node): void {
  const now = realtime();
  node.modified = now;
  node.changed = now;
}

/** The entry of a name, or null. */
export function find(directory: Node, name: usize, length: u32): Entry | null {
  let entry = directory.first;
  while (entry != null) {
    if (entry.length == length && memory.compare(nameOf(entry), name, length) == 0) return entry;
    entry = entry.next;
  }
  return null;
}

/** Adds an entry under a name that is free. */
export function insert(directory: Node, name: usize, length: u32, node: Node): u32 {
  if (directory.links == 0) return E_NOENT;
  const block = allocate(offsetof<Entry>() + length);
  if (block == 0) return E_NOSPC;
  const entry = changetype<Entry>(block);
  entry.cookie = directory.cookie++;
  entry.next = null;
  entry.node = node;
  entry.length = length;
  memory.copy(nameOf(entry), name, length);
  const last = directory.last;
  if (last == null) directory.first = entry;
  else last.next = entry;
  directory.last = entry;
  node.links++;
  node.changed = realtime();
  if (node.kind == DIRECTORY) node.parent = directory;
  touch(directory);
  return SUCCESS;
}

/** Removes the entry of a name that is there; the node may vanish with it. */
export function remove(directory: Node, name: usize, length: u32): void {
  let before: Entry | null = null;
  let entry = directory.first;
  while (entry != null) {
    if (entry.length == length && memory.compare(nameOf(entry), name, length) == 0) break;
    before = entry;
    entry = entry.next;
  }
  if (entry == null) return;
  if (before == null) directory.first = entry.next;
  else before.next = entry.next;
  if (directory.last == entry) directory.last = before;
  const node = entry.node;
  release(changetype<usize>(entry), offsetof<Entry>() + length);
  node.links--;
  node.changed = realtime();
  touch(directory);
  releaseIfUnused(node);
}

/** Makes room for a content of so many bytes, and fills what lies between the old end and `gap` with zeros. */
export function reserve(node: Node, size: u64, gap: u64): u32 {
  if (size > MAX_FILE) return E_FBIG;
  if (size > node.capacity) {
    const block = allocate(<u32>size);
    if (block == 0) return E_NOSPC;
    memory.copy(block, node.data, node.size);
    if (node.capacity != 0) release(node.data, node.capacity);
    node.data = block;
    node.capacity = blockSize(<u32>size);
  }
  if (gap > node.size) memory.fill(node.data + node.size, 0, <u32>gap - node.size);
  return SUCCESS;
}

/** Cuts or lengthens a file. */
export function resize(node: Node, size: u64): u32 {
  const error = reserve(node, size, size);
  if (error != SUCCESS) return error;
  node.size = <u32>size;
  touch(node);
  return SUCCESS;
}
