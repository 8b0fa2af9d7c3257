/** Time: it begins where the transaction says, and a step takes a nanosecond. Sleeping takes no steps. */
import { fuel } from "./host";

/** Nanoseconds since 1970 at which the realtime clock began. */
let beginning: u64 = 0;
let elapsed: u64 = 0;
let slept: u64 = 0;
/** Fuel up to which the time has been counted. */
let counted: u64 = 0;

/** Sets the realtime clock. */
export function setClock(nanoseconds: u64): void {
  beginning = nanoseconds;
}

/** Begins to count the steps of a transaction. */
export function resumeClock(): void {
  counted = fuel();
}

/** Nanoseconds of the monotonic clock. */
export function monotonic(): u64 {
  const left = fuel();
  if (left < counted) elapsed += counted - left;
  counted = left;
  return elapsed;
}

/** Nanoseconds since 1970. */
export function realtime(): u64 {
  return beginning + monotonic();
}

/** Nanoseconds that were spent on steps. */
export function cpuTime(): u64 {
  return monotonic() - slept;
}

/** Lets time go by; of what would be the end of time, half of what is left until then. */
export function sleep(nanoseconds: u64): void {
  const most = (u64.MAX_VALUE - elapsed) >> 1;
  const time = min(nanoseconds, most);
  elapsed += time;
  slept += time;
}
