/** `poll_oneoff`: descriptors are always ready, and waiting for a clock lets the time go by at once. */
import { cpuTime, monotonic, realtime, sleep } from "./clock";
import { found, lookUp, NO_STREAM, STDIN } from "./descriptors";
import { E_FAULT, E_INVAL, SUCCESS } from "./errno";
import { guestHolds, readGuest, writeGuest } from "./host";
import { POLL_FD_READWRITE } from "./rights";
import { inputLeft } from "./transfer";
import { give32, give64, SCRATCH } from "./vectors";

/** Clocks. */
const REALTIME: u32 = 0;
const MONOTONIC: u32 = 1;
const PROCESS: u32 = 2;
const THREAD: u32 = 3;

function timeOf(clock: u32): u64 {
  if (clock == REALTIME) return realtime();
  return clock == MONOTONIC ? monotonic() : cpuTime();
}

export function clock_res_get(clock: u32, result: u32): u32 {
  return clock > THREAD ? E_INVAL : give64(result, 1);
}

export function clock_time_get(clock: u32, _precision: u64, result: u32): u32 {
  return clock > THREAD ? E_INVAL : give64(result, timeOf(clock));
}

const SUBSCRIPTION: u32 = 48;
/** Of `wasi_unstable`, where eight bytes more precede the clock. */
const UNSTABLE_SUBSCRIPTION: u32 = 56;
const EVENT: u32 = 32;
const CLOCK: u8 = 0;
const FD_READ: u8 = 1;
const FD_WRITE: u8 = 2;
const ABSOLUTE: u16 = 1;
const NEVER: u64 = 0xffff_ffff_ffff_ffff;

/** The subscription that is being looked at. */
const WANTED: usize = SCRATCH;
const HAPPENED: usize = SCRATCH + 64;

/** Nanoseconds until the clock of a subscription has come so far. */
function untilDue(): u64 {
  const timeout = load<u64>(WANTED + 24);
  if ((load<u16>(WANTED + 40) & ABSOLUTE) == 0) return timeout;
  const now = timeOf(load<u32>(WANTED + 16));
  return timeout > now ? timeout - now : 0;
}

/** Whether a clock can be waited for: those that count steps only would never get there. */
function isWaitable(clock: u32): bool {
  return clock == REALTIME || clock == MONOTONIC;
}

/** Reads a subscription to `WANTED`, in either layout. */
function readWanted(subscriptions: u32, index: u32, isUnstable: bool): bool {
  if (!isUnstable) return readGuest(WANTED, subscriptions + index * SUBSCRIPTION, SUBSCRIPTION);
  if (!readGuest(WANTED, subscriptions + index * UNSTABLE_SUBSCRIPTION, UNSTABLE_SUBSCRIPTION)) return false;
  if (load<u8>(WANTED + 8) == CLOCK) memory.copy(WANTED + 16, WANTED + 24, SUBSCRIPTION - 16);
  return true;
}

export function poll_oneoff(subscriptions: u32, events: u32, count: u32, result: u32): u32 {
  return poll(subscriptions, events, count, result, false);
}

/** `poll_oneoff`, in either layout. */
export function poll(subscriptions: u32, events: u32, count: u32, result: u32, isUnstable: bool): u32 {
  if (count == 0) return E_INVAL;
  const size = isUnstable ? UNSTABLE_SUBSCRIPTION : SUBSCRIPTION;
  if (!guestHolds(subscriptions, <u64>count * size)) return E_FAULT;
  if (!guestHolds(events, <u64>count * EVENT) || !guestHolds(result, 4)) return E_FAULT;
  let wait = NEVER;
  for (let i: u32 = 0; i < count; i++) {
    readWanted(subscriptions, i, isUnstable);
    const tag = load<u8>(WANTED + 8);
    if (tag > FD_WRITE) return E_INVAL;
    // A descriptor, and a clock that does not exist, have their event at once.
    wait = min(wait, tag == CLOCK && isWaitable(load<u32>(WANTED + 16)) ? untilDue() : 0);
  }
  let given: u32 = 0;
  sleep(wait);
  for (let i: u32 = 0; i < count; i++) {
    if (!readWanted(subscriptions, i, isUnstable)) return E_FAULT;
    if (!happened(wait)) continue;
    if (!writeGuest(events + given * EVENT, HAPPENED, EVENT)) return E_FAULT;
    given++;
  }
  return give32(result, given);
}

/** Writes the event of the subscription to `HAPPENED`, if there is one after so many nanoseconds. */
function happened(waited: u64): bool {
  const tag = load<u8>(WANTED + 8);
  memory.fill(HAPPENED, 0, EVENT);
  store<u64>(HAPPENED, load<u64>(WANTED));
  store<u8>(HAPPENED + 10, tag);
  if (tag == CLOCK) {
    if (!isWaitable(load<u32>(WANTED + 16))) store<u16>(HAPPENED + 8, E_INVAL);
    else if ((load<u16>(WANTED + 40) & ABSOLUTE) != 0) return untilDue() == 0;
    else return load<u64>(WANTED + 24) <= waited;
    return true;
  }
  const error = lookUp(load<u32>(WANTED + 16), POLL_FD_READWRITE);
  store<u16>(HAPPENED + 8, error);
  if (error == SUCCESS && tag == FD_READ) store<u64>(HAPPENED + 16, readable());
  return true;
}

/** Bytes that can be read from `found` without waiting. */
function readable(): u64 {
  if (found.stream == STDIN) return inputLeft();
  const node = found.node;
  if (found.stream != NO_STREAM || node == null || node.size < found.position) return 0;
  return node.size - found.position;
}
