/** The process: its arguments and environment, its end, random numbers; and sockets, of which it has none. */
import { lookUp } from "./descriptors";
import { E_FAULT, E_INVAL, E_NOTSOCK, SUCCESS } from "./errno";
import { guestHolds, leave, writeGuest } from "./host";
import { next } from "./random";
import { give32, SCRATCH } from "./vectors";

/** Strings, each ended by a zero byte. */
@unmanaged
export class Strings {
  count: u32;
  /** Bytes of all of them. */
  size: u32;
  bytes: usize;
}

export const ARGUMENTS: Strings = changetype<Strings>(memory.data(offsetof<Strings>(), 4));
export const ENVIRONMENT: Strings = changetype<Strings>(memory.data(offsetof<Strings>(), 4));

function giveSizes(strings: Strings, count: u32, size: u32): u32 {
  const error = give32(count, strings.count);
  return error != SUCCESS ? error : give32(size, strings.size);
}

function giveStrings(strings: Strings, pointers: u32, buffer: u32): u32 {
  if (!guestHolds(pointers, (<u64>strings.count) << 2)) return E_FAULT;
  if (!writeGuest(buffer, strings.bytes, strings.size)) return E_FAULT;
  let at: u32 = 0;
  for (let i: u32 = 0; i < strings.count; i++) {
    give32(pointers + (i << 2), buffer + at);
    while (load<u8>(strings.bytes + at) != 0) at++;
    at++;
  }
  return SUCCESS;
}

export function args_sizes_get(count: u32, size: u32): u32 {
  return giveSizes(ARGUMENTS, count, size);
}

export function args_get(pointers: u32, buffer: u32): u32 {
  return giveStrings(ARGUMENTS, pointers, buffer);
}

export function environ_sizes_get(count: u32, size: u32): u32 {
  return giveSizes(ENVIRONMENT, count, size);
}

export function environ_get(pointers: u32, buffer: u32): u32 {
  return giveStrings(ENVIRONMENT, pointers, buffer);
}

/** Whether the process is a command, whose traces stay when it exits; a reactor that exits has failed. */
let isCommand: bool = false;

/** Makes the process a command. */
export function becomeCommand(): void {
  isCommand = true;
}

export function proc_exit(code: u32): void {
  leave(code, isCommand ? 1 : 0);
  unreachable();
}

/** Signals that a process ignores if it does nothing about them: none, CHLD, CONT, URG and WINCH. */
const IGNORED: u32 = (1 << 0) | (1 << 16) | (1 << 17) | (1 << 22) | (1 << 27);
const MAX_SIGNAL: u32 = 30;
/** What a shell adds to the number of the signal that ended a process. */
const BY_SIGNAL: u32 = 128;

export function proc_raise(signal: u32): u32 {
  if (signal > MAX_SIGNAL) return E_INVAL;
  if ((IGNORED & (1 << signal)) == 0) proc_exit(BY_SIGNAL + signal);
  return SUCCESS;
}

export function sched_yield(): u32 {
  return SUCCESS;
}

export function random_get(buffer: u32, length: u32): u32 {
  if (!guestHolds(buffer, length)) return E_FAULT;
  for (let done: u32 = 0; done < length; done += 8) {
    store<u64>(SCRATCH, next());
    writeGuest(buffer + done, SCRATCH, min<u32>(8, length - done));
  }
  return SUCCESS;
}

function refuse(fd: u32): u32 {
  const error = lookUp(fd, 0);
  return error != SUCCESS ? error : E_NOTSOCK;
}

export function sock_accept(fd: u32, _flags: u32, _result: u32): u32 {
  return refuse(fd);
}

export function sock_recv(fd: u32, _data: u32, _count: u32, _flags: u32, _size: u32, _outFlags: u32): u32 {
  return refuse(fd);
}

export function sock_send(fd: u32, _data: u32, _count: u32, _flags: u32, _size: u32): u32 {
  return refuse(fd);
}

export function sock_shutdown(fd: u32, _how: u32): u32 {
  return refuse(fd);
}
