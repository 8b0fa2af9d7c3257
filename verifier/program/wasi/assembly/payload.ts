/** The payload of a command's transaction (docs/machine.md, "Transactions and conventions"). Whatever does not fit it traps. */
import { resumeClock, setClock } from "./clock";
import { initialize, root } from "./descriptors";
import { SUCCESS } from "./errno";
import { allocate } from "./heap";
import { inputLoad, inputRead } from "./host";
import { createNode, DIRECTORY, insert, Node, present, REGULAR, reserve } from "./nodes";
import { ARGUMENTS, becomeCommand, ENVIRONMENT, Strings } from "./process";
import { seed } from "./random";
import { MAX_PATH, Place, PLACE, resolve } from "./resolve";
import { connect } from "./transfer";

const VERSION: u32 = 1;
const SLASH: u8 = 0x2f;

/** The path that is being read. */
const NAME: usize = memory.data(<i32>MAX_PATH, 8);

/** Where in the fragment's input the rest of the payload lies. */
let at: u64 = 0;
let end: u64 = 0;

function need(size: u64): void {
  if (end - at < size) unreachable();
}

function word32(): u32 {
  need(4);
  const value = <u32>inputLoad(at);
  at += 4;
  return value;
}

function word64(): u64 {
  need(8);
  const value = inputLoad(at);
  at += 8;
  return value;
}

function bytes(to: usize, size: u32): void {
  need(size);
  inputRead(to, at, size);
  at += size;
}

/** Reads the payload at an offset of the fragment's input, and makes the process a command. */
export function command(offset: u64, length: u64): void {
  at = offset;
  end = offset + length;
  if (word32() != VERSION) unreachable();
  setClock(word64());
  resumeClock();
  const s0 = word64();
  const s1 = word64();
  const s2 = word64();
  seed(s0, s1, s2, word64());
  initialize();
  strings(ARGUMENTS);
  strings(ENVIRONMENT);
  const files = word32();
  for (let i: u32 = 0; i < files; i++) file();
  const size = word32();
  need(size);
  connect(at, at + size);
  if (at + size != end) unreachable();
  becomeCommand();
}

/** Reads a count and as many strings. */
function strings(into: Strings): void {
  const count = word32();
  const start = at;
  let size: u64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const length = word32();
    need(length);
    at += length;
    size += <u64>length + 1;
  }
  const block = allocate(<u32>size);
  if (block == 0) unreachable();
  at = start;
  let to = block;
  for (let i: u32 = 0; i < count; i++) {
    const length = word32();
    bytes(to, length);
    for (let k: u32 = 0; k < length; k++) if (load<u8>(to + k) == 0) unreachable();
    store<u8>(to + length, 0);
    to += length + 1;
  }
  into.count = count;
  into.size = <u32>size;
  into.bytes = block;
}

/** Reads a path and a content, and creates the file with the directories above it; after a slash, a directory. */
function file(): void {
  const length = word32();
  if (length == 0 || length > MAX_PATH) unreachable();
  const path = NAME;
  bytes(path, length);
  // Each directory of the path in turn: the path up to the slash after it.
  for (let i: u32 = 0; i < length; i++) {
    if (load<u8>(path + i) != SLASH) continue;
    if (resolveCopy(path, i).node == null) create(DIRECTORY);
  }
  const size = word32();
  need(size);
  if (load<u8>(path + length - 1) == SLASH) {
    if (size != 0) unreachable();
    return;
  }
  if (resolveCopy(path, length).node != null) unreachable();
  const node = create(REGULAR);
  if (reserve(node, size, 0) != SUCCESS) unreachable();
  bytes(node.data, size);
  node.size = size;
}

const PATH: usize = memory.data(<i32>MAX_PATH, 8);

/** Where the first bytes of a path lead, from the root; they are resolved in a copy. */
function resolveCopy(path: usize, length: u32): Place {
  memory.copy(PATH, path, length);
  PLACE.path = PATH;
  if (resolve(PLACE, root, length, false) != SUCCESS) unreachable();
  return PLACE;
}

/** Creates a node at `PLACE`. */
function create(kind: u32): Node {
  const node = present(createNode(kind));
  if (insert(present(PLACE.parent), PLACE.name, PLACE.length, node) != SUCCESS) unreachable();
  return node;
}

/** A transaction of another convention begins. */
export function enter(): void {
  resumeClock();
}
