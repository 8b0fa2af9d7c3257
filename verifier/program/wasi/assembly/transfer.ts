/** Reading and writing: `fd_read`, `fd_pread`, `fd_write`, `fd_pwrite`. */
import { found, foundNode, lookUp, NO_STREAM } from "./descriptors";
import { E_FAULT, E_INVAL, E_SPIPE, SUCCESS } from "./errno";
import { emitFromGuest, guestHolds, outputAppend, readGuest, receiveIntoGuest, writeGuest } from "./host";
import { Node, reserve, touch } from "./nodes";
import { FD_READ, FD_SEEK, FD_WRITE } from "./rights";
import { give32, length, measure, pointer, total, vectorAt } from "./vectors";

const APPEND: u32 = 1;

/** Where in the fragment's input the rest of stdin lies. */
let inputAt: u64 = 0;
let inputEnd: u64 = 0;

/** Whether output is written, or dropped. */
let isEmitting: bool = false;

/** Gives the process its standard streams. */
export function connect(start: u64, end: u64): void {
  inputAt = start;
  inputEnd = end;
  isEmitting = true;
}

/** Bytes of stdin that have not been read. */
export function inputLeft(): u64 {
  return inputEnd - inputAt;
}

export function fd_read(fd: u32, vectors: u32, count: u32, result: u32): u32 {
  let error = lookUp(fd, FD_READ);
  if (error != SUCCESS) return error;
  if (!guestHolds(result, 4)) return E_FAULT;
  error = measure(vectors, count);
  if (error != SUCCESS) return error;
  if (found.stream != NO_STREAM) return receive(vectors, count, result);
  const descriptor = found;
  const done = readFile(foundNode(), descriptor.position, vectors, count);
  if (done < 0) return E_FAULT;
  descriptor.position += done;
  return give32(result, <u32>done);
}

export function fd_pread(fd: u32, vectors: u32, count: u32, offset: u64, result: u32): u32 {
  let error = lookUpSeekable(fd, FD_READ);
  if (error != SUCCESS) return error;
  if (!guestHolds(result, 4)) return E_FAULT;
  error = measure(vectors, count);
  if (error != SUCCESS) return error;
  const done = readFile(foundNode(), offset, vectors, count);
  return done < 0 ? E_FAULT : give32(result, <u32>done);
}

/** Looks up a descriptor for access at a position of its own. */
function lookUpSeekable(fd: u32, right: u64): u32 {
  const error = lookUp(fd, 0);
  if (error != SUCCESS) return error;
  return found.stream != NO_STREAM ? E_SPIPE : lookUp(fd, right | FD_SEEK);
}

function receive(vectors: u32, count: u32, result: u32): u32 {
  let done: u32 = 0;
  for (let i: u32 = 0; i < count && inputAt < inputEnd; i++) {
    // What has been read may lie over the list itself.
    if (!vectorAt(vectors, i) || !guestHolds(pointer, length)) return E_FAULT;
    const size = <u32>min<u64>(length, inputLeft());
    receiveIntoGuest(pointer, inputAt, size);
    inputAt += size;
    done += size;
  }
  return give32(result, done);
}

/** Bytes read, or -1 for a pointer out of bounds. */
function readFile(node: Node, position: u64, vectors: u32, count: u32): i64 {
  let done: u64 = 0;
  for (let i: u32 = 0; i < count && position + done < node.size; i++) {
    if (!vectorAt(vectors, i)) return -1;
    const from = <u32>(position + done);
    const size = min<u32>(length, node.size - from);
    if (!writeGuest(pointer, node.data + from, size)) return -1;
    done += size;
  }
  return done;
}

export function fd_write(fd: u32, vectors: u32, count: u32, result: u32): u32 {
  let error = lookUp(fd, FD_WRITE);
  if (error != SUCCESS) return error;
  if (!guestHolds(result, 4)) return E_FAULT;
  error = measure(vectors, count);
  if (error != SUCCESS) return error;
  const size = total;
  if (found.stream != NO_STREAM) {
    emit(found.stream, vectors, count);
    return give32(result, size);
  }
  const node = foundNode();
  const descriptor = found;
  if ((descriptor.flags & APPEND) != 0) descriptor.position = node.size;
  error = writeFile(node, descriptor.position, vectors, count);
  if (error != SUCCESS) return error;
  descriptor.position += size;
  return give32(result, size);
}

export function fd_pwrite(fd: u32, vectors: u32, count: u32, offset: u64, result: u32): u32 {
  let error = lookUpSeekable(fd, FD_WRITE);
  if (error != SUCCESS) return error;
  if (!guestHolds(result, 4)) return E_FAULT;
  error = measure(vectors, count);
  if (error != SUCCESS) return error;
  const size = total;
  error = writeFile(foundNode(), offset, vectors, count);
  return error != SUCCESS ? error : give32(result, size);
}

/** Writes a frame: stream u32, length u32, bytes. */
function emit(stream: u32, vectors: u32, count: u32): void {
  if (total == 0 || !isEmitting) return;
  outputAppend(((<u64>total) << 32) | stream);
  for (let i: u32 = 0; i < count; i++) {
    vectorAt(vectors, i);
    emitFromGuest(pointer, length);
  }
}

/** Writes the `total` bytes of a list that has been measured. */
function writeFile(node: Node, position: u64, vectors: u32, count: u32): u32 {
  if (total == 0) return SUCCESS;
  if (position > 1 << 62) return E_INVAL;
  const error = reserve(node, position + total, position);
  if (error != SUCCESS) return error;
  let at = <u32>position;
  for (let i: u32 = 0; i < count; i++) {
    if (!vectorAt(vectors, i) || !readGuest(node.data + at, pointer, length)) return E_FAULT;
    at += length;
  }
  node.size = max(node.size, at);
  touch(node);
  return SUCCESS;
}
