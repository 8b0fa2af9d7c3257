/** Descriptors: what the numbers stand for by which the guest refers to open files. */
import { E_BADF, E_MFILE, E_NOSPC, E_NOTCAPABLE, E_NOTDIR, SUCCESS } from "./errno";
import { allocate, release } from "./heap";
import { createNode, DIRECTORY, Node, present, releaseIfUnused } from "./nodes";
import { BASE_OF_DIRECTORY, BASE_OF_FILE, BASE_OF_INPUT, BASE_OF_OUTPUT, INHERITED_FROM_DIRECTORY } from "./rights";

/** Standard streams. */
export const STDIN: u32 = 0;
export const STDOUT: u32 = 1;
export const STDERR: u32 = 2;
/** A descriptor of a node, and no stream. */
export const NO_STREAM: u32 = 3;

/** Most descriptors that may be open. */
const MAX_DESCRIPTORS: u32 = 4096;

/** An open file, directory or stream. */
@unmanaged
export class Descriptor {
  position: u64;
  base: u64;
  inheriting: u64;
  /** `STDIN` to `STDERR`, or `NO_STREAM`. */
  stream: u32;
  /** `fdflags`. */
  flags: u32;
  /** Whether it is the root directory as it was opened in the beginning. */
  isPreopened: bool;
  node: Node | null;
}

/** The table: pointers to descriptors, 0 where a number is free. */
let table: usize = 0;
let capacity: u32 = 0;

/** The root directory, and the descriptor found last. */
export let root: Node = changetype<Node>(0);
export let found: Descriptor = changetype<Descriptor>(0);
/** The number that `open` gave last. */
export let opened: u32 = 0;

/** Opens the standard streams and the root directory; does nothing the second time. */
export function initialize(): void {
  if (capacity != 0) return;
  const directory = present(createNode(DIRECTORY));
  directory.links = 1;
  directory.parent = directory;
  root = directory;
  for (let stream = STDIN; stream <= STDERR; stream++) {
    if (open(null, stream, stream == STDIN ? BASE_OF_INPUT : BASE_OF_OUTPUT, 0, 0) != SUCCESS) unreachable();
  }
  if (open(directory, NO_STREAM, BASE_OF_DIRECTORY, INHERITED_FROM_DIRECTORY, 0) != SUCCESS) unreachable();
  found.isPreopened = true;
}

/** Opens a node or a stream under the least free number: `opened`. */
export function open(node: Node | null, stream: u32, base: u64, inheriting: u64, flags: u32): u32 {
  let number: u32 = 0;
  while (number < capacity && load<usize>(table + (number << 2)) != 0) number++;
  if (number >= MAX_DESCRIPTORS) return E_MFILE;
  if (number == capacity && !enlarge()) return E_NOSPC;
  const block = allocate(offsetof<Descriptor>());
  if (block == 0) return E_NOSPC;
  const descriptor = changetype<Descriptor>(block);
  descriptor.position = 0;
  descriptor.base = base;
  descriptor.inheriting = inheriting;
  descriptor.stream = stream;
  descriptor.flags = flags;
  descriptor.isPreopened = false;
  descriptor.node = node;
  if (node != null) node.opens++;
  store<usize>(table + (number << 2), block);
  found = descriptor;
  opened = number;
  return SUCCESS;
}

function enlarge(): bool {
  const wider: u32 = capacity == 0 ? 16 : 2 * capacity;
  const block = allocate(wider << 2);
  if (block == 0) return false;
  memory.copy(block, table, capacity << 2);
  memory.fill(block + (capacity << 2), 0, (wider - capacity) << 2);
  if (capacity != 0) release(table, capacity << 2);
  table = block;
  capacity = wider;
  return true;
}

/** Looks a number up: `found`. It must have all of some rights. */
export function lookUp(number: u32, rights: u64): u32 {
  initialize();
  if (number >= capacity) return E_BADF;
  const block = load<usize>(table + (number << 2));
  if (block == 0) return E_BADF;
  found = changetype<Descriptor>(block);
  return (found.base & rights) == rights ? SUCCESS : E_NOTCAPABLE;
}

/** Looks up a number that must be a directory's. */
export function lookUpDirectory(number: u32, rights: u64): u32 {
  const error = lookUp(number, 0);
  if (error != SUCCESS) return error;
  const node = found.node;
  if (node == null || node.kind != DIRECTORY) return E_NOTDIR;
  return (found.base & rights) == rights ? SUCCESS : E_NOTCAPABLE;
}

/** The node of `found`, which must be no stream. */
export function foundNode(): Node {
  return present(found.node);
}

/** Closes a number that is open. */
export function close(number: u32): void {
  const slot = table + (number << 2);
  const block = load<usize>(slot);
  const node = changetype<Descriptor>(block).node;
  release(block, offsetof<Descriptor>());
  store<usize>(slot, 0);
  if (node == null) return;
  node.opens--;
  releaseIfUnused(node);
}

/** Gives what is open under one number another one, which is closed first. Both must be open. */
export function renumber(from: u32, to: u32): void {
  if (from == to) return;
  close(to);
  store<usize>(table + (to << 2), load<usize>(table + (from << 2)));
  store<usize>(table + (from << 2), 0);
}

/** Rights of a descriptor that is opened for a node. */
export function rightsFor(node: Node): u64 {
  return node.kind == DIRECTORY ? BASE_OF_DIRECTORY : BASE_OF_FILE;
}
